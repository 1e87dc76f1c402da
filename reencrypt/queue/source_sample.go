package queue

import (
	"context"
	"crypto/sha256"
	"hash"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// sampleSource is some rows of a source. All of it is read before the first of them is
// known, also by a run that goes on: it takes the same ones.
type sampleSource struct {
	source
	size int
	ctx  context.Context // of the call under way
	rows *reencrypt.Sampler
	hash hash.Hash // of the rows so far
}

func sampleOf(all source, o *Options) (source, error) {
	s := &sampleSource{source: all, size: o.Sample, hash: sha256.New()}
	var err error
	s.rows, err = reencrypt.NewSampler(reencrypt.Sampling{Rows: o.Sample, Batch: o.Batch},
		func() (*reencrypt.Chunk, error) { return all.next(s.ctx) })
	if err != nil {
		all.close()
		return nil, err
	}
	return s, nil
}

func (s *sampleSource) next(ctx context.Context) (*reencrypt.Chunk, error) {
	s.ctx = ctx
	c, err := s.rows.Next()
	if err == nil {
		_, _ = s.hash.Write(c.Data())
	}
	return c, err
}

func (s *sampleSource) sum() string   { return hexSum(s.hash) }
func (s *sampleSource) place() string { return "" }

func (s *sampleSource) skip(ctx context.Context, at position) error { return readAgain(ctx, s, at) }

func (s *sampleSource) describe(to *spec) {
	s.source.describe(to)
	to.Sample = s.size
}

func (s *sampleSource) enter(m *reencrypt.Manifest) {
	s.source.enter(m)
	m.SampledFrom = s.rows.From()
}
