package hsm

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// KeyBlocks is a device that wraps and unwraps keys in X9.143 key blocks itself,
// and remembers what a block said about its key.
type KeyBlocks interface {
	// WrapKey returns the block of a key.
	WrapKey(ctx context.Context, x KeyBlockExport) (block string, err error)
	// UnwrapKey puts the key in a block on the device. Algorithm and usage are those
	// of the block; if the spec has others, that is an error.
	UnwrapKey(ctx context.Context, x KeyBlockImport) (KeyInfo, error)
}

// ExportKeyBlock returns a key of the device as an X9.143 key block under another
// key of the device, of usage K0 or K1 (or K4 for versions D and E). The errors
// are [ErrKeyUsage] for a key that must not be exported or not like that,
// [errors.ErrUnsupported] for a device that gives no keys away, and those of
// keyblock.Wrap.
func (h *HSM) ExportKeyBlock(ctx context.Context, x KeyBlockExport) (string, error) {
	err := h.ready(ctx)
	if err == nil {
		d, ok := h.device.(KeyBlocks)
		if !ok {
			return "", fail(OpKeys, x.Key, &Error{
				Err:  fmt.Errorf("hsm: %s gives no keys away: %w", h.device.Name(), errors.ErrUnsupported),
				Hint: "its keys are not extractable; export the key from where it was made",
			})
		}
		var block string
		if block, err = d.WrapKey(ctx, x); err == nil {
			return block, nil
		}
	}
	return "", fail(OpKeys, x.Key, err)
}

// ImportKeyBlock puts the key in an X9.143 key block on the device. Usage and
// algorithm are those in the block's header, which has to be as X9.143 allows it.
//
// The answer says where the key was in clear: [OnDevice], or [InProcess] where the
// device cannot unwrap a key block and this process did, with the protection key on
// the device. Errors are those of keyblock.Unwrap and [HSM.ImportKey], and
// [ErrKeyUsage] for a protection key that is none.
func (h *HSM) ImportKeyBlock(ctx context.Context, x KeyBlockImport) (KeyInfo, Exposure, error) {
	info, exposure, err := h.importBlock(ctx, x)
	if err != nil {
		return KeyInfo{}, Refused, fail(OpKeys, x.Spec.Label, err)
	}
	return info, exposure, nil
}

func (h *HSM) importBlock(ctx context.Context, x KeyBlockImport) (KeyInfo, Exposure, error) {
	label := KeySpec{Label: x.Spec.Label, Algorithm: keys.AES128, Usage: keys.UsagePIN} // what else there is comes from the block
	m, err := h.keyManager(ctx, &label)
	if err != nil {
		return KeyInfo{}, Refused, err
	}
	header, err := keyblock.ParseHeader(x.Block)
	if err != nil {
		return KeyInfo{}, Refused, err
	}
	if err := header.Check(); err != nil {
		return KeyInfo{}, Refused, err
	}
	if d, ok := h.device.(KeyBlocks); ok {
		info, err := d.UnwrapKey(ctx, x)
		return info, OnDevice, err
	}
	k, err := h.unwrapHere(ctx, x)
	if err != nil {
		return KeyInfo{}, Refused, err
	}
	s, err := x.Spec.of(k)
	if err != nil {
		return KeyInfo{}, Refused, err
	}
	info, err := m.ImportKey(ctx, s, k)
	return info, InProcess, err
}

// of returns the spec of a key that came from somewhere else.
func (s KeySpec) of(k keys.Key) (KeySpec, error) {
	if s.Usage != "" && s.Usage != k.Usage() || s.Algorithm != 0 && s.Algorithm != k.Algorithm() {
		return s, fmt.Errorf("hsm: the block holds a key %v of usage %s, and the spec says otherwise", k.Algorithm(), k.Usage())
	}
	s.Usage, s.Algorithm = k.Usage(), k.Algorithm()
	return s, nil
}

// usagesKBPK are the usages of a key that protects key blocks.
var usagesKBPK = []keys.Usage{keys.UsageKEK, keys.UsageKBPK, keys.UsageISO20038KBPK}

// unwrapHere unwraps in this process with a protection key that stays where it is.
func (h *HSM) unwrapHere(ctx context.Context, x KeyBlockImport) (keys.Key, error) {
	k, err := h.key(ctx, x.KBPK, usagesKBPK)
	if err != nil {
		return keys.Key{}, err
	}
	cipher, ok := k.(encrypter)
	if !ok {
		return keys.Key{}, errNoCipher
	}
	p := kbpkOnDevice{cipher, k.Info()}
	var protection keyblock.KBPK = p
	if mac, ok := k.(keyblock.MACer); ok {
		protection = macOnDevice{p, mac}
	}
	u, err := keyblock.Unwrap(ctx, protection, x.Block)
	if e := (*Error)(nil); errors.As(err, &e) && errors.Is(err, ErrKeyUsage) {
		return keys.Key{}, &Error{Key: x.KBPK, Code: e.Code, Err: ErrKeyUsage, Hint: "to unwrap with it, its device has to let it encipher or make a CMAC"}
	}
	if err != nil {
		return keys.Key{}, err
	}
	return u.Key()
}

// kbpkOnDevice is a key of a device as keyblock wants it.
type kbpkOnDevice struct {
	encrypter
	info *KeyInfo
}

func (k kbpkOnDevice) Algorithm() keys.Algorithm { return k.info.Algorithm }
func (k kbpkOnDevice) Usage() keys.Usage         { return k.info.Usage }

// macOnDevice is one that also computes CMAC.
type macOnDevice struct {
	kbpkOnDevice
	keyblock.MACer
}
