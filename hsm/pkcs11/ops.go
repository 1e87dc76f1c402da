//go:build cgo

package pkcs11

import (
	"bytes"
	"context"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinblock"
)

// keysOf returns the keys of an operation as this package's. The front gives none
// but those that the device returned; the second may be missing.
func (d *Device) keysOf(one, two hsm.Key) (*key, *key, error) {
	k1, ok1 := one.(*key)
	k2, ok2 := two.(*key)
	if !ok1 || k1.d != d || two != nil && (!ok2 || k2.d != d) {
		return nil, nil, errForeign
	}
	return k1, k2, nil
}

// errForeign is for a key that another device returned.
var errForeign = &hsm.Error{Err: hsm.ErrKeyNotFound, Hint: "the key is not of this device"}

// onToken reports whether an operation is done on the token: as [Device.Exposure] has
// said it.
func (d *Device) onToken(w hsm.Work) bool { return d.able.inProcess(w) == "" }

// TranslatePIN implements [hsm.Device].
func (d *Device) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) ([]byte, error) {
	f, k, err := d.keysOf(from, to)
	if err != nil {
		return nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpTranslate, From: t.From.Format, To: t.To.Format, FromKey: from, ToKey: to})
	block, pan, in, out := bytes.Clone(t.Block), t.PAN, t.From.Format, t.To.Format // and not t, which would need a heap
	return work(ctx, d, f.info.Label, true, func(b *bench) ([]byte, error) {
		t := hsm.Translation{Block: block, PAN: pan, From: hsm.PINKey{Format: in}, To: hsm.PINKey{Format: out}}
		if onToken {
			return b.translate(&t, f, k)
		}
		return hsm.Arithmetic{}.TranslatePIN(b.ctx, t, b.bind(f), b.bind(k))
	})
}

// translate translates a block on the token.
func (b *bench) translate(t *hsm.Translation, from, to *key) ([]byte, error) {
	source, target, err := b.wrappers(from, to)
	if err != nil {
		return nil, err
	}
	return b.translateOne(t, source, target)
}

func (b *bench) translateOne(t *hsm.Translation, source, target ontoken.Key) ([]byte, error) {
	if t.PAN.Len() < max(t.From.Format.MinPANLength(), t.To.Format.MinPANLength()) {
		return nil, pinblock.ErrPANLength // in a batch nobody has looked
	}
	o := ontoken.New(b, b.l.marks)
	defer o.Close()
	field, err := o.Open(t.From.Format, source, t.Block, t.PAN)
	if err != nil {
		return nil, err
	}
	return o.Seal(t.To.Format, target, field, t.PAN)
}

// wrappers returns the keys of an operation as those by which it wraps and unwraps.
func (b *bench) wrappers(from, to *key) (source, target ontoken.Key, err error) {
	if source, err = b.wrapper(from, pkcs11.CKA_UNWRAP); err == nil {
		target, err = b.wrapper(to, pkcs11.CKA_WRAP)
	}
	return source, target, err
}

func (b *bench) wrapper(k *key, right uint) (ontoken.Key, error) {
	o, err := b.object(k, right)
	return ontoken.Key{Object: ontoken.Object(o.handle), BlockSize: k.BlockSize()}, err
}

// GeneratePIN implements [hsm.Device]: the PIN is drawn from the token's generator,
// and is in this process until its block is made.
func (d *Device) GeneratePIN(ctx context.Context, g hsm.Generation, to, method hsm.Key) (hsm.Generated, error) {
	k, m, err := d.keysOf(to, method)
	if err != nil {
		return hsm.Generated{}, err
	}
	return work(ctx, d, k.info.Label, true, func(b *bench) (hsm.Generated, error) {
		a := hsm.Arithmetic{Random: benchRandom{b}}
		if m == nil {
			return a.GeneratePIN(b.ctx, g, b.bind(k), nil)
		}
		return a.GeneratePIN(b.ctx, g, b.bind(k), b.bind(m))
	})
}
