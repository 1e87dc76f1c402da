package keyblock

import (
	"context"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// The functions of this file are the door that keys/keyblock/clearblock goes
// through. They are exported because that is another package. Others can carry
// what goes in and comes out, as from [Unwrapped.Secret] to [WrapSecret], but
// only packages of this module can look into it.

// WrapSecret is [Wrap] for a key that is no [keys.Key]: an HMAC key, a private
// key, a single DES key. The header has to say what it is. Errors are those of
// Wrap, and [ErrKeySize]. Outside this module the key is that of [Unwrapped.Secret],
// which can be carried here and not read; with bytes there is clearblock.Wrap.
func WrapSecret(ctx context.Context, kbpk KBPK, h Header, key secret.Bytes, opts ...Option) (string, error) {
	var s settings
	for _, o := range opts {
		o(&s)
	}
	return wrap(ctx, kbpk, h, key, &s)
}

// WithPadding makes [Wrap] put padding behind the key instead of random bytes: as
// many as it has, in place of what hides the key's length. If length, key and
// padding do not fill whole blocks the error is [ErrPadding].
func WithPadding(padding secret.Bytes) Option { return func(s *settings) { s.padding = padding } }

// Secret returns the bytes of the key, hidden. Outside this module they can be
// carried, and read with clearblock.
func (u Unwrapped) Secret() (key secret.Bytes) {
	secret.Lend(u.payload, func(b []byte) { key = secret.New(b[:u.size]) })
	return key
}

// Padding returns the bytes behind the key, hidden, as [Unwrapped.Secret] does.
func (u Unwrapped) Padding() (padding secret.Bytes) {
	secret.Lend(u.payload, func(b []byte) { padding = secret.New(b[u.size:]) })
	return padding
}

// DeriveSecrets returns the two keys that protect blocks of the given version
// under kbpk, hidden: the key block encryption key (KBEK) and the authentication
// key (KBAK). Errors are those of [Unwrap]. It is between packages of this module.
func DeriveSecrets(ctx context.Context, kbpk KBPK, blockVersion byte) (kbek, kbak secret.Bytes, err error) {
	v := versions[blockVersion]
	if v == nil {
		return kbek, kbak, malformed("version", 0, "it is not one of A to E")
	}
	if err := checkKBPK(kbpk, v); err != nil {
		return kbek, kbak, err
	}
	err = v.withRawKeys(ctx, kbpk, func(enc, mac []byte) error {
		kbek, kbak = secret.New(enc), secret.New(mac)
		return nil
	})
	return kbek, kbak, err
}

// OpenSecrets deciphers block whether it is authentic or not. It returns what was
// enciphered, which is the length of the key, the key and padding, and the
// authenticator that the block should have, both hidden. Errors are those of
// [Unwrap], without [ErrMAC]. It is between packages of this module.
func OpenSecrets(ctx context.Context, kbpk KBPK, block string) (payload, mac secret.Bytes, err error) {
	e, err := enclose(kbpk, block)
	if err != nil {
		return payload, mac, err
	}
	want, err := e.version.open(ctx, kbpk, e.msg, e.head, e.mac)
	defer clear(e.payload())
	if err != nil {
		return payload, mac, err
	}
	return secret.New(e.payload()), secret.New(want), nil
}
