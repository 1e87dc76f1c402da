//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
)

// Test is one thing that was tried on a token when the device was opened, with keys
// of the test's own: the list of mechanisms is not believed.
type Test struct {
	Name string        // like "translate a TDES PIN block on the token"
	OK   bool          // whether the token did it as it should
	Why  string        // what went wrong, if it did
	Took time.Duration // for all calls of the test together
}

// errProbe is what tests wrap when a token does not do as it should.
var errProbe = errors.New("it does not do what it should")

// probe is a series of tests on one bench.
type probe struct {
	*bench
	tests []Test
	lost  error // the token went away
}

// try makes a test, and destroys what it made. It returns why it failed, or "".
func (p *probe) try(name string, f func() error) ability {
	if p.lost != nil {
		return ability{why: "the token went away"}
	}
	start := time.Now()
	err := f()
	p.clean()
	t := Test{Name: name, OK: err == nil, Took: time.Since(start)}
	if err != nil {
		if gone(err) || vague(err) && !p.l.alive() {
			p.lost = err
		}
		t.Why = reason(err)
	}
	p.tests = append(p.tests, t)
	return ability{ok: t.OK, why: t.Why}
}

// reason returns an error in a few words.
func reason(err error) string {
	var code pkcs11.Error
	var told *hsm.Error
	switch {
	case errors.As(err, &code):
		return call(err) + codeName(code)
	case errors.As(err, &told) && told.Hint != "":
		return told.Hint
	}
	return err.Error()
}

// call returns the innermost call that an error names.
func call(err error) string {
	name := ""
	for at := (*callError)(nil); errors.As(err, &at); err = at.err {
		name = at.call + ": "
	}
	return name
}

// callError says in which call of the library an error came up.
type callError struct {
	call string
	err  error
}

func (e *callError) Error() string { return e.call + ": " + e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// inCall names the call of an error.
func inCall(call string, err error) error {
	if err == nil {
		return nil
	}
	return &callError{call, err}
}

// prepare gets a link ready for what is done on the token: it finds out what the
// token is good for, once for a device, and makes the marks of the link.
func (d *Device) prepare(l *link) error {
	s, ok := l.pinned, true
	if !l.shared {
		if s, ok = l.takeIdle(); !ok {
			return errDropped
		}
	}
	p := &probe{bench: &bench{ctx: context.Background(), d: d, l: l, s: s}}
	able := d.able
	if able == nil {
		able = p.all()
	}
	if p.lost == nil && (able.tdes.ok || able.aes.ok) {
		p.lost = p.makeMarks()
	}
	l.giveBack(s, p.broken && !l.shared)
	if p.lost != nil {
		return p.lost
	}
	if d.able == nil {
		d.able = able
	}
	return nil
}

// all makes every test.
func (p *probe) all() *abilities {
	a := &abilities{aesDUKPT: map[keys.Algorithm]ability{}}
	probeKey := p.try("make a key that only wraps", func() error { _, err := p.probeKey(p.s); return err })
	look := probeKey
	if look.ok {
		look = p.try("cut, join and mask a secret, which stays hidden", p.testSecrets)
	}
	if look.ok {
		a.tdes = p.try("translate a PIN block under TDES keys", func() error { return p.testTranslate(keys.TDES2) })
		a.aes = p.try("translate a PIN block under AES keys", func() error { return p.testTranslate(keys.AES128) })
		p.try("refuse to decipher under a key that only unwraps", p.testRights)
	} else {
		a.tdes, a.aes = look, look
	}
	if a.tdes.ok {
		a.tdesDUKPT = p.try("derive a PIN key of TDES DUKPT", p.testTDESDUKPT)
	} else {
		a.tdesDUKPT = ability{why: a.tdes.why}
	}
	for _, alg := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
		a.aesDUKPT[alg] = p.try(fmt.Sprintf("derive a key for %v of AES DUKPT", alg), func() error { return p.testAESDerivation(alg) })
	}
	a.tests = p.tests
	return a
}

// probeKey makes the key under which parts of PIN blocks are wrapped to be looked
// at: the token draws it, and it has no other use.
func (b *bench) probeKey(s pkcs11.SessionHandle) (ontoken.Key, error) {
	spec := hsm.KeySpec{Algorithm: keys.AES128, Ephemeral: true}
	t := append(template(spec, b.l.token.LoginRequired, rights{pkcs11.CKA_WRAP}), attr(pkcs11.CKA_VALUE_LEN, 16))
	var h pkcs11.ObjectHandle
	err := b.adminCall(func(c *pkcs11.Ctx) (err error) {
		h, err = c.GenerateKey(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_KEY_GEN, nil)}, t)
		return err
	})
	if err != nil {
		return ontoken.Key{}, inCall("C_GenerateKey of an AES key that wraps", err)
	}
	if s == b.s {
		b.made = append(b.made, h)
	}
	return ontoken.Key{Object: ontoken.Object(h), BlockSize: 16}, nil
}

// makeMarks makes the probe key of the link, and what it makes of known fields. The
// key is the pinned session's, and goes with the link.
func (p *probe) makeMarks() error {
	k, err := p.probeKey(p.l.pinned)
	if err != nil {
		return err
	}
	if p.l.shared {
		p.made = nil // it stays
	}
	p.l.marks, err = ontoken.NewMarks(p, k)
	return err
}
