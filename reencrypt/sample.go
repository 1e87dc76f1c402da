package reencrypt

import (
	"container/heap"
	"context"
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

// sample reads all rows, and returns what hands out the chosen ones, in their
// order.
func (r *run) sample(ctx context.Context) func() (*Chunk, error) {
	var rows []picked
	var failed error
	ready := false
	return func() (*Chunk, error) {
		if !ready {
			rows, failed = r.pick(ctx)
			ready = true
		}
		if failed != nil {
			return nil, failed
		}
		if len(rows) == 0 {
			return nil, io.EOF
		}
		c := &Chunk{}
		for len(rows) > 0 && len(c.records) < r.o.Batch {
			start := len(c.data)
			c.data = append(c.data, rows[0].text...)
			c.records = append(c.records, record{span{start, len(c.data)}, rows[0].number, rows[0].reason})
			rows = rows[1:]
		}
		return c, nil
	}
}

// pick reads the whole input and chooses.
func (r *run) pick(ctx context.Context) ([]picked, error) {
	var h ranks
	for {
		c, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		_, _ = r.inHash.Write(c.data)
		for _, rec := range c.records {
			p := picked{rank(rec.number), rec.number, rec.reason, nil}
			full := len(h) == r.o.Sample
			if full && p.rank >= h[0].rank {
				continue
			}
			p.text = append([]byte(nil), rec.of(c.data)...)
			if full {
				h[0] = p
				heap.Fix(&h, 0)
			} else {
				heap.Push(&h, p)
			}
		}
	}
	r.sampled = r.rows.number
	slices.SortFunc(h, func(a, b picked) int { return int(a.number - b.number) })
	return h, nil
}
