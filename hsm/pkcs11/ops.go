//go:build cgo

package pkcs11

import (
	"bytes"
	"context"
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// keysOf returns the keys of an operation as this package's. The front gives none
// but those that the device returned; the second may be missing.
func (d *Device) keysOf(one, two hsm.Key) (*key, *key, error) {
	k1, ok1 := one.(*key)
	k2, ok2 := two.(*key)
	if !ok1 || k1.d != d || two != nil && (!ok2 || k2.d != d) {
		return nil, nil, &hsm.Error{Err: hsm.ErrKeyNotFound, Hint: "the key is not of this device"}
	}
	return k1, k2, nil
}

// onToken returns the keys of an operation, and whether it is done on the token: as
// Exposure has said it.
func (d *Device) onToken(w hsm.Work) bool { return d.able.inProcess(w) == "" }

// TranslatePIN implements [hsm.Device].
func (d *Device) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) ([]byte, error) {
	f, k, err := d.keysOf(from, to)
	if err != nil {
		return nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpTranslate, From: t.From.Format, To: t.To.Format, FromKey: from, ToKey: to})
	t.Block = bytes.Clone(t.Block)
	return work(ctx, d, f.info.Label, true, func(b *bench) ([]byte, error) {
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

// most is how many blocks of a batch are one operation: if the token goes away in
// the middle, what was done before is not done again.
const most = 4 * maxBlocks

// TranslatePINs implements [hsm.BatchTranslator].
func (d *Device) TranslatePINs(ctx context.Context, batch hsm.Batch, from, to hsm.Key) ([]hsm.Result, error) {
	f, k, err := d.keysOf(from, to)
	if err != nil {
		return nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpTranslate, From: batch.From.Format, To: batch.To.Format, FromKey: from, ToKey: to})
	items := cloneItems(batch.Items)
	results := make([]hsm.Result, 0, len(items))
	for len(items) > 0 {
		part := batch
		part.Items, items = items[:min(most, len(items))], items[min(most, len(items)):]
		some, err := work(ctx, d, f.info.Label, true, func(b *bench) ([]hsm.Result, error) {
			if onToken {
				return b.translateAll(&part, f, k)
			}
			return hsm.Arithmetic{}.TranslatePINs(b.ctx, part, b.bind(f), b.bind(k))
		})
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

// cloneItems copies items with their blocks: a call that is abandoned still reads
// them.
func cloneItems(items []hsm.Item) []hsm.Item {
	n := 0
	for _, it := range items {
		n += len(it.Block)
	}
	blocks, clones := make([]byte, 0, n), make([]hsm.Item, len(items))
	for i, it := range items {
		start := len(blocks)
		blocks = append(blocks, it.Block...)
		clones[i] = it
		clones[i].Block = blocks[start:len(blocks):len(blocks)]
	}
	return clones
}

// translateAll translates blocks on the token. What is wrong with one of them is
// that one's affair; what is wrong with the token, or that nobody waits any more, is
// everybody's.
func (b *bench) translateAll(batch *hsm.Batch, from, to *key) ([]hsm.Result, error) {
	source, target, err := b.wrappers(from, to)
	if err != nil {
		return nil, err
	}
	results := make([]hsm.Result, len(batch.Items))
	for i, it := range batch.Items {
		if err := b.ctx.Err(); err != nil {
			return nil, err
		}
		t := hsm.Translation{Block: it.Block, PAN: it.PAN, From: batch.From, To: batch.To}
		r := &results[i]
		r.Block, r.Err = b.translateOne(&t, source, target)
		// That an object was not destroyed is seen to when the session is closed.
		if r.Err != nil && b.broken && !errors.Is(r.Err, pinblock.ErrBlock) {
			return nil, r.Err
		}
	}
	return results, nil
}

// VerifyPIN implements [hsm.Device].
func (d *Device) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	f, k, err := d.keysOf(from, method)
	if err != nil {
		return err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpVerify, Method: v.Method, From: v.From.Format, FromKey: from, MethodKey: method})
	v.Block, v.Reference = bytes.Clone(v.Block), bytes.Clone(v.Reference)
	return d.do(ctx, f.info.Label, true, func(b *bench) error {
		if onToken {
			return b.verify(&v, f, k)
		}
		return hsm.Arithmetic{}.VerifyPIN(b.ctx, v, b.bind(f), b.bind(k))
	})
}

// verify verifies a PIN on the token.
func (b *bench) verify(v *hsm.Verification, from, method *key) error {
	source, err := b.wrapper(from, pkcs11.CKA_UNWRAP)
	if err != nil {
		return err
	}
	o := ontoken.New(b, b.l.marks)
	defer o.Close()
	field, err := o.Open(v.From.Format, source, v.Block, v.PAN)
	if err != nil {
		return err
	}
	switch m := v.Method.(type) {
	case pinverify.VisaPVV:
		pvk, err := b.wrapper(method, pkcs11.CKA_WRAP)
		if err != nil {
			return err
		}
		return o.VerifyPVV(m, pvk, field, v.PAN, v.Reference)
	case pinverify.StoredBlock:
		stored, err := b.wrapper(method, pkcs11.CKA_UNWRAP)
		if err != nil {
			return err
		}
		return o.VerifyStored(m, stored, field, v.PAN, v.Reference)
	}
	return errNotOnToken
}

// errNotOnToken cannot be returned: what is not done on the token is asked before.
var errNotOnToken = &hsm.Error{Err: hsm.ErrDevice, Hint: "the method is not done on the token"}

// PINReference implements [hsm.Device].
func (d *Device) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) ([]byte, error) {
	f, k, err := d.keysOf(from, method)
	if err != nil {
		return nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpReference, Method: r.Method, From: r.From.Format, Rules: r.Rules, FromKey: from, MethodKey: method})
	r.Block = bytes.Clone(r.Block)
	return work(ctx, d, f.info.Label, true, func(b *bench) ([]byte, error) {
		if onToken {
			return b.reference(&r, f, k)
		}
		return hsm.Arithmetic{}.PINReference(b.ctx, r, b.bind(f), b.bind(k))
	})
}

// reference computes a reference value on the token.
func (b *bench) reference(r *hsm.Reference, from, method *key) ([]byte, error) {
	source, target, err := b.wrappers(from, method)
	if err != nil {
		return nil, err
	}
	o := ontoken.New(b, b.l.marks)
	defer o.Close()
	field, err := o.Open(r.From.Format, source, r.Block, r.PAN)
	if err != nil {
		return nil, err
	}
	if !r.Rules.TakesLength(field.Len()) {
		return nil, pinverify.ErrRuleLength
	}
	switch m := r.Method.(type) {
	case pinverify.VisaPVV:
		return o.PVV(m, target, field, r.PAN)
	case pinverify.StoredBlock:
		return o.Seal(m.Format, target, field, r.PAN)
	}
	return nil, errNotOnToken
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
