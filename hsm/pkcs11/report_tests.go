//go:build cgo

package pkcs11

import (
	"errors"
	"time"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// trial is a test of what a token must refuse. That it does is no condition for
// working on it; whoever runs it should know.
type trial struct {
	Test
	gaveIn bool // the token did what it should have refused
	finding
}

// finding is what a trial is worth.
type finding struct {
	level              Level
	code, text, advice string
}

// errGaveIn is what a trial wraps if the token did it.
var errGaveIn = errors.New("the token did it")

// trials tries whether the token refuses what it must, with keys that it draws for
// that, and which are destroyed.
func (b *bench) trials() ([]trial, error) {
	b.broken = !b.l.shared // who knows what state the session is in afterwards
	var list []trial
	for _, t := range []struct {
		name string
		f    func() error
		finding
	}{
		{"refuse to show a sensitive key", b.tryRead, finding{Danger, "token_shows_keys",
			"the token shows the value of a key that was made sensitive",
			"do not keep keys on it; ask its maker"}},
		{"refuse to take the protection of a key away", b.tryUnprotect, finding{Danger, "token_unprotects_keys",
			"the token lets CKA_SENSITIVE or CKA_EXTRACTABLE of a protected key be changed back",
			"do not keep keys on it; ask its maker"}},
		{"refuse to wrap a key that is not extractable", b.tryWrap, finding{Danger, "token_wraps_unextractable",
			"the token wraps keys that were made not extractable: whoever holds a session can wrap any key under one that they know",
			"keep the credential to the PIN service alone, and ask the token's maker for a mode in which CKA_EXTRACTABLE is heeded (NSS softokn has no such mode: it is for tests)"}},
		{"refuse to decipher under a key without CKA_DECRYPT", b.tryDecipher, finding{Danger, "token_ignores_rights",
			"the token deciphers under a key that was made without the right to: rights of keys mean nothing on it",
			"do not keep PIN keys on it; ask its maker"}},
		{"refuse a key the right to decipher afterwards", b.tryWiden, finding{Warning, "token_widens_rights",
			"the token lets CKA_DECRYPT of a key be set after it was made: whoever holds a session can decipher PIN blocks under any PIN key",
			"keep the credential to the PIN service alone; where the token can, have its administrator make the PIN keys with CKA_MODIFIABLE false"}},
	} {
		start := time.Now()
		err := t.f()
		b.clean()
		if gone(err) || vague(err) && !b.l.alive() {
			return nil, err
		}
		x := trial{Test: Test{Name: t.name, OK: err == nil, Took: time.Since(start)}, finding: t.finding}
		if x.gaveIn = errors.Is(err, errGaveIn); x.gaveIn {
			x.Why = "it did not refuse"
		} else if err != nil {
			x.Why = "it could not be tried: " + reason(err)
		}
		list = append(list, x)
	}
	return list, nil
}

// refused returns nil if a call was refused. That it was does not spoil the session,
// so these calls are made past the bench, which would note it.
func refused(err error) error {
	switch {
	case err == nil:
		return errGaveIn
	case gone(err), vague(err):
		return err
	}
	return nil
}

// subject has the token draw a key to try things with: sensitive, not extractable,
// and gone with the trial.
func (b *bench) subject(r rights) (h pkcs11.ObjectHandle, err error) {
	spec := hsm.KeySpec{Algorithm: keys.AES128, Ephemeral: true}
	t := append(template(spec, b.l.token.LoginRequired, r), attr(pkcs11.CKA_VALUE_LEN, 16))
	err = b.l.m.adminCall(func(c *pkcs11.Ctx) error {
		h, err = c.GenerateKey(b.s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_KEY_GEN, nil)}, t)
		return err
	})
	if err != nil {
		return 0, inCall("C_GenerateKey", err)
	}
	b.made = append(b.made, h)
	return h, nil
}

func (b *bench) tryRead() error {
	k, err := b.subject(rights{pkcs11.CKA_ENCRYPT})
	if err != nil {
		return err
	}
	if b.readable(k) {
		return errGaveIn
	}
	return nil
}

// readable reports whether the token would hand out the value of a key. It is asked
// for it with too little room, so that the value does not come.
func (b *bench) readable(h pkcs11.ObjectHandle) bool {
	var room [1]byte
	b.l.m.begin(false)
	_, err := b.l.m.raw.value(b.s, h, room[:])
	b.l.m.end(false)
	clear(room[:])
	return err == nil || is(err, pkcs11.CKR_BUFFER_TOO_SMALL)
}

func (b *bench) tryUnprotect() error {
	for _, a := range []*pkcs11.Attribute{attr(pkcs11.CKA_SENSITIVE, false), attr(pkcs11.CKA_EXTRACTABLE, true)} {
		k, err := b.subject(rights{pkcs11.CKA_ENCRYPT})
		if err != nil {
			return err
		}
		_ = b.set(k, a) // tokens that do nothing and say that they did are known
		now, err := b.flags(k, []uint{a.Type})
		if err != nil {
			return err
		}
		if want := a.Type == pkcs11.CKA_SENSITIVE; now[0] != Unsaid && (now[0] == Yes) != want {
			return errGaveIn
		}
	}
	return nil
}

// set changes an attribute.
func (b *bench) set(h pkcs11.ObjectHandle, a *pkcs11.Attribute) error {
	return b.l.m.adminCall(func(c *pkcs11.Ctx) error {
		return c.SetAttributeValue(b.s, h, []*pkcs11.Attribute{a})
	})
}

func (b *bench) tryWrap() error {
	k, err := b.subject(rights{pkcs11.CKA_ENCRYPT})
	if err != nil {
		return err
	}
	w, err := b.subject(rights{pkcs11.CKA_WRAP})
	if err != nil {
		return err
	}
	for _, mechanism := range []uint{pkcs11.CKM_AES_ECB, pkcs11.CKM_AES_KEY_WRAP, pkcs11.CKM_AES_KEY_WRAP_PAD} {
		var out [64]byte
		b.l.m.begin(false)
		_, err := b.l.m.raw.wrap(b.s, mechanism, w, k, out[:])
		b.l.m.end(false)
		if err := refused(err); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) tryDecipher() error {
	k, err := b.subject(rights{pkcs11.CKA_ENCRYPT})
	if err != nil {
		return err
	}
	return refused(b.decipher(k))
}

// decipher deciphers a block of zeros.
func (b *bench) decipher(k pkcs11.ObjectHandle) error {
	var block [16]byte
	b.l.m.begin(false)
	defer b.l.m.end(false)
	_, err := b.l.m.raw.crypt(b.s, false, pkcs11.CKM_AES_ECB, k, block[:], block[:])
	return err
}

func (b *bench) tryWiden() error {
	k, err := b.subject(rights{pkcs11.CKA_ENCRYPT})
	if err != nil {
		return err
	}
	if err := b.decipher(k); err == nil {
		return nil // it needs no right: that is another trial's
	}
	if err := b.set(k, attr(pkcs11.CKA_DECRYPT, true)); err != nil {
		return nil
	}
	return refused(b.decipher(k))
}

// triedFindings returns what came of the trials.
func triedFindings(list []trial) []Finding {
	var all []Finding
	for _, t := range list {
		if t.gaveIn {
			all = append(all, Finding{Level: t.level, Code: t.code, Text: t.text, Advice: t.advice})
		}
	}
	return all
}
