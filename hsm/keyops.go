package hsm

import (
	"context"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/pinion-hsm/pinion/keys"
)

// KeyInfo returns what may be known of a key: algorithm, usage and KCV. The error is
// [ErrKeyNotFound], or the device's.
func (h *HSM) KeyInfo(ctx context.Context, ref string) (KeyInfo, error) {
	if err := h.ready(ctx); err != nil {
		return KeyInfo{}, fail(OpKeys, ref, err)
	}
	k, err := h.device.FindKey(ctx, ref)
	if err != nil {
		return KeyInfo{}, fail(OpKeys, ref, err)
	}
	return *k.Info(), nil
}

// GenerateKey makes a random key on the device. The errors are [ErrKeyExists] for a
// label that is taken, [errors.ErrUnsupported] for a device on which no keys are made,
// those about the spec, and the device's.
func (h *HSM) GenerateKey(ctx context.Context, s KeySpec) (KeyInfo, error) {
	m, err := h.keyManager(ctx, &s)
	if err == nil {
		var info KeyInfo
		if info, err = m.GenerateKey(ctx, s); err == nil {
			return info, nil
		}
	}
	return KeyInfo{}, fail(OpKeys, s.Label, err)
}

// ImportKey puts a software key on the device. Algorithm and usage are the
// key's own; if the spec has others, that is an error. Errors are else those of
// [HSM.GenerateKey].
func (h *HSM) ImportKey(ctx context.Context, s KeySpec, k keys.Key) (KeyInfo, error) {
	if k.IsZero() {
		return KeyInfo{}, fail(OpKeys, s.Label, errors.New("hsm: there is no key to import: it is the zero Key"))
	}
	if s.Algorithm == 0 {
		s.Algorithm = k.Algorithm()
	}
	if s.Usage == "" {
		s.Usage = k.Usage()
	}
	if s.Algorithm != k.Algorithm() || s.Usage != k.Usage() {
		return KeyInfo{}, fail(OpKeys, s.Label, fmt.Errorf("hsm: the key is %v of usage %s, and the spec says otherwise", k.Algorithm(), k.Usage()))
	}
	m, err := h.keyManager(ctx, &s)
	if err == nil {
		var info KeyInfo
		if info, err = m.ImportKey(ctx, s, k); err == nil {
			return info, nil
		}
	}
	return KeyInfo{}, fail(OpKeys, s.Label, err)
}

// ListKeys returns the keys of the device, sorted by label. The error is
// [errors.ErrUnsupported], or the device's.
func (h *HSM) ListKeys(ctx context.Context) ([]KeyInfo, error) {
	m, err := h.keyManager(ctx, nil)
	if err == nil {
		var list []KeyInfo
		if list, err = m.ListKeys(ctx); err == nil {
			return list, nil
		}
	}
	return nil, fail(OpKeys, "", err)
}

// DeleteKey removes a key from the device, for good. The errors are [ErrKeyNotFound],
// [errors.ErrUnsupported], and the device's.
func (h *HSM) DeleteKey(ctx context.Context, ref string) error {
	m, err := h.keyManager(ctx, nil)
	if err == nil {
		err = m.DeleteKey(ctx, ref)
	}
	if err != nil {
		return fail(OpKeys, ref, err)
	}
	return nil
}

func (h *HSM) keyManager(ctx context.Context, s *KeySpec) (KeyManager, error) {
	if err := h.ready(ctx); err != nil {
		return nil, err
	}
	if s != nil {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	m, ok := h.device.(KeyManager)
	if !ok {
		return nil, fmt.Errorf("hsm: %s does not manage keys: %w", h.device.Name(), errors.ErrUnsupported)
	}
	return m, nil
}

// maxLabel is the longest label in bytes: what every PKCS#11 token that was
// looked at takes.
const maxLabel = 64

func (s *KeySpec) check() error {
	if s.Label == "" || len(s.Label) > maxLabel || !utf8.ValidString(s.Label) {
		return fmt.Errorf("hsm: a key label has 1 to %d bytes of UTF-8", maxLabel)
	}
	for _, r := range s.Label {
		if !unicode.IsPrint(r) {
			return errors.New("hsm: a key label has printable characters only")
		}
	}
	if s.Algorithm.KeySize() == 0 {
		return errors.New("hsm: the key's algorithm is missing or unknown: give TDES2, TDES3, AES128, AES192 or AES256")
	}
	if !s.Usage.Valid() {
		return errors.New("hsm: the key's usage is missing or unknown: give P0, V1, V2, B0 … as in X9.143")
	}
	return nil
}
