package pool

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// derived is a PIN key that was derived from a BDK. It is on one member, which is the
// first to be given the operation that it is for, and can say what that exposes;
// another member derives it again.
type derived struct {
	bdk       *key
	ksn       dukpt.KSN
	algorithm keys.Algorithm
	on        *member
	key       hsm.Key
}

// Info implements [hsm.Key].
func (k *derived) Info() *hsm.KeyInfo { return k.key.Info() }

// Release implements [hsm.Releaser].
func (k *derived) Release() { release(k.key) }

func release(k hsm.Key) {
	if r, ok := k.(hsm.Releaser); ok {
		r.Release()
	}
}

// DerivePINKey implements [hsm.Deriver]. The key is derived by one member. If it
// is that one which goes away before the key is used, another one derives it again.
func (p *Pool) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	if p.closed.Load() {
		return nil, hsm.ErrClosed
	}
	from, ok := bdk.(*key)
	if !ok || from.p != p {
		return nil, errForeign
	}
	k := &derived{bdk: from, ksn: ksn, algorithm: a}
	err := p.do(ctx, hsm.Work{FromKey: from}, func(ctx context.Context, m *member, w hsm.Work) (err error) {
		k.on = m
		k.key, err = derive(ctx, m, w.FromKey, ksn, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

func derive(ctx context.Context, m *member, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	d, ok := m.device.(hsm.Deriver)
	if !ok {
		return nil, fmt.Errorf("hsm/pool: member %s does not derive DUKPT keys: %w", m.name, errors.ErrUnsupported)
	}
	return d.DerivePINKey(ctx, bdk, ksn, a)
}
