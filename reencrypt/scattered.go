package reencrypt

import (
	"encoding/binary"
	"errors"
)

// ErrPlaces says that the rows of a chunk are not where its places say.
var ErrPlaces = errors.New("reencrypt: the places of a chunk's rows are not those of its rows")

// Places returns where the rows of a chunk are in its data, and what their numbers are,
// if they do not follow each other in the input: those of a [Sampler]. Of other chunks
// [Chunk.First] says all, and it is nil.
func (c *Chunk) Places() (places []byte) {
	if !c.scattered {
		return nil
	}
	last := int64(0)
	for _, rec := range c.records {
		places = binary.AppendUvarint(places, uint64(rec.number-last))
		places = binary.AppendUvarint(places, uint64(rec.end-rec.start))
		last = rec.number
	}
	return places
}

// NewScattered is [NewChunk] of what [Chunk.Places] and [Chunk.Data] are of a chunk. The
// error is [ErrPlaces].
func NewScattered(l *Layout, places, data []byte) (*Chunk, error) {
	c := &Chunk{data: data, scattered: true}
	number := int64(0)
	for at := 0; len(places) > 0; {
		step, n := binary.Uvarint(places)
		length, k := binary.Uvarint(places[max(n, 0):])
		if n <= 0 || k <= 0 || step == 0 || step > 1<<62 || length == 0 || length > uint64(len(data)-at) {
			return nil, ErrPlaces
		}
		places, number = places[n+k:], number+int64(step)
		row := span{at, at + int(length)}
		end, reason := l.end(row.of(data), true)
		if end != int(length) || number < 0 {
			return nil, ErrPlaces
		}
		c.records, at = append(c.records, record{row, number, reason}), row.end
	}
	if n := len(c.records); n == 0 && len(data) > 0 || n > 0 && c.records[n-1].end != len(data) {
		return nil, ErrPlaces
	}
	return c, nil
}
