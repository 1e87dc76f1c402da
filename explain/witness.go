package explain

import (
	"bytes"
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// errNotTheLibrary says that an explanation came to another answer than the library.
// It is a fault of this package, and the answer of neither should be relied on.
var errNotTheLibrary = errors.New("explain: internal error: the steps do not lead to the library's answer; please report it, with test data")

// witness is a key that remembers what it was last asked to encipher and what came
// of it. So an explanation shows what the library did, and not what it should have
// done.
type witness struct {
	pinblock.Encrypter
	in, out []byte
}

// Encrypt implements [pinblock.Encrypter].
func (w *witness) Encrypt(ctx context.Context, dst, src []byte) error {
	in := bytes.Clone(src) // dst may be the same
	if err := w.Encrypter.Encrypt(ctx, dst, src); err != nil {
		return err
	}
	w.in, w.out = in, bytes.Clone(dst)
	return nil
}

// step shows the encipherment: above it what went in, below it the cryptogram.
func (w *witness) step(name string, parts []Part, key keys.Key) Step {
	return Step{
		Title: "Encipher it",
		Why:   "One block of TDES under the PIN verification key (PVK).",
		Rows: []Row{
			{Name: name, Unit: Hex, Parts: parts},
			{Name: "cryptogram", Op: Encipher, With: "TDES, PVK", Unit: Hex, Parts: []Part{{Text: upperHex(w.out), Kind: Cipher}}},
		},
		Facts: []Fact{{Name: "PVK", Value: key.Algorithm().String(), Kind: Key, Note: "KCV " + key.KCV()}},
	}
}

// wrongKey is the step in the place of the encipherment for a key that is no PVK.
func wrongKey(key keys.Key) Step {
	f := Fact{Name: "PVK", Value: "none", Kind: Wrong, Note: "a PIN verification key is TDES, of 16 or 24 bytes"}
	if !key.IsZero() {
		f.Value = key.Algorithm().String()
	}
	return Step{Title: "Encipher it", Facts: []Fact{f}}
}
