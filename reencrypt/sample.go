package reencrypt

import (
	"container/heap"
	"errors"
	"io"
	"slices"
)

// picked is a row of a sample.
type picked struct {
	rank   uint64
	number int64
	reason Reason
	text   []byte
}

// ranks is a heap whose first has the highest rank: who goes if a better one comes.
type ranks []picked

func (h ranks) Len() int           { return len(h) }
func (h ranks) Less(i, j int) bool { return h[i].rank > h[j].rank }
func (h ranks) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *ranks) Push(x any)        { *h = append(*h, x.(picked)) }
func (h *ranks) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// rank mixes the number of a row: the rows of the lowest ranks are a sample. It is
// the finalizer of SplitMix64, so every run takes the same rows, and nobody's
// counting of every tenth card meets it.
func rank(number int64) uint64 {
	x := uint64(number) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Sampling is how much a [Sampler] takes.
type Sampling struct {
	Rows  int // of all that there are, 1 to MaxSample
	Batch int // rows of a chunk of the sample at most, 1 to MaxBatch
}

// Sampler takes some rows out of chunks: the same ones every time, spread over them all.
type Sampler struct {
	want   Sampling
	next   func() (*Chunk, error)
	from   int64 // rows that there are
	picked bool
	rows   ranks // those that were not handed out
	failed error
}

// NewSampler returns a sampler of the rows that next hands out. The error wraps
// [ErrOptions].
func NewSampler(want Sampling, next func() (*Chunk, error)) (*Sampler, error) {
	switch {
	case want.Rows < 1 || want.Rows > MaxSample:
		return nil, problemf("a sample has 1 to %d rows", MaxSample)
	case want.Batch < 1 || want.Batch > MaxBatch:
		return nil, problemf("a batch has 1 to %d rows", MaxBatch)
	}
	return &Sampler{want: want, next: next}, nil
}

// Next returns the next chunk of the sample, and io.EOF after the last. The first call
// reads all there is.
func (s *Sampler) Next() (*Chunk, error) {
	if !s.picked {
		s.failed, s.picked = s.pick(), true
	}
	switch {
	case s.failed != nil:
		return nil, s.failed
	case len(s.rows) == 0:
		return nil, io.EOF
	}
	c := &Chunk{scattered: true}
	for len(s.rows) > 0 && len(c.records) < s.want.Batch {
		start := len(c.data)
		c.data = append(c.data, s.rows[0].text...)
		c.records = append(c.records, record{span{start, len(c.data)}, s.rows[0].number, s.rows[0].reason})
		s.rows = s.rows[1:]
	}
	return c, nil
}

// From returns how many rows the sample was taken from, once it was taken.
func (s *Sampler) From() int64 { return s.from }

// pick reads all chunks and chooses.
func (s *Sampler) pick() error {
	for {
		c, err := s.next()
		if errors.Is(err, io.EOF) {
			slices.SortFunc(s.rows, func(a, b picked) int { return int(a.number - b.number) })
			return nil
		}
		if err != nil {
			return err
		}
		s.from += int64(len(c.records))
		for _, rec := range c.records {
			s.offer(picked{rank(rec.number), rec.number, rec.reason, rec.of(c.data)})
		}
	}
}

// offer takes a row if it is among the best so far.
func (s *Sampler) offer(p picked) {
	full := len(s.rows) == s.want.Rows
	if full && p.rank >= s.rows[0].rank {
		return
	}
	p.text = slices.Clone(p.text)
	if full {
		s.rows[0] = p
		heap.Fix(&s.rows, 0)
	} else {
		heap.Push(&s.rows, p)
	}
}
