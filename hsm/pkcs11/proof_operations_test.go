//go:build cgo && unix

package pkcs11_test

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// observer is told of an operation: what must not be seen of it, and the operation.
type observer func(name string, secret []secretValue, f func())

// tokenFormats are what is done on a token.
var tokenFormats = []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ISO4}

// secrets returns what must not be seen of a PIN, and of the blocks it is in.
func (s *stand) secrets(c text, k hsm.PINKey, block []byte) []secretValue {
	return append(append(ofPIN(c), s.ofBlock(k, block, c)...), s.ofKey(k)...)
}

// sources names the keys that a block of a format can come under.
func (s *stand) sources(f pinblock.Format) []hsm.PINKey {
	ks := []hsm.PINKey{s.key(f), s.key(f)}
	if f.BlockSize() == 16 {
		return append(ks, hsm.PINKey{Key: "abdk", Format: f, KSN: s.aesKSN()}, hsm.PINKey{Key: "abdk", Format: f, KSN: s.aesKSN(), Algorithm: keys.AES128})
	}
	return append(ks, hsm.PINKey{Key: "tbdk", Format: f, KSN: s.tdesKSN()}, hsm.PINKey{Key: "abdk", Format: f, KSN: s.aesKSN(), Algorithm: keys.TDES3})
}

// translate translates between every pair of formats, PINs of every length.
func (s *stand) translate(lengths []int, see observer) {
	for _, from := range tokenFormats {
		for _, to := range tokenFormats {
			for _, n := range lengths {
				s.translateOne(s.key(from), s.key(to), n, see)
			}
		}
	}
}

// translateDUKPT translates from and to keys that are derived for it.
func (s *stand) translateDUKPT(tdes bool, see observer) {
	for i, from := range tokenFormats {
		for j, to := range tokenFormats {
			source, target := s.sources(from)[2:], s.sources(to)[2:]
			if !tdes {
				source, target = source[1:], target[1:]
			}
			k := source[(i+j)%len(source)]
			s.translateOne(k, s.key(to), 4+(3*i+j)%9, see)
			s.translateOne(s.key(from), target[(i+j)%len(target)], 4+(i+3*j)%9, see)
		}
	}
}

func (s *stand) translateOne(from, to hsm.PINKey, n int, see observer) {
	s.t.Helper()
	c := s.card(n)
	block := s.seal(from, c)
	name := fmt.Sprintf("translate %v under %s to %v under %s, %d digits", from.Format, from.Key, to.Format, to.Key, n)
	see(name, append(s.secrets(c, from, block), s.ofKey(to)...), func() {
		out, err := s.hsm.TranslatePIN(s.t.Context(), hsm.Translation{Block: block, PAN: c.PAN(), From: from, To: to})
		require.NoError(s.t, err, name)
		s.holds(to, out, c)
	})
}

// batches translates many blocks at once, some of which are bad.
func (s *stand) batches(see observer) {
	for _, from := range tokenFormats {
		for _, to := range tokenFormats {
			source, target := s.key(from), s.key(to)
			b := hsm.Batch{From: source, To: target}
			var cards []text
			var secret []secretValue
			for n := 4; n <= 12; n += 2 {
				c := s.card(n)
				block := s.seal(source, c)
				if n == 8 {
					block = s.spoilt(source, block, c)
				}
				cards = append(cards, c)
				require.NoError(s.t, b.Add(hsm.Item{Block: block, PAN: c.PAN()}))
				secret = append(secret, s.ofBlock(source, block, c)...)
				if n != 8 { // which nobody sees
					secret = append(secret, ofPIN(c)...)
				}
			}
			see(fmt.Sprintf("a batch of %v to %v", from, to), secret, func() {
				results, err := s.hsm.TranslatePINs(s.t.Context(), b)
				require.NoError(s.t, err)
				for i, card := range cards {
					block, err := results.Block(i)
					if i == 2 {
						require.ErrorIs(s.t, err, hsm.ErrBlock)
						continue
					}
					require.NoError(s.t, err)
					s.holds(target, block, card)
				}
			})
		}
	}
}

