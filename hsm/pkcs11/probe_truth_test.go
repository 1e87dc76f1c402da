//go:build cgo && unix

package pkcs11_test

import (
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
)

// faulty is a token that does not do, or do right, what NSS's does.
type faulty struct {
	name string
	set  func(m *p11rig.Tamper)
	// What can still be done on it, and a word of why the rest cannot.
	tdes, aes, tdesDUKPT, aesDUKPT bool
	why                            string
	// noTDES: it does not know TDES at all, in whatever way; noAES.
	noTDES, noAES bool
}

func hide(mechanisms ...uint) func(*p11rig.Tamper) {
	return func(m *p11rig.Tamper) {
		for _, x := range mechanisms {
			m.Hide(x)
		}
	}
}

var allDES = []uint{p11.CKM_DES_ECB, p11.CKM_DES3_ECB, p11.CKM_DES2_KEY_GEN, p11.CKM_DES3_KEY_GEN, p11.CKM_DES3_ECB_ENCRYPT_DATA, p11.CKM_DES_KEY_GEN}

var faults = []faulty{
	{name: "nothing", set: func(*p11rig.Tamper) {}, tdes: true, aes: true, tdesDUKPT: true, aesDUKPT: true},
	{name: "all readable", set: func(m *p11rig.Tamper) { m.Readable(true) }, why: "can be read"},
	{name: "wrong ciphertext", set: func(m *p11rig.Tamper) { m.Corrupt("C_WrapKey") }, why: "C_WrapKey: ", aesDUKPT: true},
	{name: "wrong mask", set: func(m *p11rig.Tamper) { m.Corrupt("C_DeriveKey") }, why: "CKM_XOR_BASE_AND_DATA: it does not do", aesDUKPT: true},
	{name: "no XOR", set: hide(p11.CKM_XOR_BASE_AND_DATA), why: "CKM_XOR_BASE_AND_DATA", aesDUKPT: true},
	{name: "no extract", set: hide(p11.CKM_EXTRACT_KEY_FROM_KEY), why: "CKM_EXTRACT_KEY_FROM_KEY", aesDUKPT: true},
	{name: "no append", set: hide(p11.CKM_CONCATENATE_BASE_AND_DATA), why: "CKM_CONCATENATE_BASE_AND_DATA", aesDUKPT: true},
	{name: "no prepend", set: hide(p11.CKM_CONCATENATE_DATA_AND_BASE), why: "CKM_CONCATENATE_DATA_AND_BASE", aesDUKPT: true},
	{name: "promised XOR", set: func(m *p11rig.Tamper) { m.Promise(p11.CKM_XOR_BASE_AND_DATA) }, why: "CKM_XOR_BASE_AND_DATA", aesDUKPT: true},
	{name: "denied XOR", set: func(m *p11rig.Tamper) { m.Deny(p11.CKM_XOR_BASE_AND_DATA) }, tdes: true, aes: true, tdesDUKPT: true, aesDUKPT: true},
	{name: "no TDES", set: hide(p11.CKM_DES3_ECB), why: "CKR_MECHANISM_INVALID", aes: true, aesDUKPT: true, noTDES: true},
	{name: "no DES of any kind", set: hide(allDES...), why: "CKR_MECHANISM_INVALID", aes: true, aesDUKPT: true, noTDES: true},
	{name: "no AES", set: hide(p11.CKM_AES_ECB), why: "CKR_MECHANISM_INVALID", noAES: true},
	{name: "no AES key made", set: hide(p11.CKM_AES_KEY_GEN), why: "C_GenerateKey of an AES key that wraps: CKR_MECHANISM_INVALID"},
	{name: "no single DES", set: hide(p11.CKM_DES_ECB), tdes: true, aes: true, aesDUKPT: true},
	{name: "no TDES derivation", set: hide(p11.CKM_DES3_ECB_ENCRYPT_DATA), tdes: true, aes: true, aesDUKPT: true},
	{name: "no joining of keys", set: hide(p11.CKM_CONCATENATE_BASE_AND_KEY), tdes: true, aes: true, aesDUKPT: true},
	{name: "no AES derivation", set: hide(p11.CKM_AES_ECB_ENCRYPT_DATA), tdes: true, aes: true, tdesDUKPT: true},
}

// spoilt returns an NSS token with a fault, and what is in front of it.
func (f faulty) token(t testing.TB) *p11rig.Tamper {
	l := nssLibrary(t)
	m := p11rig.NewTamper(t, l.config, l.setup)
	m.Record(false)
	f.set(m)
	return m
}

// TestProbe holds what is said of a token against what it can do, one thing after
// the other being taken from it. What is not done on the token is refused, or, if
// it may be, done right in this process.
func TestProbe(t *testing.T) {
	t.Parallel()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			m := f.token(t)
			c := m.Config()
			c.ThrowAway = false
			d := open(t, c)
			marks := 0
			if f.tdes || f.aes {
				marks = 1 // the probe key
			}
			require.Equal(t, marks, m.Live(), "the probe leaves nothing behind")

			s := &stand{t: t, soft: map[string]keys.Key{}, d: d, rand: newRand()}
			for _, k := range standKeys {
				s.soft[k.label] = soft(t, k.alg, k.usage)
				if bad := f.noTDES && k.alg.BlockSize() == 8 || f.noAES && k.alg.BlockSize() == 16; !bad {
					load(t, d, k.label, s.soft[k.label])
					f.rights(t, d, k.label, k.alg, k.usage)
				}
			}
			strict := hsm.New(d, hsm.WithPolicy(hsm.PolicyOpen()))
			s.hsm = hsm.New(d, hsm.WithPolicy(hsm.PolicyOpen()), hsm.AllowInProcess())
			f.translations(s, strict)
			f.verifications(s, strict)
			f.derivations(s)
			require.LessOrEqual(t, m.Live(), marks+2*len(standKeys)+3, "nor do operations: there are the keys, their copies and variants")
		})
	}
}

// TestProbeSuite runs the behaviour suite on tokens on which less is done.
func TestProbeSuite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"wrong mask", "no prepend"} {
		for _, f := range faults {
			if f.name != name {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
					d, err := pkcs11.Open(t.Context(), f.token(t).Config())
					require.NoError(t, err)
					return d
				})
			})
		}
	}
}
