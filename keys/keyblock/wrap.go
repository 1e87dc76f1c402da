package keyblock

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// Wrap returns the key block of key under kbpk. Of the header the version, mode of
// use and exportability have to be set. Usage and algorithm are those of key, and
// if they are set to something else the error is [ErrKeyMismatch]. The length is
// set by Wrap, and so is the padding block PB, when the optional blocks need one.
//
// A kbpk that does not fit the version is [ErrKBPK] or [ErrOpaqueKBPK], as with
// [Unwrap]. What is refused unless an option allows it is [ErrVariantBinding],
// [ErrStrength] and [ErrInconsistent]. A header that cannot be written wraps
// [ErrHeader]; [ErrTooLong] is for optional blocks that are too much.
func Wrap(ctx context.Context, kbpk KBPK, h Header, key keys.Key, opts ...Option) (string, error) {
	if key.IsZero() {
		return "", keys.ErrZeroKey
	}
	algorithm := byte('A')
	if key.BlockSize() == 8 {
		algorithm = 'T'
	}
	if h.Usage == "" {
		h.Usage = key.Usage()
	}
	if h.Algorithm == 0 {
		h.Algorithm = algorithm
	}
	if h.Usage != key.Usage() || h.Algorithm != algorithm {
		return "", ErrKeyMismatch
	}
	return WrapSecret(ctx, kbpk, h, key.Secret(), opts...)
}

// wrap is WrapSecret with the options applied.
func wrap(ctx context.Context, kbpk KBPK, h Header, key secret.Bytes, s *settings) (string, error) {
	if err := h.wellFormed(); err != nil {
		return "", err
	}
	v := versions[h.Version]
	h.Optional = v.align(h.Optional)
	size := secret.Len(key)
	if err := s.check(kbpk, &h, v, size); err != nil {
		return "", err
	}
	n := s.payloadLen(h.Algorithm, v, size)
	header := h.Len()
	h.Length = header + 2*(n+v.mac)
	if h.Length > maxLength || len(h.Optional) > maxOptional {
		return "", ErrTooLong
	}
	if !s.unchecked {
		if err := h.Check(); err != nil {
			return "", err
		}
	}
	// Header and payload are one message; the authenticator is behind it.
	buf := make([]byte, 0, header+n+v.mac)
	defer func() { clear(buf[header:cap(buf)]) }()
	buf = h.append(buf)[:header+n+v.mac]
	if err := s.fill(buf[header:header+n], key, size); err != nil {
		return "", err
	}
	if err := v.protect(ctx, kbpk, buf[:header+n], header, buf[header+n:]); err != nil {
		return "", err
	}
	return encode(buf, header, h.Length), nil
}

// fill writes length, key and padding into payload.
func (s *settings) fill(payload []byte, key secret.Bytes, size int) error {
	payload[0], payload[1] = byte(8*size>>8), byte(8*size)
	secret.Lend(key, func(raw []byte) { copy(payload[lengthField:], raw) })
	rest := payload[lengthField+size:]
	if secret.IsZero(s.padding) {
		rand.Read(rest) // never fails, see crypto/rand
		return nil
	}
	if secret.Len(s.padding) != len(rest) {
		return ErrPadding
	}
	secret.Lend(s.padding, func(raw []byte) { copy(rest, raw) })
	return nil
}

// encode returns the block as text: the header as it is, the rest in hex.
func encode(buf []byte, header, length int) string {
	var b strings.Builder
	b.Grow(length)
	b.Write(buf[:header])
	for _, x := range buf[header:] {
		b.WriteByte(hexDigits[x>>4])
		b.WriteByte(hexDigits[x&0xf])
	}
	return b.String()
}
