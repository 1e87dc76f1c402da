//go:build cgo

package pkcs11

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// ImportKey implements [hsm.KeyManager], by C_CreateObject: the key's bytes,
// which are in this process already, go to the library in the clear. See the
// package's comment for why it is not by unwrapping.
func (d *Device) ImportKey(ctx context.Context, s hsm.KeySpec, k keys.Key) (hsm.KeyInfo, error) {
	return d.create(ctx, s, func(l *link) (hsm.KeyInfo, error) {
		kcv := k.KCV()
		t := template(s, l.token.LoginRequired, allows(s))
		t = append(t, attr(pkcs11.CKA_ID, KeyID{s.Usage, s.Algorithm, kcv}.String()))
		raw := cleartext.Bytes(k)
		defer clear(raw)
		t = append(t, attr(pkcs11.CKA_VALUE, raw))
		err := l.admin(ctx, func(c *pkcs11.Ctx, h pkcs11.SessionHandle) error {
			_, err := c.CreateObject(h, t)
			return err
		})
		return info(s, kcv), err
	})
}

// create makes a key, after a search for its label. Making is not tried twice: a
// token that went away in the middle may have made the key.
func (d *Device) create(ctx context.Context, s hsm.KeySpec, make func(*link) (hsm.KeyInfo, error)) (hsm.KeyInfo, error) {
	d.module.making.Lock()
	defer d.module.making.Unlock()
	err := d.do(ctx, s.Label, true, func(l *link) error {
		found, err := l.search(ctx, s.Label, 1)
		if err == nil && len(found) > 0 {
			err = &hsm.Error{Key: s.Label, Err: hsm.ErrKeyExists}
		}
		return err
	})
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	var made hsm.KeyInfo
	err = d.do(ctx, s.Label, false, func(l *link) (err error) {
		made, err = make(l)
		return err
	})
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return made, nil
}

func info(s hsm.KeySpec, kcv string) hsm.KeyInfo {
	return hsm.KeyInfo{Label: s.Label, Algorithm: s.Algorithm, Usage: s.Usage, KCV: kcv, Ephemeral: s.Ephemeral}
}

// ListKeys implements [hsm.KeyManager]: all secret keys that have a label, also
// those of other software, which have no usage.
func (d *Device) ListKeys(ctx context.Context) ([]hsm.KeyInfo, error) {
	var found []object
	err := d.do(ctx, "", true, func(l *link) (err error) {
		found, err = l.search(ctx, "", math.MaxInt)
		return err
	})
	if err != nil {
		return nil, err
	}
	list := []hsm.KeyInfo{}
	for _, o := range found {
		if o.info.Label != "" {
			list = append(list, o.info)
		}
	}
	slices.SortFunc(list, func(a, b hsm.KeyInfo) int { return strings.Compare(a.Label, b.Label) })
	return list, nil
}

// DeleteKey implements [hsm.KeyManager].
func (d *Device) DeleteKey(ctx context.Context, ref string) error {
	d.module.making.Lock()
	defer d.module.making.Unlock()
	return d.do(ctx, ref, true, func(l *link) error {
		l.handles.forget(ref) // what it was is not good enough to delete by
		o, err := l.lookup(ctx, ref)
		if err != nil {
			return err
		}
		l.handles.forget(ref)
		return l.admin(ctx, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
			return c.DestroyObject(s, o.handle)
		})
	})
}
