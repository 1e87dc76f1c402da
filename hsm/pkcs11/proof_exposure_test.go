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
	"github.com/pinion-hsm/pinion/pinverify"
)

// everyCall are the functions by which a token is asked for anything.
var everyCall = []string{
	"C_GetTokenInfo", "C_GetSessionInfo", "C_OpenSession", "C_CloseSession", "C_FindObjectsInit", "C_GetAttributeValue", "C_SetAttributeValue",
	"C_CreateObject", "C_CopyObject", "C_DestroyObject", "C_GenerateKey", "C_DeriveKey", "C_WrapKey", "C_UnwrapKey",
	"C_EncryptInit", "C_Encrypt", "C_DecryptInit", "C_Decrypt", "C_SignInit", "C_Sign", "C_GenerateRandom",
}

func count(m *p11rig.Tamper, functions ...string) (n int) {
	for _, fn := range functions {
		n += m.Calls(fn)
	}
	return n
}

// oldKeys are what a key was before PINs stayed on the token: it enciphers and
// deciphers, and cannot wrap.
var oldKeys = map[string]string{"tdes2": "old tdes2", "tdes3": "old tdes3", "aes128": "old aes128", "aes256": "old aes256", "pvk": "old pvk"}

// TestExposureIsKept holds what is said of some work against what is done, for work
// of all kinds: formats, methods, rules and keys with other rights. On the device is
// without a call that deciphers or reads; in this process, and not allowed, is
// without any.
func TestExposureIsKept(t *testing.T) {
	t.Parallel()
	l := nssLibrary(t)
	m := p11rig.NewTamper(t, l.config, l.setup)
	m.Hide(p11.CKM_XOR_BASE_AND_DATA)
	before := open(t, m.Config())
	s := newStand(t, l, func() pkcs11.Config { return m.Config() }) // which sees that there is no XOR
	old := map[string]keys.Key{}
	for label, as := range oldKeys {
		load(t, before, as, s.soft[label])
		old[as] = s.soft[label]
	}
	require.NoError(t, before.Close())
	require.NoError(t, s.d.Close())
	m.Heal()
	for as, k := range old {
		s.soft[as] = k
	}
	c := m.Config()
	c.ThrowAway = false
	s.d = open(t, c)
	strict := hsm.New(s.d, hsm.WithPolicy(hsm.PolicyOpen()))
	s.hsm = hsm.New(s.d, hsm.WithPolicy(hsm.PolicyOpen()), hsm.AllowInProcess())
	for label := range s.soft {
		find(t, s.d, label) // so that it is not searched for later
	}
	done := map[hsm.Exposure]int{}
	for i := range 400 {
		w, secret, do := s.anyWork()
		e, why := s.d.Exposure(w)
		require.Equal(t, e == hsm.InProcess, why != "")
		if w.Rules.Repeated {
			require.Equal(t, hsm.InProcess, e, "no rule about digits is passed over")
		}
		name := fmt.Sprintf("%d: %v %v to %v, method %v: %v %s", i, w.Op, w.From, w.To, w.Method, e, why)
		done[e]++
		crypt, all, log := count(m, "C_DecryptInit", "C_EncryptInit", "C_GenerateRandom"), count(m, everyCall...), len(m.Log())
		err := do(strict)
		if e == hsm.InProcess {
			require.ErrorIs(t, err, hsm.ErrExposure, name)
			require.Equal(t, all, count(m, everyCall...), "%s: the token was asked", name)
			require.NoError(t, do(s.hsm), name)
			require.Greater(t, count(m, everyCall...), all)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, crypt, count(m, "C_DecryptInit", "C_EncryptInit", "C_GenerateRandom"), name)
		read := p11rig.Read(m.Log()[log:])
		for _, v := range secret {
			require.Empty(t, read.Find(v.bytes), "%s: %s", v.what, name)
		}
		if stored, ok := w.Method.(pinverify.StoredBlock); w.From.BlockSize() == 8 && (!ok || stored.Format.BlockSize() == 8) {
			require.Empty(t, read.Find([]byte("attribute-out:0x11")), "%s: a value was read", name)
		}
	}
	require.Greater(t, done[hsm.OnDevice], 60)
	require.Greater(t, done[hsm.InProcess], 60)
	require.Len(t, done, 2)
}

// anyWork draws some work: what it is, what must not be seen if it is done on the
// token, and a function that has it done and returns an error unless it is right.
func (s *stand) anyWork() (w hsm.Work, secret []secretValue, do func(*hsm.HSM) error) {
	s.t.Helper()
	from := s.anyKey()
	c := s.card(4 + s.rand.IntN(3))
	for c.pin[0] == c.pin[1] { // rules may not like it
		c = s.card(len(c.pin))
	}
	block := s.seal(from, c)
	secret = s.secrets(c, from, block)
	ctx := s.t.Context()
	w = hsm.Work{Op: hsm.OpTranslate, From: from.Format, FromKey: find(s.t, s.d, from.Key)}
	if s.rand.IntN(2) == 0 {
		to := s.anyKey()
		w.To, w.ToKey = to.Format, find(s.t, s.d, to.Key)
		return w, secret, func(h *hsm.HSM) error {
			_, err := h.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: c.PAN(), From: from, To: to})
			return err
		}
	}
	key := [...]string{"pvk", "old pvk"}[s.rand.IntN(2)]
	w.Method = visa
	if s.rand.IntN(2) == 0 {
		k := s.anyKey()
		w.Method, key = stored(k.Format), k.Key
	}
	w.MethodKey = find(s.t, s.d, key)
	reference, err := w.Method.(pinverify.Referencer).Reference(ctx, s.soft[key], pinOf(c), c.PAN())
	require.NoError(s.t, err)
	v := hsm.Verification{Block: block, PAN: c.PAN(), From: from, Method: w.Method, MethodKey: key, Reference: reference}
	w.Rules = []pinverify.Rules{{}, {}, {MinLength: 4, MaxLength: 6}, {Repeated: true}}[s.rand.IntN(4)]
	switch s.rand.IntN(3) {
	case 0:
		w.Op, w.Rules = hsm.OpVerify, pinverify.Rules{}
		return w, secret, func(h *hsm.HSM) error { return h.VerifyPIN(ctx, v) }
	case 1:
		w.Op = hsm.OpReference
		return w, secret, func(h *hsm.HSM) error {
			_, err := h.PINReference(ctx, hsm.Reference{Block: block, PAN: v.PAN, From: from, Method: w.Method, MethodKey: key, Rules: w.Rules})
			return err
		}
	}
	w.Op = hsm.OpChange
	next := s.seal(from, c)
	secret = append(secret, s.ofBlock(from, next, c)...)
	return w, secret, func(h *hsm.HSM) error {
		_, err := h.ChangePIN(ctx, hsm.Change{PAN: v.PAN, From: from, Current: block, New: next, Method: w.Method, MethodKey: key, Reference: reference, Rules: w.Rules})
		return err
	}
}

// anyKey draws a format, most of the time one that is done on a token, and a key for
// it, most of the time a new one.
func (s *stand) anyKey() hsm.PINKey {
	f := tokenFormats[s.rand.IntN(len(tokenFormats))]
	if s.rand.IntN(6) == 0 {
		f = legacy[s.rand.IntN(len(legacy))]
	}
	k := s.key(f)
	if s.rand.IntN(6) == 0 {
		k.Key = oldKeys[k.Key]
	}
	return k
}
