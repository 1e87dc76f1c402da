//go:build cgo

package pkcs11

import (
	"context"
	"fmt"
	"sync"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// proofs are the algorithms for which a link has been found to derive as it should.
type proofs struct {
	mu sync.Mutex
	of map[keys.Algorithm]bool
}

func (p *proofs) has(a keys.Algorithm) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of[a]
}

func (p *proofs) add(a keys.Algorithm) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[keys.Algorithm]bool{}
	}
	p.of[a] = true
}

// prove tests, once a link, that the token derives keys of an algorithm as it
// should, from a key that it draws and that is used for nothing else. Tokens are
// known that let a readable key be derived from one that is not, and the
// standard's word on which end is cut off is in a half sentence.
func (l *link) prove(ctx context.Context, a keys.Algorithm) error {
	if l.proven.has(a) {
		return nil
	}
	base, err := l.generate(ctx, hsm.KeySpec{Algorithm: keys.AES128, Ephemeral: true}, rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DERIVE}, "")
	if err != nil {
		return err
	}
	defer l.destroy(base)
	data := make([]byte, (a.KeySize()+15)/16*16)
	for i := range data {
		data[i] = byte(i)
	}
	h, err := l.step(ctx, base, dukpt.Step{Data: data, Algorithm: a}, rights{pkcs11.CKA_ENCRYPT})
	if err != nil {
		return err
	}
	defer l.destroy(h)
	if err := l.hidden(ctx, h); err != nil {
		return err
	}
	if err := l.proveValue(ctx, base, h, a, data); err != nil {
		return err
	}
	l.proven.add(a)
	return nil
}

// hidden returns nil if a key cannot leave the token.
func (l *link) hidden(ctx context.Context, h pkcs11.ObjectHandle) error {
	return l.admin(ctx, func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		v, err := c.GetAttributeValue(p, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
		if err == nil {
			clear(v[0].Value)
			return errReadable
		}
		if !is(err, pkcs11.CKR_ATTRIBUTE_SENSITIVE, pkcs11.CKR_ATTRIBUTE_TYPE_INVALID) {
			return err
		}
		v, err = c.GetAttributeValue(p, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, nil)})
		if err == nil && !isFalse(v[0].Value) {
			return errReadable
		}
		return err
	})
}

// proveValue compares the check values of a derived key and of what it should be,
// which its parent enciphers here: the two are of no other use.
func (l *link) proveValue(ctx context.Context, base, h pkcs11.ObjectHandle, a keys.Algorithm, data []byte) error {
	defer clear(data)
	err := l.use(ctx, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		return run(c, s, encrypt, aesECB, base, data, data)
	})
	if err != nil {
		return err
	}
	want, err := keys.FromSecret(a, keys.UsageData, secret.New(data[:a.KeySize()]))
	if err != nil {
		return err
	}
	got, err := l.checkValue(ctx, a, h)
	if err == nil && got != want.KCV() {
		err = &hsm.Error{Err: hsm.ErrDevice, Hint: fmt.Sprintf("a key of algorithm %v that it derived as a test is not the right one: its derivation is not used", a)}
	}
	return err
}

// errReadable is why a token's derivation is not used.
var errReadable = &hsm.Error{Err: hsm.ErrDevice, Hint: "a key that it derived as a test can leave it, although it was told that it must not: its derivation is not used"}

// isFalse reports whether an attribute is a CK_BBOOL, and false.
func isFalse(b []byte) bool { return len(b) == 1 && b[0] == 0 }
