package soft

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// GenerateKey implements [hsm.KeyManager].
func (ks *Keystore) GenerateKey(ctx context.Context, s hsm.KeySpec) (hsm.KeyInfo, error) {
	k, err := keys.Generate(s.Algorithm, s.Usage)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return ks.add(ctx, newKey(s, k))
}

// ImportKey implements [hsm.KeyManager].
func (ks *Keystore) ImportKey(ctx context.Context, s hsm.KeySpec, k keys.Key) (hsm.KeyInfo, error) {
	return ks.add(ctx, newKey(s, k))
}

// UnwrapKey implements [hsm.KeyBlocks].
func (ks *Keystore) UnwrapKey(ctx context.Context, x hsm.KeyBlockImport) (hsm.KeyInfo, error) {
	if _, err := ks.FindKey(ctx, x.KBPK); err != nil {
		return hsm.KeyInfo{}, err
	}
	k, err := ks.unwrap(ctx, x)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return ks.add(ctx, k)
}

// WrapKey implements [hsm.KeyBlocks].
func (ks *Keystore) WrapKey(ctx context.Context, x hsm.KeyBlockExport) (string, error) {
	for _, label := range []string{x.Key, x.KBPK} {
		if _, err := ks.FindKey(ctx, label); err != nil {
			return "", err
		}
	}
	return ks.Device.WrapKey(ctx, x)
}

// add puts a key on the device and, unless it is ephemeral, in the file.
func (ks *Keystore) add(ctx context.Context, k *key) (hsm.KeyInfo, error) {
	if k.info.Ephemeral {
		if err := ks.refresh(ctx); err != nil {
			return hsm.KeyInfo{}, err
		}
		return ks.put(k)
	}
	err := ks.change(ctx, func(u *unlocked, c *contents) error {
		if c.index(k.info.Label) >= 0 || ks.hasEphemeral(k.info.Label) {
			return &hsm.Error{Key: k.info.Label, Err: hsm.ErrKeyExists}
		}
		e, err := u.seal(ctx, k)
		if err != nil {
			return err
		}
		c.add(e)
		return nil
	})
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return k.info, nil
}

func (ks *Keystore) hasEphemeral(label string) bool {
	k, err := ks.find(label)
	return err == nil && k.info.Ephemeral
}

// ListKeys implements [hsm.KeyManager].
func (ks *Keystore) ListKeys(ctx context.Context) ([]hsm.KeyInfo, error) {
	if err := ks.refresh(ctx); err != nil {
		return nil, err
	}
	return ks.Device.ListKeys(ctx)
}

// DeleteKey implements [hsm.KeyManager].
func (ks *Keystore) DeleteKey(ctx context.Context, ref string) error {
	if k, err := ks.find(ref); err == nil && k.info.Ephemeral {
		return ks.Device.DeleteKey(ctx, ref)
	}
	if err := ks.refresh(ctx); err != nil {
		return err
	}
	if _, err := ks.find(ref); err != nil {
		return ks.hinted(err) // before a passphrase is asked for, to make a file with nothing in it
	}
	return ks.change(ctx, func(_ *unlocked, c *contents) error {
		i := c.index(ref)
		if i < 0 {
			return &hsm.Error{Key: ref, Err: hsm.ErrKeyNotFound}
		}
		c.remove(i)
		return nil
	})
}
