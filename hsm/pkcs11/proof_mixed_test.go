//go:build cgo && unix

package pkcs11_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// errSoak is a wrong answer.
var errSoak = errors.New("the answer is wrong")

// anyOperation does some operation, and returns its error and what it should be.
func (s *stand) anyOperation(ctx context.Context, tdes bool) (want, err error) {
	from := s.source(tdes)
	c := s.card(4 + s.rand.IntN(9))
	block := s.seal(from, c)
	if s.rand.IntN(8) == 0 {
		block, want = s.spoilt(from, block, c), hsm.ErrBlock
	}
	switch op := s.rand.IntN(20); {
	case op < 8:
		to := s.source(tdes)
		if to.Key == "tbdk" || to.Key == "abdk" {
			to = s.key(from.Format)
		}
		out, err := s.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: c.PAN(), From: from, To: to})
		if err == nil && !s.has(to, out, c) {
			err = errSoak
		}
		return want, err
	case op < 10:
		return nil, s.anyBatch(ctx)
	case op < 15:
		return s.anyVerification(ctx, from, block, c, want)
	case op < 17:
		out, err := s.hsm.PINReference(ctx, hsm.Reference{Block: block, PAN: c.PAN(), From: from, Method: stored(pinblock.ISO4), MethodKey: "aes128"})
		if err == nil && !s.has(hsm.PINKey{Key: "aes128", Format: pinblock.ISO4}, out, c) {
			err = errSoak
		}
		return want, err
	}
	if !from.KSN.IsZero() {
		return want, s.hsm.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: c.PAN(), From: from, Method: stored(pinblock.ISO4), MethodKey: "aes128",
			Reference: s.seal(hsm.PINKey{Key: "aes128", Format: pinblock.ISO4}, c)})
	}
	key := hsm.PINKey{Key: "aes256", Format: pinblock.ISO4}
	next := c.other()
	out, err := s.hsm.ChangePIN(ctx, hsm.Change{PAN: c.PAN(), From: from, Current: block, New: s.seal(from, next),
		Method: stored(key.Format), MethodKey: key.Key, Reference: s.seal(key, c)})
	if err == nil && !s.has(key, out, next) {
		err = errSoak
	}
	return want, err
}

// source draws the key and the format of a block that comes in.
func (s *stand) source(tdes bool) hsm.PINKey {
	ks := s.sources(tokenFormats[s.rand.IntN(len(tokenFormats))])
	k := ks[s.rand.IntN(len(ks))]
	if k.Key == "tbdk" && !tdes || s.seldom && !k.KSN.IsZero() && s.rand.IntN(50) != 0 {
		k = ks[0]
	}
	return k
}

func (s *stand) anyVerification(ctx context.Context, from hsm.PINKey, block []byte, c text, want error) (error, error) {
	v := hsm.Verification{Block: block, PAN: c.PAN(), From: from, Method: visa, MethodKey: "pvk"}
	if s.rand.IntN(2) == 0 {
		k := s.source(false)
		for !k.KSN.IsZero() {
			k = s.source(false)
		}
		v.Method, v.MethodKey = stored(k.Format), k.Key
	}
	of := c
	if want == nil && s.rand.IntN(4) == 0 {
		of, want = c.other(), hsm.ErrWrongPIN
	}
	var err error
	v.Reference, err = v.Method.(pinverify.Referencer).Reference(context.Background(), s.soft[v.MethodKey], pinOf(of), c.PAN())
	if err != nil {
		return nil, err
	}
	err = s.hsm.VerifyPIN(ctx, v)
	if err == nil && v.MethodKey == "pvk" {
		want = nil // two PINs may have one PVV
	}
	return want, err
}

// anyBatch translates some blocks, one of which is bad.
func (s *stand) anyBatch(ctx context.Context) error {
	from, to := s.source(false), s.source(false)
	if !from.KSN.IsZero() || !to.KSN.IsZero() {
		from, to = s.key(pinblock.ISO3), s.key(pinblock.ISO4)
	}
	b, cards := hsm.Batch{From: from, To: to}, make([]text, 12)
	for i := range cards {
		cards[i] = s.card(4 + i%9)
		block := s.seal(from, cards[i])
		if i == 5 {
			block = s.spoilt(from, block, cards[i])
		}
		if err := b.Add(hsm.Item{Block: block, PAN: cards[i].PAN()}); err != nil {
			return err
		}
	}
	results, err := s.hsm.TranslatePINs(ctx, b)
	if err != nil {
		return err
	}
	for i, card := range cards {
		block, err := results.Block(i)
		if i == 5 && !errors.Is(err, hsm.ErrBlock) || i != 5 && (err != nil || !s.has(to, block, card)) {
			return fmt.Errorf("%w: block %d: %w", errSoak, i, err)
		}
	}
	return nil
}

// has reports whether a block has the PIN of a card.
func (s *stand) has(k hsm.PINKey, block []byte, c text) bool {
	pin, err := pinblock.Open(context.Background(), s.software(k), k.Format, block, c.PAN())
	return err == nil && pin.Equal(pinOf(c))
}
