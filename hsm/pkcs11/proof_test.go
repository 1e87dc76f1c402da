//go:build cgo && unix

package pkcs11_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/pinblock"
)

var everyLength = []int{4, 5, 6, 7, 8, 9, 10, 11, 12}

// watch returns an observer that calls judge with what was recorded while an
// operation ran.
func watch(t *testing.T, w witness, judge func(name string, secret []secretValue, log *p11rig.Reading)) observer {
	seen := len(w.Log())
	return func(name string, secret []secretValue, f func()) {
		t.Helper()
		f()
		log := w.Log()
		require.Greater(t, len(log), seen, "nothing was recorded of %s", name)
		judge(name, secret, p11rig.Read(log[seen:]))
		seen = len(log)
	}
}

// TestProof is the proof that no PIN, clear block, PIN field or key crosses the
// boundary between this process and the token, in hexadecimal, BCD or text, while
// anything is done that is done on the token.
//
// Of what is masked, only the mask is to be seen; see [TestProofSees] for whether
// this test would see something else.
func TestProof(t *testing.T) {
	t.Parallel()
	for name, in := range witnesses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w witness
			l := nssLibrary(t)
			s := newStand(t, l, func() pkcs11.Config { w = in(t, l); return w.Config() })
			var all []secretValue
			operations := 0
			see := watch(t, w, func(name string, secret []secretValue, log *p11rig.Reading) {
				operations++
				for _, v := range secret {
					require.Empty(t, log.Find(v.bytes), "%s in: %s", v.what, name)
				}
				all = append(all, secret[0], secret[len(secret)-1])
			})
			s.translate(everyLength, see)
			s.translateDUKPT(true, see)
			s.batches(see)
			s.bad(see)
			s.verify(true, see)
			s.change(see)
			require.Greater(t, operations, 300)

			// Nor at any other time.
			log := p11rig.Read(w.Log())
			for _, v := range all {
				require.Empty(t, log.Find(v.bytes), v.what)
			}
			require.Empty(t, log.Find([]byte("opaque:")), "the record is whole")
		})
	}
}

// TestProofSees is the control: in this process's way the same operations show
// every PIN, and an import shows the key.
func TestProofSees(t *testing.T) {
	t.Parallel()
	for name, in := range witnesses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w witness
			l := softhsmLibrary(t)
			s := newStand(t, l, func() pkcs11.Config { w = in(t, l); return w.Config() }, hsm.AllowInProcess())
			forms := map[string]int{}
			see := watch(t, w, func(name string, secret []secretValue, log *p11rig.Reading) {
				found := false
				for _, v := range secret {
					if len(log.Find(v.bytes)) > 0 {
						forms[v.what]++
						found = true
					}
				}
				require.True(t, found, "nothing is seen of: %s", name)
			})
			s.translate([]int{4, 7, 12}, see)
			s.translateDUKPT(false, see)
			s.batches(see)
			s.bad(see)
			s.verify(false, see)
			s.change(see)
			for _, what := range []string{"the field of ISO-4", "the clear block of ISO-0", "the digits", "what a PVV is made of", "a block, deciphered"} {
				require.Positive(t, forms[what], what)
			}
			require.Empty(t, p11rig.Find(w.Log(), []byte("opaque:")))

			key := s.soft["tbdk"]
			load(t, s.d, "again", key)
			for _, v := range s.ofKey(hsm.PINKey{Key: "tbdk"}) {
				if v.what == "a key" {
					require.NotEmpty(t, p11rig.Find(w.Log(), v.bytes), "the halves of a key that was imported")
				}
			}
		})
	}
}

// TestProofSeesOnNSS is the control on the token of the proof: a format that is not
// done on it shows the PIN that one that is does not.
func TestProofSeesOnNSS(t *testing.T) {
	t.Parallel()
	for name, in := range witnesses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w witness
			l := nssLibrary(t)
			s := newStand(t, l, func() pkcs11.Config { w = in(t, l); return w.Config() }, hsm.AllowInProcess())
			seen := false
			see := watch(t, w, func(name string, secret []secretValue, log *p11rig.Reading) {
				seen = false
				for _, v := range secret {
					seen = seen || len(log.Find(v.bytes)) > 0
				}
			})
			for _, from := range tokenFormats {
				s.translateOne(s.key(from), s.key(pinblock.ISO3), 4, see)
				require.False(t, seen, "%v to ISO-3", from)
				s.translateOne(s.key(from), s.key(pinblock.ECI2), 4, see)
				require.True(t, seen, "%v to ECI-2", from)
			}
		})
	}
}
