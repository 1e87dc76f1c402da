//go:build cgo

package pkcs11

import (
	"slices"
	"time"

	"github.com/miekg/pkcs11"
)

const (
	rounds      = 100         // of each call
	mostLatency = time.Second // for the rounds of one call
)

// latency measures calls that every operation makes, or is made of, one after the
// other. A call that the token refuses is left out.
func (b *bench) latency() ([]Latency, error) {
	calls := []struct {
		name string
		f    func() error
	}{
		{"C_GetTokenInfo", func() error {
			return b.l.m.call(func(c *pkcs11.Ctx) error { _, err := c.GetTokenInfo(b.l.token.SlotID); return err })
		}},
		{"C_GenerateRandom, 8 bytes", func() error {
			return b.l.m.call(func(c *pkcs11.Ctx) error { _, err := c.GenerateRandom(b.s, 8); return err })
		}},
	}
	k, err := b.subject(rights{pkcs11.CKA_ENCRYPT})
	if gone(err) {
		return nil, err
	}
	if err == nil {
		var block [16]byte
		calls = append(calls, struct {
			name string
			f    func() error
		}{"C_EncryptInit and C_Encrypt, one AES block", func() error {
			b.l.m.begin(false)
			defer b.l.m.end(false)
			_, err := b.l.m.raw.crypt(b.s, true, pkcs11.CKM_AES_ECB, k, block[:], block[:])
			return err
		}})
	}
	var list []Latency
	for _, call := range calls {
		took, err := b.time(call.f)
		if gone(err) || b.ctx.Err() != nil {
			return nil, err
		}
		if n := len(took); n > 0 {
			list = append(list, Latency{Call: call.name, Calls: n, P50: took[n/2], P99: took[n*99/100]})
		}
	}
	return list, nil
}

// time returns how long each of many calls took, the shortest first.
func (b *bench) time(f func() error) (took []time.Duration, err error) {
	if err := f(); err != nil { // the first one is not like the others
		return nil, err
	}
	for end := time.Now().Add(mostLatency); len(took) < rounds && b.ctx.Err() == nil; {
		start := time.Now()
		if err := f(); err != nil {
			return nil, err
		}
		now := time.Now()
		took = append(took, now.Sub(start))
		if now.After(end) {
			break
		}
	}
	slices.Sort(took)
	return took, b.ctx.Err()
}
