package soft

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// WrapKey implements [hsm.KeyBlocks]. The block allows what the key is allowed, or
// less where it is asked for less.
func (d *Device) WrapKey(ctx context.Context, x hsm.KeyBlockExport) (string, error) {
	k, err := d.find(x.Key)
	if err != nil {
		return "", err
	}
	p, err := d.protection(x.KBPK, 'D', "its mode of use is D: it unwraps and does not wrap")
	if err != nil {
		return "", err
	}
	h, err := k.header(x)
	if err != nil {
		return "", err
	}
	if h.Version == 0 {
		h.Version = 'B'
		if p.BlockSize() == 16 {
			h.Version = 'D'
		}
	}
	return keyblock.Wrap(ctx, p.Key, h, k.Key)
}

// UnwrapKey implements [hsm.KeyBlocks]. What the block says of its key stays with
// the key: an exported block says no more.
func (d *Device) UnwrapKey(ctx context.Context, x hsm.KeyBlockImport) (hsm.KeyInfo, error) {
	k, err := d.unwrap(ctx, x)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return d.put(k)
}

// unwrap returns the key in a block, not yet on the device.
func (d *Device) unwrap(ctx context.Context, x hsm.KeyBlockImport) (*key, error) {
	p, err := d.protection(x.KBPK, 'E', "its mode of use is E: it wraps and does not unwrap")
	if err != nil {
		return nil, err
	}
	u, err := keyblock.Unwrap(ctx, p.Key, x.Block)
	if err != nil {
		return nil, err
	}
	k, err := u.Key()
	if err != nil {
		return nil, err
	}
	s := x.Spec
	if s.Usage != "" && s.Usage != k.Usage() || s.Algorithm != 0 && s.Algorithm != k.Algorithm() {
		return nil, fmt.Errorf("hsm/soft: the block holds a key %v of usage %s, and the spec says otherwise", k.Algorithm(), k.Usage())
	}
	s.Usage, s.Algorithm = k.Usage(), k.Algorithm()
	made := newKey(s, k)
	made.terms = ofHeader(u.Header)
	return made, nil
}

// protection returns a key that protects key blocks. A key whose mode of use is
// the given one does not do what it is wanted for.
func (d *Device) protection(ref string, not byte, hint string) (*key, error) {
	k, err := d.find(ref)
	if err != nil {
		return nil, err
	}
	switch k.info.Usage {
	case keys.UsageKEK, keys.UsageKBPK, keys.UsageISO20038KBPK:
	default:
		return nil, k.refuse(fmt.Sprintf("the key has usage %s, and a protection key has K0, K1 or K4", k.info.Usage))
	}
	if k.terms.mode == not {
		return nil, k.refuse(hint)
	}
	return k, nil
}

// header returns the header of an exported key, or why it must not be exported.
func (k *key) header(x hsm.KeyBlockExport) (keyblock.Header, error) {
	h := keyblock.Header{
		Version: x.Version, Mode: x.Mode, Exportability: x.Exportability,
		KeyVersion: k.terms.keyVersion, Optional: k.terms.optional,
	}
	if k.terms.exportability == 'N' {
		return h, k.refuse("the key came in a block that says it is not to be exported (exportability N)")
	}
	if h.Exportability == 0 {
		h.Exportability = k.terms.exportability
		if h.Exportability == 'S' {
			h.Exportability = 'E'
		}
	}
	if !narrower(exportabilities, k.terms.exportability, h.Exportability) {
		return h, k.refuse(fmt.Sprintf("the key's exportability is %c, and an exported block cannot say more", k.terms.exportability))
	}
	if h.Mode == 0 {
		h.Mode = k.terms.mode
	}
	if k.terms.mode != 'N' && !narrower(modes, k.terms.mode, h.Mode) {
		return h, k.refuse(fmt.Sprintf("the key's mode of use is %c, and an exported block cannot say more", k.terms.mode))
	}
	return h, nil
}

// What a block may say instead: less.
var (
	exportabilities = map[byte]string{'S': "EN", 'E': "N"}
	modes           = map[byte]string{'B': "DE", 'C': "GV"}
)

func narrower(less map[byte]string, has, wants byte) bool {
	if has == wants {
		return true
	}
	for _, c := range []byte(less[has]) {
		if c == wants {
			return true
		}
	}
	return false
}

var _ hsm.KeyBlocks = (*Device)(nil)
