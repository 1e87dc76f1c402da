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
	return d.create(ctx, s, func(b *bench) (hsm.KeyInfo, error) {
		kcv := k.KCV()
		t := template(s, b.l.token.LoginRequired, d.able.rights(s))
		t = append(t, attr(pkcs11.CKA_ID, newKeyID(s, kcv)))
		raw := cleartext.Bytes(k)
		defer clear(raw)
		t = append(t, attr(pkcs11.CKA_VALUE, raw))
		var h pkcs11.ObjectHandle
		err := b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) (err error) {
			h, err = c.CreateObject(p, t)
			return err
		})
		if err == nil && d.able.tdesDUKPT.ok && wantsVariant(s) {
			if err = b.createVariant(s, raw); err != nil {
				b.destroyPinned(h)
			}
		}
		return info(s, kcv), err
	})
}

// create makes a key, after a search for its label. Making is not tried twice: a
// token that went away in the middle may have made the key.
func (d *Device) create(ctx context.Context, s hsm.KeySpec, make func(*bench) (hsm.KeyInfo, error)) (hsm.KeyInfo, error) {
	done, err := d.module.lockMaking(ctx)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	defer done()
	err = d.do(ctx, s.Label, true, func(b *bench) error {
		found, err := b.search(s.Label, 1)
		if err == nil && len(found) > 0 {
			err = &hsm.Error{Key: s.Label, Err: hsm.ErrKeyExists}
		}
		return err
	})
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return work(ctx, d, s.Label, false, make)
}

// lockMaking waits until nobody else makes keys with the library. The caller calls
// done.
func (m *module) lockMaking(ctx context.Context) (done func(), err error) {
	return m.making.give, m.making.take(ctx)
}

func info(s hsm.KeySpec, kcv string) hsm.KeyInfo {
	return hsm.KeyInfo{Label: s.Label, Algorithm: s.Algorithm, Usage: s.Usage, KCV: kcv, Ephemeral: s.Ephemeral}
}

// ListKeys implements [hsm.KeyManager]: all secret keys that have a label, also
// those of other software, which have no usage.
func (d *Device) ListKeys(ctx context.Context) ([]hsm.KeyInfo, error) {
	found, err := work(ctx, d, "", true, func(b *bench) ([]object, error) { return b.search("", math.MaxInt) })
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
	done, err := d.module.lockMaking(ctx)
	if err != nil {
		return err
	}
	defer done()
	return d.do(ctx, ref, true, func(b *bench) error {
		b.forget(ref) // what it was is not good enough to delete by
		o, err := b.find(ref)
		if err != nil {
			return err
		}
		if err := b.destroyVariants(o.info); err != nil {
			return err
		}
		defer b.l.m.age(ref)
		return b.pinned(func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
			return c.DestroyObject(s, o.handle)
		})
	})
}
