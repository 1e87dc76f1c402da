package pool_test

import (
	"context"
	"sync"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func (d *faulty) Exposure(w hsm.Work) (hsm.Exposure, string) {
	if d.exposure != nil {
		return d.exposure(w), "because of " + d.name
	}
	return d.Device.Exposure(w)
}

// of returns a key as the soft device has it.
func of(k hsm.Key) hsm.Key {
	if c, ok := k.(*counted); ok {
		return c.Key
	}
	return k
}

func (d *faulty) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) (block []byte, err error) {
	err = d.work(ctx, func() error { block, err = d.Device.TranslatePIN(ctx, t, of(from), of(to)); return err })
	return block, err
}

func (d *faulty) TranslatePINs(ctx context.Context, dst []byte, b hsm.Batch, from, to hsm.Key) (r []byte, faults []hsm.Fault, err error) {
	err = d.work(ctx, func() error { r, faults, err = d.Device.TranslatePINs(ctx, dst, b, of(from), of(to)); return err })
	if err == nil && d.loses {
		faults = append(faults, hsm.Fault{Index: b.Len() - 1, Err: &hsm.Error{Err: hsm.ErrUnavailable}})
	}
	return r, faults, err
}

func (d *faulty) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	return d.work(ctx, func() error { return d.Device.VerifyPIN(ctx, v, of(from), of(method)) })
}

func (d *faulty) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) (ref []byte, err error) {
	err = d.work(ctx, func() error { ref, err = d.Device.PINReference(ctx, r, of(from), of(method)); return err })
	return ref, err
}

func (d *faulty) GeneratePIN(ctx context.Context, g hsm.Generation, to, method hsm.Key) (made hsm.Generated, err error) {
	err = d.work(ctx, func() error { made, err = d.Device.GeneratePIN(ctx, g, of(to), of(method)); return err })
	return made, err
}

func (d *faulty) ImportKey(ctx context.Context, s hsm.KeySpec, k keys.Key) (i hsm.KeyInfo, err error) {
	err = d.work(ctx, func() error { i, err = d.Device.ImportKey(ctx, s, k); return err })
	return i, err
}

func (d *faulty) GenerateKey(ctx context.Context, s hsm.KeySpec) (i hsm.KeyInfo, err error) {
	err = d.work(ctx, func() error { i, err = d.Device.GenerateKey(ctx, s); return err })
	return i, err
}

func (d *faulty) DeleteKey(ctx context.Context, ref string) error {
	return d.work(ctx, func() error { return d.Device.DeleteKey(ctx, ref) })
}

func (d *faulty) ListKeys(ctx context.Context) (l []hsm.KeyInfo, err error) {
	err = d.work(ctx, func() error { l, err = d.Device.ListKeys(ctx); return err })
	return l, err
}

// counted is a derived key that has to be released, once.
type counted struct {
	hsm.Key
	d    *faulty
	once sync.Once
}

func (k *counted) Release() {
	k.once.Do(func() {
		k.d.mu.Lock()
		k.d.derived--
		k.d.mu.Unlock()
	})
}

func (d *faulty) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	if err := d.gate(ctx); err != nil {
		return nil, err
	}
	k, err := d.Device.DerivePINKey(ctx, bdk, ksn, a)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.derived++
	d.mu.Unlock()
	return &counted{Key: k, d: d}, nil
}
