package explain

import (
	"bytes"
	"context"
	"crypto/subtle"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// keySteps shows how the keys that encipher and authenticate come from the KBPK.
func (c *keyBlockCase) keySteps(ctx context.Context) ([]Step, error) {
	if c.variant() {
		kbek, kbak, err := clearblock.Derive(ctx, c.kbpk, c.h.Version)
		return []Step{c.variantStep("KBEK", "E", "key block encryption key", kbek), c.variantStep("KBAK", "M", "key block authentication key", kbak)}, err
	}
	w := &kbpkWitness{KBPK: c.kbpk}
	kbek, kbak, err := clearblock.Derive(ctx, w, c.h.Version)
	if err != nil {
		return nil, err
	}
	enc, mac := keyblock.DerivationInputs(c.h.Version, c.kbpk.Algorithm())
	size := c.kbpk.Algorithm().BlockSize()
	half := len(enc) * size
	if len(w.in) != 2 || len(w.in[1]) != 2*half {
		return nil, errNotTheLibrary
	}
	d := derivation{size: size, algorithm: c.kbpk.Algorithm(), cipher: c.cipher()}
	subkeys, err := d.subkeyStep(w, enc[0])
	if err != nil {
		return nil, err
	}
	one, err1 := d.step("KBEK", "key block encryption key", enc, w.in[1][:half], w.out[1][:half], kbek)
	two, err2 := d.step("KBAK", "key block authentication key", mac, w.in[1][half:], w.out[1][half:], kbak)
	if err1 != nil || err2 != nil {
		return nil, errNotTheLibrary
	}
	return []Step{subkeys, one, two}, nil
}

// variantStep shows a variant of the KBPK.
func (c *keyBlockCase) variantStep(name, letter, what string, key []byte) Step {
	mask := bytes.Repeat([]byte(letter), len(c.raw))
	return Step{
		Title: "Make the " + name,
		Why:   fmt.Sprintf("The %s is a variant of the KBPK: every byte exclusive-or %q, X9.143 section 7.2.3.", what, letter),
		Rows: []Row{
			{Name: "KBPK", Unit: Hex, Parts: []Part{{Text: upperHex(c.raw), Kind: Key}}},
			{Name: "the letter " + letter + " in ASCII", Unit: Hex, Parts: []Part{{Text: upperHex(mask), Kind: Fill}}},
			{Name: name, Op: XOR, Unit: Hex, Parts: []Part{{Text: upperHex(key), Kind: Key}}},
		},
	}
}

// kbpkWitness remembers what a KBPK was asked to encipher, and what came of it: an
// explanation shows what the library did.
type kbpkWitness struct {
	keyblock.KBPK
	in, out [][]byte
}

// Encrypt implements [keyblock.KBPK].
func (w *kbpkWitness) Encrypt(ctx context.Context, dst, src []byte) error {
	in := bytes.Clone(src)
	if err := w.KBPK.Encrypt(ctx, dst, src); err != nil {
		return err
	}
	w.in, w.out = append(w.in, in), append(w.out, bytes.Clone(dst))
	return nil
}

// derivation is how versions B, D and E make their keys.
type derivation struct {
	size      int // of a block in bytes
	algorithm keys.Algorithm
	cipher    string
	subkey    string // K1 or K2
	mask      []byte
}

// subkeyStep shows what CMAC masks its last block with. Every input is one block, and
// so the mask is what the library enciphered, exclusive-or the input.
func (d *derivation) subkeyStep(w *kbpkWitness, input []byte) (Step, error) {
	d.mask = make([]byte, d.size)
	subtle.XORBytes(d.mask, w.in[1][:d.size], padded(input, d.size))
	d.subkey = "K1"
	constant := "1B"
	why := "The input is a whole block, which CMAC masks with K1"
	if d.size > len(input) {
		d.subkey, why = "K2", "The input is no whole block: CMAC pads it and masks it with K2"
	}
	if d.size == 16 {
		constant = "87"
	}
	return Step{
		Title: "Make the mask of CMAC",
		Why: why + " (NIST SP 800-38B section 6.1). Doubling is one bit to the left, and if a one bit falls off exclusive-or " +
			constant + "; K1 is L doubled once, K2 twice.",
		Rows: []Row{
			{Name: "zeros", Unit: Hex, Parts: []Part{{Text: upperHex(w.in[0]), Kind: Fill}}},
			{Name: "L", Op: Encipher, With: d.cipher + ", KBPK", Unit: Hex, Parts: []Part{{Text: upperHex(w.out[0]), Kind: Mixed}}},
			{Name: d.subkey, Op: Derive, With: "doubling", Unit: Hex, Parts: []Part{{Text: upperHex(d.mask), Kind: Mixed}}},
		},
	}, nil
}

// padded returns input as the last block of CMAC.
func padded(input []byte, size int) []byte {
	out := make([]byte, size)
	if n := copy(out, input); n < size {
		out[n] = 0x80
	}
	return out
}

// step shows a key that is derived, block by block.
func (d *derivation) step(name, what string, inputs [][]byte, masked, out, key []byte) (Step, error) {
	s := Step{
		Title: "Derive the " + name,
		Why:   "The " + what + " is as long as the KBPK: the CMAC, under the KBPK, of an input for each block of it. X9.143 section 7.2.",
	}
	var all []byte
	for i, input := range inputs {
		parts := d.inputParts(input)
		if i > 0 { // they differ in the counter alone
			parts = withoutNotes(parts)
		}
		from, to := i*d.size, (i+1)*d.size
		used := min(d.size, len(key)-from)
		s.Rows = append(s.Rows,
			Row{Name: fmt.Sprintf("input %d", i+1), Unit: Hex, Parts: parts},
			Row{Name: "masked", Op: XOR, With: d.subkey, Unit: Hex, Parts: []Part{{Text: upperHex(masked[from:to]), Kind: Mixed}}},
			Row{Name: fmt.Sprintf("%s, block %d", name, i+1), Op: Encipher, With: d.cipher + ", KBPK", Unit: Hex, Parts: cutParts(
				Part{Text: upperHex(out[from : from+used]), Kind: Key},
				Part{Text: upperHex(out[from+used : to]), Kind: Skipped, Note: "not needed"},
			)})
		all = append(all, out[from:from+used]...)
		check := padded(input, d.size)
		subtle.XORBytes(check, check, d.mask)
		if !bytes.Equal(check, masked[from:to]) {
			return s, errNotTheLibrary
		}
	}
	if !bytes.Equal(all, key) {
		return s, errNotTheLibrary
	}
	s.Facts = []Fact{{Name: name, Value: upperHex(key), Kind: Key}}
	return s, nil
}

// inputParts cuts the input of a derivation, X9.143 section 7.2.
func (d *derivation) inputParts(input []byte) []Part {
	text := upperHex(input)
	purpose := map[string]string{
		"0000": "key usage: encipher, CBC", "0001": "key usage: authenticate", "0002": "key usage: encipher, CTR",
	}[text[2:6]]
	return cutParts(
		Part{Text: text[:2], Kind: Counter, Note: "counter: which block of the key"},
		Part{Text: text[2:6], Kind: Header, Note: purpose},
		Part{Text: text[6:8], Kind: Fill, Note: "separator"},
		Part{Text: text[8:12], Kind: Control, Note: "algorithm: " + d.algorithm.String()},
		Part{Text: text[12:], Kind: Length, Note: "length: " + count(8*d.algorithm.KeySize(), "bit")},
		Part{Text: upperHex(padded(input, d.size)[len(input):]), Kind: Fill, Note: "padding of CMAC"},
	)
}
