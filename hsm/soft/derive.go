package soft

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// DerivePINKey implements [hsm.Deriver].
func (d *Device) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	k, err := d.base(ctx, bdk)
	if err != nil {
		return nil, err
	}
	working, err := dukpt.WorkingKey(k.Key, ksn, dukpt.PIN, a)
	if err != nil {
		return nil, err
	}
	return &key{Key: working, info: k.derived(a)}, nil
}

// DerivePINKeys implements [hsm.BatchDeriver].
func (d *Device) DerivePINKeys(ctx context.Context, bdk hsm.Key, ksns []dukpt.KSN) (hsm.Key, []hsm.Fault, error) {
	k, err := d.base(ctx, bdk)
	if err != nil {
		return nil, nil, err
	}
	column, none, err := dukpt.PINKeys(k.Key, ksns)
	if err != nil {
		return nil, nil, err
	}
	faults := make([]hsm.Fault, len(none))
	for i, f := range none {
		faults[i] = hsm.Fault(f)
	}
	return &columnKey{column, k.derived(keys.TDES2)}, faults, nil
}

// columnKey is the keys of a column, one for each block.
type columnKey struct {
	*dukpt.KeyColumn
	info hsm.KeyInfo
}

// Info implements [hsm.Key].
func (k *columnKey) Info() *hsm.KeyInfo { return &k.info }

// base returns a key of this device, to derive from.
func (d *Device) base(ctx context.Context, bdk hsm.Key) (*key, error) {
	if err := d.Ping(ctx); err != nil {
		return nil, err
	}
	k, ok := bdk.(*key)
	if !ok {
		return nil, &hsm.Error{Err: hsm.ErrKeyNotFound, Hint: "the key is not of this device"}
	}
	return k, nil
}

// derived returns what may be known of PIN keys under k.
func (k *key) derived(a keys.Algorithm) hsm.KeyInfo {
	return hsm.KeyInfo{Label: k.info.Label, Algorithm: a, Usage: keys.UsagePIN, Ephemeral: true}
}
