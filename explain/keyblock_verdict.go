package explain

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

const wrongOrChanged = "another protection key, or the block was changed"

// refusal says why the library does not open a block.
func (c *keyBlockCase) refusal() Fact {
	if c.authentic() {
		return Fact{Name: "length of the key", Value: "cannot be", Kind: Wrong, Note: "the authenticator is right"}
	}
	return Fact{Name: "authentic", Value: "no", Kind: Wrong, Note: wrongOrChanged}
}

// suspicion says which of the two it is, as far as the length before the key tells:
// a wrong KBPK makes one that fits by accident in one of some thousand cases.
func (c *keyBlockCase) suspicion() string {
	switch {
	case c.authentic():
		return "The authenticator is right and the length before the key is not: whoever made the block wrote that."
	case c.plausible():
		return fmt.Sprintf("Under this KBPK the length before the key is %d bits, which keys have: the KBPK is probably the right one, "+
			"and the header or the authenticator was changed.", 8*c.keyLength())
	}
	return "Under this KBPK the length before the key is none that such a key has: the KBPK is another, or the enciphered key was changed. " +
		"Compare the check value of the KBPK with the sender's."
}

// plausible reports whether the length before the key is one that keys of the
// algorithm in the header have, or else one that leaves less than a block of padding.
func (c *keyBlockCase) plausible() bool {
	n := c.keyLength()
	switch c.h.Algorithm {
	case 'A', 'D', 'T':
		return n > 0 && n%8 == 0 && n <= 32
	}
	return n > 0 && len(c.payload)-2-n < c.kbpk.Algorithm().BlockSize()
}

// explainKey adds what is known of the key that came out.
func (c *keyBlockCase) explainKey(ctx context.Context, u keyblock.Unwrapped, x *Explanation) {
	raw := clearblock.Key(u)
	cipher := map[byte]string{'T': "TDES", 'D': "TDES", 'A': "AES"}[c.h.Algorithm]
	key := Fact{Name: "key", Value: upperHex(raw), Kind: Key, Note: count(8*len(raw), "bit")}
	values := checkValues(cipher, raw)
	if checked := addCheck(Step{}, c.h, "KC", cipher, raw); len(checked.Facts) > 0 {
		values = append(values, checked.Facts...)
	}
	x.Answer = append(append([]Fact{key}, values...), x.Answer...)
	if _, err := u.Key(); err != nil && !errors.Is(err, keyblock.ErrNotCipherKey) {
		x.Notes = append(x.Notes, "The library does not work with this key: "+err.Error()+".")
	}
	_, err := keyblock.WrapSecret(ctx, c.kbpk, u.Header, u.Secret(), keyblock.AllowVariantBinding(), keyblock.AllowInconsistentHeader())
	if errors.Is(err, keyblock.ErrStrength) {
		x.Notes = append(x.Notes, "The protection key is weaker than the key that it protects, which PCI PIN does not allow.")
	}
	if c.variant() {
		x.Notes = append(x.Notes, "Versions A and C are legacy: their keys are variants of the KBPK, and four bytes protect the header. B is the TDES version to use.")
	}
}
