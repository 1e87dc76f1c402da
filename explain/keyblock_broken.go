package explain

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// brokenParts cuts a block whose header cannot be read, as far as it can.
func brokenParts(block string, err error) []Part {
	var f *keyblock.FieldError
	if !errors.As(err, &f) || len(block) < 16 {
		return cutParts(Part{Text: block, Kind: Wrong})
	}
	if h, ok := readable(block[:1]+fmt.Sprintf("%04d", len(block))+block[5:], len(block)); ok && f.Field == "length" {
		return cutParts(append(headerParts(block, h), Part{Text: block[h.Len():], Kind: Cipher, Note: "enciphered key and authenticator"})...)
	}
	for n := range 100 { // optional blocks that can be read, before the one that cannot
		if h, ok := readable(block[:12]+fmt.Sprintf("%02d", n)+block[14:max(f.Offset, 16)], f.Offset); ok && h.Len() == f.Offset {
			return cutParts(append(headerParts(block, h), Part{Text: block[f.Offset:]})...)
		}
	}
	h := keyblock.Header{
		Version: block[0], Usage: keys.Usage(block[5:7]), Algorithm: block[7], Mode: block[8],
		KeyVersion: block[9:11], Exportability: block[11], Reserved: block[14:16],
	}
	return cutParts(append(fixedParts(block, keyblock.Explain(h)), Part{Text: block[16:]})...)
}

// readable returns the header of a text that is meant to have n characters.
func readable(text string, n int) (keyblock.Header, bool) {
	h, err := keyblock.ParseHeader(text)
	return h, err == nil && len(text) == n
}

// printable returns text with a question mark for every byte that is no printable
// ASCII, so that offsets stay as they are.
func printable(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c < 0x20 || c > 0x7e {
			c = '?'
		}
		b.WriteByte(c)
	}
	return b.String()
}
