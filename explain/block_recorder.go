package explain

import (
	"bytes"
	"context"

	"github.com/pinion-hsm/pinion/keys"
)

// recorder is a PIN key that remembers what it was asked and what it answered, so that
// an explanation shows what the library did and does nothing of it again.
type recorder struct {
	key   keys.Key
	calls []call
}

// call is an encipherment or a decipherment.
type call struct{ in, out []byte }

// BlockSize returns the cipher's block size in bytes.
func (r *recorder) BlockSize() int { return r.key.BlockSize() }

// Encrypt implements [pinblock.Encrypter].
func (r *recorder) Encrypt(ctx context.Context, dst, src []byte) error {
	return r.record(ctx, dst, src, r.key.Encrypt)
}

// Decrypt implements [pinblock.Decrypter].
func (r *recorder) Decrypt(ctx context.Context, dst, src []byte) error {
	return r.record(ctx, dst, src, r.key.Decrypt)
}

func (r *recorder) record(ctx context.Context, dst, src []byte, do func(context.Context, []byte, []byte) error) error {
	in := bytes.Clone(src) // dst may be the same
	if err := do(ctx, dst, src); err != nil {
		return err
	}
	r.calls = append(r.calls, call{in, bytes.Clone(dst)})
	return nil
}

// cipher is the key's cipher and what it is, for people.
func (r *recorder) cipher() string {
	if r.key.BlockSize() == 16 {
		return "AES, PIN key"
	}
	return "TDES, PIN key"
}

func (r *recorder) fact() Fact {
	return Fact{Name: "PIN key", Value: r.key.Algorithm().String(), Kind: Key, Note: "KCV " + r.key.KCV()}
}

// row is what came of a call.
func (r *recorder) row(name string, op Op, parts []Part) Row {
	return Row{Name: name, Op: op, With: r.cipher(), Unit: Hex, Parts: parts}
}

func cipherParts(b []byte) []Part { return []Part{part(upperHex(b), Cipher, "")} }
