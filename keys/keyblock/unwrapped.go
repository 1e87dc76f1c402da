package keyblock

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// Unwrapped is what was in a key block. It prints as its header.
type Unwrapped struct {
	Header Header // as it was, and authentic

	size    int          // of the key, in bytes
	payload secret.Bytes // the key and the padding behind it
}

// Size returns the length of the key in bytes.
func (u Unwrapped) Size() int { return u.size }

// Key returns the key, if it is TDES or AES (algorithms T and A), with the usage
// in the header. Others are [ErrNotCipherKey]: wrap them again with
// [WrapSecret], or see the package keyblock/clearblock. Errors are also those of
// package keys: ErrWeak, ErrKeySize, ErrUnknownUsage.
//
// A key knows its usage. What else the header says, the mode of use and the
// exportability, is for the caller to keep.
func (u Unwrapped) Key() (keys.Key, error) {
	a, err := u.cipher()
	if err != nil {
		return keys.Key{}, err
	}
	return keys.FromSecret(a, u.Header.Usage, u.Secret())
}

// cipher returns the algorithm and length of the key in the terms of package
// keys. Where the length fits none it returns one of the right cipher, so that
// package keys says what is wrong.
func (u Unwrapped) cipher() (keys.Algorithm, error) {
	switch {
	case u.Header.Algorithm == 'T' && u.size == keys.TDES3.KeySize():
		return keys.TDES3, nil
	case u.Header.Algorithm == 'T':
		return keys.TDES2, nil
	case u.Header.Algorithm == 'A' && u.size == keys.AES192.KeySize():
		return keys.AES192, nil
	case u.Header.Algorithm == 'A' && u.size == keys.AES256.KeySize():
		return keys.AES256, nil
	case u.Header.Algorithm == 'A':
		return keys.AES128, nil
	}
	return 0, ErrNotCipherKey
}

var errMarshal = errors.New("keys/keyblock: an unwrapped key cannot be marshalled; wrap it again")

// String returns the header, and that a key is there.
func (u Unwrapped) String() string { return "[key of " + u.Header.String() + "]" }

// GoString returns what String does.
func (u Unwrapped) GoString() string { return u.String() }

// Format prints what String returns, for every verb.
func (u Unwrapped) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(u.String())) }

// LogValue returns what String does.
func (u Unwrapped) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText always fails: without its key the value would be a silent loss.
func (u Unwrapped) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (u Unwrapped) MarshalBinary() ([]byte, error) { return nil, errMarshal }
