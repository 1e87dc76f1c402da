//go:build cgo && unix

package pkcs11_test

import (
	"fmt"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// TestProbeReads has a token that was good make what can be read. Each test sees it
// by itself.
func TestProbeReads(t *testing.T) {
	t.Parallel()
	l := nssLibrary(t)
	m := p11rig.NewTamper(t, l.config, l.setup)
	d := open(t, m.Config())
	for name, probe := range map[string]func() error{
		"secrets":        func() error { return pkcs11.ProbeSecrets(t.Context(), d) },
		"translate TDES": func() error { return pkcs11.ProbeTranslate(t.Context(), d, keys.TDES2) },
		"translate AES":  func() error { return pkcs11.ProbeTranslate(t.Context(), d, keys.AES128) },
		"TDES DUKPT":     func() error { return pkcs11.ProbeTDESDUKPT(t.Context(), d) },
	} {
		require.NoError(t, probe(), name)
		m.Readable(true)
		require.ErrorContains(t, probe(), "can be read", name)
		m.Readable(false)
	}
	require.Equal(t, 1, m.Live(), "the probe key")
}

// TestProbedOnce has a token go away: what it is good for is known when it is back.
func TestProbedOnce(t *testing.T) {
	t.Parallel()
	var m *p11rig.Tamper
	l := nssLibrary(t)
	s := newStand(t, l, func() pkcs11.Config { m = p11rig.NewTamper(t, l.config, l.setup); return m.Config() })
	probed := m.Calls("C_UnwrapKey")
	require.Greater(t, probed, 10)
	translate := func() {
		from, to := s.key(pinblock.ISO0), s.key(pinblock.ISO4)
		c := s.card(5)
		out, err := s.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: s.seal(from, c), PAN: c.PAN(), From: from, To: to})
		require.NoError(t, err)
		s.holds(to, out, c)
	}
	translate()
	require.Equal(t, probed+1, m.Calls("C_UnwrapKey"))
	for n := range 3 {
		before, initialized := m.Calls("C_UnwrapKey"), m.Calls("C_Login")
		m.Fail("C_UnwrapKey", p11.CKR_DEVICE_REMOVED, 0, 1)
		translate()
		require.Equal(t, initialized+1, m.Calls("C_Login"), "it connected anew")
		require.Equal(t, before+2, m.Calls("C_UnwrapKey"), "round %d", n)
	}
}

// TestProbeFails has each call that the probe makes fail once: the device is not
// opened, or it knows that less can be done on the token, and nothing is left there.
func TestProbeFails(t *testing.T) {
	t.Parallel()
	l := nssLibrary(t)
	m := p11rig.NewTamper(t, l.config, l.setup)
	m.Record(false)
	attempt := func() (*pkcs11.Device, error) { return pkcs11.Open(t.Context(), m.Config()) }
	calls := map[string]int{"C_CreateObject": 0, "C_UnwrapKey": 0, "C_DeriveKey": 0, "C_WrapKey": 0, "C_GenerateKey": 0, "C_GetAttributeValue": 0}
	d, err := attempt()
	require.NoError(t, err)
	require.NoError(t, d.Close())
	for fn := range calls {
		calls[fn] = m.Calls(fn)
	}
	for fn, n := range calls {
		for at := 0; at < n; at += 1 + n/8 {
			name := fmt.Sprintf("call %d of %d of %s", at, n, fn)
			before := m.Live()
			m.Fail(fn, p11.CKR_FUNCTION_FAILED, at, 1)
			d, err := attempt()
			m.Heal()
			if err != nil {
				require.ErrorIs(t, err, hsm.ErrDevice, name)
				continue
			}
			left := 0
			if e, _ := d.Exposure(hsm.Work{Op: hsm.OpTranslate}); e == hsm.OnDevice {
				left = 1 // the probe key, which goes with its session
			}
			require.Equal(t, before+left, m.Live(), name)
			if fn == "C_UnwrapKey" {
				tdes, _ := d.Exposure(hsm.Work{Op: hsm.OpTranslate, From: pinblock.ISO0, To: pinblock.ISO0})
				aes, _ := d.Exposure(hsm.Work{Op: hsm.OpTranslate, From: pinblock.ISO4, To: pinblock.ISO4})
				require.True(t, tdes == hsm.InProcess || aes == hsm.InProcess || at >= n-4, name)
			}
			require.NoError(t, d.Close())
		}
	}
}
