// Package cleartext is the only door to the bytes of a key. It is for test keys,
// for keys that come in clear from somewhere else, and for tools that explain
// them. A program whose keys arrive as key blocks has no use for it, and the
// import line is how a reviewer finds out.
//
// No error of this package quotes its input.
package cleartext

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// ErrHex is returned for a key that is not an even number of hex digits. Spaces
// are not hex digits.
var ErrHex = errors.New("keys/cleartext: key is not hex digits, two for each byte")

// New returns the key of the given bytes, a copy of them: the caller still owns
// raw, and should clear it. The parity of a TDES key is left as it is. Errors are
// [keys.ErrAlgorithm], [keys.ErrUnknownUsage], [keys.ErrKeySize], [keys.ErrWeak],
// or that of crypto/des where TDES is switched off.
func New(a keys.Algorithm, u keys.Usage, raw []byte) (keys.Key, error) {
	return keys.FromSecret(a, u, secret.New(raw))
}

// Parse returns the key written in hex digits of either case. Errors are [ErrHex]
// and those of [New].
func Parse[T string | []byte](a keys.Algorithm, u keys.Usage, hexText T) (keys.Key, error) {
	raw, err := unhex(hexText)
	if err != nil {
		return keys.Key{}, err
	}
	defer clear(raw)
	return New(a, u, raw)
}

// ParseTDES is [Parse] for a TDES key of 32 or 48 hex digits, whose length says
// which. Single DES, 16 digits, is [keys.ErrWeak].
func ParseTDES[T string | []byte](hexText T, u keys.Usage) (keys.Key, error) {
	a := keys.TDES2
	if len(hexText) == 2*keys.TDES3.KeySize() {
		a = keys.TDES3
	}
	return Parse(a, u, hexText)
}

// ParseAES is [Parse] for an AES key of 32, 48 or 64 hex digits, whose length
// says which.
func ParseAES[T string | []byte](hexText T, u keys.Usage) (keys.Key, error) {
	a := keys.AES128
	switch len(hexText) / 2 {
	case keys.AES192.KeySize():
		a = keys.AES192
	case keys.AES256.KeySize():
		a = keys.AES256
	}
	return Parse(a, u, hexText)
}

// Bytes returns a copy of the key's bytes, for the caller to clear; nil for the
// zero Key.
func Bytes(k keys.Key) []byte { return open(k.Secret()) }

// Hex returns the key's bytes as hex digits in upper case; "" for the zero Key.
// A string cannot be cleared: where that matters use [Bytes].
func Hex(k keys.Key) (text string) {
	secret.Lend(k.Secret(), func(raw []byte) { text = strings.ToUpper(hex.EncodeToString(raw)) })
	return text
}

// unhex returns the bytes that text stands for. The errors of encoding/hex quote
// what they could not read, and are dropped.
func unhex[T string | []byte](text T) ([]byte, error) {
	digits := append([]byte(nil), text...)
	defer clear(digits)
	raw := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(raw, digits); err != nil {
		clear(raw)
		return nil, ErrHex
	}
	return raw, nil
}

func open(s secret.Bytes) (raw []byte) {
	secret.Lend(s, func(b []byte) { raw = append(raw, b...) })
	return raw
}
