//go:build cgo && unix

package pkcs11_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A token library, and what is needed to load it behind another one.
type library struct {
	config pkcs11.Config
	setup  pkcs11.Setup
}

func nssLibrary(t testing.TB) library {
	t.Helper()
	token := nss.New(t)
	return library{token.Config(), token.Setup()}
}

func softhsmLibrary(t testing.TB) library {
	t.Helper()
	token := softhsm.New(t)
	return library{token.Config(), pkcs11.Setup{Env: token.Env()}}
}

// witness is something in front of a library that writes down what crosses.
type witness interface {
	Config() pkcs11.Config
	Log() []byte
}

// witnesses are the two there are. The spy is somebody else's, and does not show
// the data of a derivation; the other one does.
var witnesses = map[string]func(t testing.TB, l library) witness{
	"pkcs11-spy": func(t testing.TB, l library) witness { return p11rig.Spy(t, l.config, l.setup) },
	"tamper":     func(t testing.TB, l library) witness { return p11rig.NewTamper(t, l.config, l.setup) },
}

// The keys of a stand. Those of the software have the same labels.
var standKeys = []struct {
	label string
	alg   keys.Algorithm
	usage keys.Usage
}{
	{"tdes2", keys.TDES2, keys.UsagePIN},
	{"tdes3", keys.TDES3, keys.UsagePIN},
	{"aes128", keys.AES128, keys.UsagePIN},
	{"aes256", keys.AES256, keys.UsagePIN},
	{"pvk", keys.TDES2, keys.UsageVisaPVV},
	{"tbdk", keys.TDES2, keys.UsageBDK},
	{"abdk", keys.AES256, keys.UsageBDK},
}

// stand is a token whose keys are known, and a device on it.
type stand struct {
	seldom bool // derived keys are drawn seldom
	t      testing.TB
	soft   map[string]keys.Key
	d      *pkcs11.Device
	hsm    *hsm.HSM
	rand   *rand.Rand
	n      int // operations so far, of which some things depend
}

// newStand puts keys on a token through its own library, and then opens it as c
// says: what is recorded behind that has not seen them.
func newStand(t testing.TB, l library, front func() pkcs11.Config, opts ...hsm.Option) *stand {
	t.Helper()
	s := &stand{t: t, soft: map[string]keys.Key{}, rand: newRand()}
	d, err := pkcs11.Open(t.Context(), l.config)
	require.NoError(t, err)
	for _, k := range standKeys {
		s.soft[k.label] = soft(t, k.alg, k.usage)
		load(t, d, k.label, s.soft[k.label])
	}
	require.NoError(t, d.Close())
	c := front()
	c.ThrowAway = false
	s.d = open(t, c)
	s.hsm = hsm.New(s.d, append([]hsm.Option{hsm.WithPolicy(hsm.PolicyOpen())}, opts...)...)
	return s
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) }

// digits draws a text of n decimal digits.
func (s *stand) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(s.rand.IntN(10))
	}
	return string(b)
}

// text is a PIN and the account it belongs to.
type text struct{ pin, pan string }

func (s *stand) card(n int) text { return text{s.digits(n), "4" + s.digits(12+s.rand.IntN(7))} }

func (c text) PAN() pinblock.PAN {
	pan, err := pinblock.ParsePAN(c.pan)
	if err != nil {
		panic(err)
	}
	return pan
}

// other returns another PIN of the same length for the same card.
func (c text) other() text {
	b := []byte(c.pin)
	b[1] = '0' + (b[1]-'0'+5)%10
	return text{string(b), c.pan}
}

// key names a PIN key for a format: one of the two there are by turns.
func (s *stand) key(f pinblock.Format) hsm.PINKey {
	s.n++
	labels := [2]string{"tdes2", "tdes3"}
	if f.BlockSize() == 16 {
		labels = [2]string{"aes128", "aes256"}
	}
	return hsm.PINKey{Key: labels[s.n%2], Format: f}
}

// tdesKSN and aesKSN draw the KSN of some transaction.
func (s *stand) tdesKSN() dukpt.KSN {
	bits := uint32(0)
	for range 3 {
		bits |= 1 << s.rand.IntN(21)
	}
	return ksn(s.t, fmt.Sprintf("FFFF%010X%06X", s.rand.Uint64N(1<<40), 0xe00000|bits))
}

func (s *stand) aesKSN() dukpt.KSN {
	return ksn(s.t, fmt.Sprintf("%016X%08X", s.rand.Uint64(), 1<<s.rand.IntN(16)|1<<(16+s.rand.IntN(5))))
}

// software returns the key that a block is under.
func (s *stand) software(k hsm.PINKey) keys.Key {
	s.t.Helper()
	if k.KSN.IsZero() {
		return s.soft[k.Key]
	}
	a := k.Algorithm
	if a == 0 {
		a = keys.TDES2
		if k.Format.BlockSize() == 16 {
			a = s.soft[k.Key].Algorithm()
		}
	}
	w, err := dukpt.WorkingKey(s.soft[k.Key], k.KSN, dukpt.PIN, a)
	require.NoError(s.t, err)
	return w
}

// seal makes a block in software.
func (s *stand) seal(k hsm.PINKey, c text) []byte {
	s.t.Helper()
	pin, err := pinblock.ParsePIN(c.pin)
	require.NoError(s.t, err)
	block, err := pinblock.Seal(s.t.Context(), nil, s.software(k), k.Format, pin, c.PAN())
	require.NoError(s.t, err)
	return block
}

// holds requires that a block has the PIN of a card.
func (s *stand) holds(k hsm.PINKey, block []byte, c text) {
	s.t.Helper()
	pin, err := pinblock.Open(s.t.Context(), s.software(k), k.Format, block, c.PAN())
	require.NoError(s.t, err)
	want, err := pinblock.ParsePIN(c.pin)
	require.NoError(s.t, err)
	require.True(s.t, pin.Equal(want))
}
