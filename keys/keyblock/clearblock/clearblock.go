// Package clearblock is the only door to what key blocks hide: the bytes of the
// key and of the padding, the keys derived from a protection key, and padding
// chosen by the caller. It is for known answers, for tools that explain key
// blocks, and for keys that are no [keys.Key]. A program that moves keys has no
// use for it, and the import line is how a reviewer finds out.
package clearblock

import (
	"context"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// Key returns a copy of the bytes of the key, for the caller to clear.
func Key(u keyblock.Unwrapped) []byte { return open(u.Secret()) }

// Padding returns a copy of the bytes behind the key. They are random, and with
// [Wrap] make the same block again.
func Padding(u keyblock.Unwrapped) []byte { return open(u.Padding()) }

// Wrap returns the block of a key of any bytes with the padding given: as many
// bytes as make length field, key and padding whole blocks, none where they are, as
// always in version E, else the error is [keyblock.ErrPadding]. Nil is random
// padding, as long as [keyblock.Wrap] makes it. Errors are those of
// [keyblock.WrapSecret].
func Wrap(ctx context.Context, kbpk keyblock.KBPK, h keyblock.Header, key, padding []byte, opts ...keyblock.Option) (string, error) {
	if padding != nil {
		opts = append(opts[:len(opts):len(opts)], keyblock.WithPadding(secret.New(padding)))
	}
	return keyblock.WrapSecret(ctx, kbpk, h, secret.New(key), opts...)
}

// Derive returns the key block encryption key and the authentication key that
// protect blocks of the given version under kbpk, for the caller to clear. Errors
// are those of [keyblock.DeriveSecrets].
func Derive(ctx context.Context, kbpk keyblock.KBPK, version byte) (kbek, kbak []byte, err error) {
	enc, mac, err := keyblock.DeriveSecrets(ctx, kbpk, version)
	if err != nil {
		return nil, nil, err
	}
	return open(enc), open(mac), nil
}

// Open deciphers block whether it is authentic or not, to explain why it is not. It
// returns what was enciphered, which is two bytes with the length of the key in
// bits, the key and padding, and the authenticator that the block should have. Errors
// are those of [keyblock.OpenSecrets].
func Open(ctx context.Context, kbpk keyblock.KBPK, block string) (payload, mac []byte, err error) {
	p, m, err := keyblock.OpenSecrets(ctx, kbpk, block)
	if err != nil {
		return nil, nil, err
	}
	return open(p), open(m), nil
}

func open(s secret.Bytes) (raw []byte) {
	secret.Lend(s, func(b []byte) { raw = append([]byte{}, b...) })
	return raw
}
