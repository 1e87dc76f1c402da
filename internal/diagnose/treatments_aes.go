package diagnose

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"slices"
)

func init() { provide(aesKeys) }

// aesKeys returns what may have been done with an AES key.
func aesKeys(_ Input, key []byte) []treatment {
	type variant struct {
		step
		bytes []byte
	}
	reversed := bytes.Clone(key)
	slices.Reverse(reversed)
	text := hex.EncodeToString(key)
	vs := []variant{
		{bytes: key},
		{step{
			"enciphered under the key with its bytes in reverse order",
			"Turn the order of the key's bytes round: somebody took them for a little-endian number.", 7,
		}, reversed},
	}
	if len(key) >= 16 {
		half := len(key) / 2
		vs = append(vs, variant{step{
			"enciphered under the key with its halves swapped",
			"Swap the two halves of the key on one side.", 5,
		}, join(key[half:], key[:half])})
	}
	if len(key) > 16 {
		vs = append(vs, variant{step{
			"enciphered with AES-128 under the first 16 bytes of the key",
			"The other side cuts the key to 16 bytes: load all of it there.", 5,
		}, key[:16]})
	}
	for _, t := range []string{upperHex(key), text} {
		for _, n := range []int{32, 24, 16} {
			if len(t) >= n {
				vs = append(vs, variant{step{
					"enciphered under the characters of the key's hex digits instead of the bytes they stand for",
					"The other side uses the text of the key as the key: it must convert the hex digits to bytes.", 8,
				}, []byte(t[:n])})
			}
		}
	}
	var out []treatment
	for _, v := range vs {
		if c, err := aes.NewCipher(v.bytes); err == nil {
			out = append(out, operations(v.step, 16, each(c.Decrypt), each(c.Encrypt))...)
		}
	}
	return out
}

func upperHex(b []byte) string { return string(bytes.ToUpper([]byte(hex.EncodeToString(b)))) }
