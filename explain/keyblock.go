package explain

import (
	"context"
	"strings"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// KeyBlock explains a key block of ANSI X9.143 (TR-31), field by field. With the
// bytes of its protection key (KBPK) it goes on to the keys derived from that, the
// decipherment, the authenticator and the key. With a nil kbpk the fields are all,
// and block may be a header alone.
//
// What X9.143 does not allow in a header that is well formed is marked, and is no
// error. Errors are those of [keyblock.ParseHeader], [clearblock.NewKBPK] and
// [keyblock.Unwrap]; the explanation goes as far as the block does.
func KeyBlock(ctx context.Context, block string, kbpk []byte) (Explanation, error) {
	x := Explanation{Title: "Key block"}
	h, step, err := fieldStep("key block", block)
	x.Steps = append(x.Steps, step)
	if err != nil {
		return x, err
	}
	fields := keyblock.Explain(h)
	x.Title = "Key block of version " + string(h.Version) + ": " + meaningOf(fields, "version")
	x.Answer = []Fact{{Name: "holds", Value: holds(fields)}}
	if kbpk == nil {
		if len(block) == h.Len() {
			x.Notes = append(x.Notes, "This is a header alone: key and authenticator come behind it.")
		}
		x.Notes = append(x.Notes, "Whether the header is authentic takes the protection key (KBPK) to say.")
		return x, nil
	}
	k, err := clearblock.NewKBPK(h.Version, kbpk)
	if err != nil {
		x.Steps = append(x.Steps, wrongKBPK(kbpk))
		return x, err
	}
	c, err := newKeyBlockCase(ctx, block, k, kbpk)
	if err != nil {
		blame(&x.Steps[0], err)
		return x, err
	}
	err = c.explainOpening(ctx, &x)
	return x, err
}

// keyBlockCase is a key block with all that is computed to make or to open it.
type keyBlockCase struct {
	block            string
	header, key, mac string // its parts
	h                keyblock.Header
	kbpk             keyblock.KBPK
	raw              []byte // of the KBPK
	payload          []byte // length, key and padding in clear
	wanted           []byte // the authenticator as it should be
}

func newKeyBlockCase(ctx context.Context, block string, k keyblock.KBPK, raw []byte) (c keyBlockCase, err error) {
	c = keyBlockCase{kbpk: k, raw: raw, block: block}
	if c.header, c.key, c.mac, err = keyblock.Split(block); err != nil {
		return c, err
	}
	if c.h, err = keyblock.ParseHeader(block); err != nil {
		return c, err
	}
	c.payload, c.wanted, err = clearblock.Open(ctx, k, block)
	return c, err
}

// variant reports whether the keys are variants of the KBPK, and the authenticator
// is over what is enciphered: versions A and C.
func (c *keyBlockCase) variant() bool { return c.h.Version == 'A' || c.h.Version == 'C' }

// cipher returns the name of the block cipher.
func (c *keyBlockCase) cipher() string {
	if c.kbpk.Algorithm().BlockSize() == 8 {
		return "TDES"
	}
	return "AES"
}

// authentic reports whether the block has the authenticator that it should have.
func (c *keyBlockCase) authentic() bool { return strings.EqualFold(c.mac, upperHex(c.wanted)) }

// holds says in one line what a block holds.
func holds(fields []keyblock.Field) string {
	return meaningOf(fields, "usage") + ", " + meaningOf(fields, "algorithm") + "; mode " +
		meaningOf(fields, "mode of use") + "; " + meaningOf(fields, "exportability")
}

func meaningOf(fields []keyblock.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Meaning
		}
	}
	return ""
}
