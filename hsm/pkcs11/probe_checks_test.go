//go:build cgo && unix

package pkcs11_test

import (
	"fmt"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// can says whether blocks of a format stay on the token.
func (f faulty) can(x pinblock.Format) bool {
	if x.BlockSize() == 16 {
		return f.aes
	}
	return f.tdes
}

// knows says whether blocks of a format can be worked on at all.
func (f faulty) knows(x pinblock.Format) bool {
	if x.BlockSize() == 16 {
		return !f.noAES
	}
	return !f.noTDES
}

// requireExposure holds what is said of some work against what it should be.
func (f faulty) requireExposure(s *stand, w hsm.Work, onDevice bool) {
	s.t.Helper()
	e, why := s.d.Exposure(w)
	if onDevice {
		require.Equal(s.t, hsm.OnDevice, e, "%+v: %s", w, why)
		return
	}
	require.Equal(s.t, hsm.InProcess, e, "%+v", w)
	require.Contains(s.t, why, f.why)
}

func (f faulty) translations(s *stand, strict *hsm.HSM) {
	t := s.t
	for _, from := range tokenFormats {
		for _, to := range tokenFormats {
			onDevice := f.can(from) && f.can(to)
			f.requireExposure(s, hsm.Work{Op: hsm.OpTranslate, From: from, To: to}, onDevice)
			source, target := s.key(from), s.key(to)
			c := s.card(4 + s.n%9)
			tr := hsm.Translation{Block: s.seal(source, c), PAN: c.PAN(), From: source, To: target}
			if onDevice || f.knows(from) && f.knows(to) {
				out, err := s.hsm.TranslatePIN(t.Context(), tr)
				require.NoError(t, err, "%v to %v", from, to)
				s.holds(target, out, c)
			}
			out, err := strict.TranslatePIN(t.Context(), tr)
			if onDevice {
				require.NoError(t, err)
				s.holds(target, out, c)
				continue
			}
			require.ErrorIs(t, err, hsm.ErrExposure)
			require.ErrorContains(t, err, f.why)
		}
	}
}

func (f faulty) verifications(s *stand, strict *hsm.HSM) {
	t := s.t
	for _, from := range tokenFormats {
		if !f.knows(from) {
			continue
		}
		k := s.key(from)
		c := s.card(6)
		if !f.noTDES {
			onDevice := f.can(from) && f.tdes
			f.requireExposure(s, hsm.Work{Op: hsm.OpVerify, Method: visa, From: from}, onDevice)
			f.requireExposure(s, hsm.Work{Op: hsm.OpReference, Method: visa, From: from}, onDevice)
			want, err := visa.Reference(t.Context(), s.soft["pvk"], pinOf(c), c.PAN())
			require.NoError(t, err)
			v := hsm.Verification{Block: s.seal(k, c), PAN: c.PAN(), From: k, Method: visa, MethodKey: "pvk", Reference: want}
			require.Equal(t, onDevice, strict.VerifyPIN(t.Context(), v) == nil)
			require.NoError(t, s.hsm.VerifyPIN(t.Context(), v))
		}
		for _, x := range tokenFormats {
			if !f.knows(x) {
				continue
			}
			f.requireExposure(s, hsm.Work{Op: hsm.OpVerify, Method: stored(x), From: from}, f.can(from) && f.can(x))
			key := s.key(x)
			v := hsm.Verification{Block: s.seal(k, c), PAN: c.PAN(), From: k, Method: stored(x), MethodKey: key.Key, Reference: s.seal(key, c)}
			require.NoError(t, s.hsm.VerifyPIN(t.Context(), v))
			require.Equal(t, f.can(from) && f.can(x), strict.VerifyPIN(t.Context(), v) == nil)
		}
	}
}

// derivations derives by DUKPT, or is told that it cannot be done, and why.
func (f faulty) derivations(s *stand) {
	t := s.t
	for _, x := range []struct {
		does bool
		key  hsm.PINKey
	}{
		{f.tdesDUKPT, hsm.PINKey{Key: "tbdk", Format: pinblock.ISO0, KSN: s.tdesKSN()}},
		{f.aesDUKPT, hsm.PINKey{Key: "abdk", Format: pinblock.ISO4, KSN: s.aesKSN()}},
	} {
		if !f.knows(x.key.Format) {
			continue
		}
		c := s.card(7)
		tr := hsm.Translation{Block: s.seal(x.key, c), PAN: c.PAN(), From: x.key, To: s.key(x.key.Format)}
		out, err := s.hsm.TranslatePIN(t.Context(), tr)
		if x.does {
			require.NoError(t, err)
			s.holds(tr.To, out, c)
			continue
		}
		require.ErrorContains(t, err, "on this token (", "%s", x.key.Key)
	}
}

// rights holds those of a key that was made on the token against the way it will be
// used.
func (f faulty) rights(t testing.TB, d *pkcs11.Device, label string, a keys.Algorithm, u keys.Usage) {
	t.Helper()
	onToken := f.tdes
	if a.BlockSize() == 16 {
		onToken = f.aes
	}
	var want map[uint]bool
	switch {
	case u == keys.UsagePIN && onToken:
		want = map[uint]bool{p11.CKA_WRAP: true, p11.CKA_UNWRAP: true}
	case u == keys.UsagePIN:
		want = map[uint]bool{p11.CKA_ENCRYPT: true, p11.CKA_DECRYPT: true}
	case u == keys.UsageVisaPVV && onToken:
		want = map[uint]bool{p11.CKA_WRAP: true}
	case u == keys.UsageVisaPVV:
		want = map[uint]bool{p11.CKA_ENCRYPT: true}
	default:
		return
	}
	requireRights(t, d, label, want)
}

// requireRights reads what the token says a key may do.
func requireRights(t testing.TB, d *pkcs11.Device, label string, want map[uint]bool) {
	t.Helper()
	got := map[uint]bool{}
	require.NoError(t, pkcs11.OnSession(t.Context(), d, func(c *p11.Ctx, s p11.SessionHandle) error {
		h, err := labelledOn(c, s, label)
		if err != nil {
			return err
		}
		for _, right := range []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT, p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN, p11.CKA_VERIFY, p11.CKA_DERIVE} {
			v, err := c.GetAttributeValue(s, h, []*p11.Attribute{p11.NewAttribute(right, nil)})
			if err != nil {
				return err
			}
			if v[0].Value[0] != 0 {
				got[right] = true
			}
		}
		return nil
	}))
	require.Equal(t, want, got, label)
}

// labelledOn returns the key of a label that is kept on the token. It is called
// from other goroutines than the test's.
func labelledOn(c *p11.Ctx, s p11.SessionHandle, label string) (p11.ObjectHandle, error) {
	if err := c.FindObjectsInit(s, []*p11.Attribute{p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY), p11.NewAttribute(p11.CKA_LABEL, label)}); err != nil {
		return 0, err
	}
	found, _, err := c.FindObjects(s, 2)
	if err == nil {
		err = c.FindObjectsFinal(s)
	}
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("there are %d keys %s", len(found), label)
	}
	if err != nil {
		return 0, err
	}
	return found[0], nil
}