// bad translates and verifies what does not open.
func (s *stand) bad(see observer) {
	for _, from := range tokenFormats {
		k := s.key(from)
		for n := 4; n <= 12; n++ {
			c := s.card(n)
			block := s.seal(k, c)
			block = s.spoilt(k, block, c)
			see(fmt.Sprintf("a bad block of %v", from), s.ofBlock(k, block, c), func() {
				_, err := s.hsm.TranslatePIN(s.t.Context(), hsm.Translation{Block: block, PAN: c.PAN(), From: k, To: s.key(pinblock.ISO0)})
				require.ErrorIs(s.t, err, hsm.ErrBlock)
				err = s.hsm.VerifyPIN(s.t.Context(), hsm.Verification{Block: block, PAN: c.PAN(), From: k, Method: visa, MethodKey: "pvk", Reference: []byte("0000")})
				require.ErrorIs(s.t, err, hsm.ErrBlock)
			})
		}
	}
}

// verify verifies PINs, right and wrong, and computes their reference values, by
// every method that is done on a token and from every format.
func (s *stand) verify(tdes bool, see observer) {
	for i, from := range tokenFormats {
		for j, k := range s.sources(from) {
			if k.Key == "tbdk" && !tdes {
				continue
			}
			s.verifyBy(visa, "pvk", k, 4+(2*i+3*j)%9, see)
			for l, f := range tokenFormats {
				s.verifyBy(stored(f), s.key(f).Key, k, 4+(2*i+3*j+l)%9, see)
			}
		}
	}
}

func (s *stand) verifyBy(m pinverify.Method, key string, from hsm.PINKey, n int, see observer) {
	s.t.Helper()
	ctx := s.t.Context()
	c := s.card(n)
	wrong := c.other()
	block, bad := s.seal(from, c), s.seal(from, wrong)
	name := fmt.Sprintf("verify by %s, %v under %s, %d digits", m.Name(), from.Format, from.Key, n)
	secret := append(s.secrets(c, from, block), s.secrets(wrong, from, bad)...)
	see(name, append(secret, s.ofKey(hsm.PINKey{Key: key})...), func() {
		v := hsm.Verification{Block: block, PAN: c.PAN(), From: from, Method: m, MethodKey: key}
		var err error
		v.Reference, err = s.hsm.PINReference(ctx, hsm.Reference{Block: block, PAN: v.PAN, From: from, Method: m, MethodKey: key})
		require.NoError(s.t, err, name)
		if b, ok := m.(pinverify.StoredBlock); ok {
			s.holds(hsm.PINKey{Key: key, Format: b.Format}, v.Reference, c)
		}
		require.NoError(s.t, s.hsm.VerifyPIN(ctx, v), name)
		v.Block = bad
		if err := s.hsm.VerifyPIN(ctx, v); m.Name() != visa.Name() || err != nil { // a PVV may be that of two PINs
			require.ErrorIs(s.t, err, hsm.ErrWrongPIN, name)
		}
	})
}

// change changes PINs, with the current one right and wrong.
func (s *stand) change(see observer) {
	ctx := s.t.Context()
	for i, f := range tokenFormats {
		for j, m := range []pinverify.Method{visa, stored(f)} {
			from, key := s.key(f), "pvk"
			if j == 1 {
				key = s.key(f).Key
			}
			c := s.card(5 + 3*i%8)
			next := c.other()
			current, wanted := s.seal(from, c), s.seal(from, next)
			secret := append(s.secrets(c, from, current), s.secrets(next, from, wanted)...)
			see(fmt.Sprintf("change by %s, %v", m.Name(), f), secret, func() {
				reference, err := s.hsm.PINReference(ctx, hsm.Reference{Block: current, PAN: c.PAN(), From: from, Method: m, MethodKey: key})
				require.NoError(s.t, err)
				change := hsm.Change{PAN: c.PAN(), From: from, Current: current, New: wanted, Method: m, MethodKey: key, Reference: reference,
					Rules: pinverify.Rules{MinLength: 4, MaxLength: 12}}
				reference, err = s.hsm.ChangePIN(ctx, change)
				require.NoError(s.t, err)
				require.NoError(s.t, s.hsm.VerifyPIN(ctx, hsm.Verification{Block: wanted, PAN: c.PAN(), From: from, Method: m, MethodKey: key, Reference: reference}))
				change.Current = wanted
				if _, err = s.hsm.ChangePIN(ctx, change); m.Name() != visa.Name() || err != nil {
					require.ErrorIs(s.t, err, hsm.ErrWrongPIN)
				}
			})
		}
	}
}
