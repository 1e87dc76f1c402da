package diagnose

import (
	"bytes"
	"crypto/cipher"

	// Package keys refuses single DES and equal halves, and so it should. What a
	// mistake has enciphered can only be opened with the key of the mistake.
	"crypto/des"
	"encoding/hex"
	"slices"
)

func init() { provide(tdes) }

// tdesKey is a TDES key, right or wrong, in the order in which it is used.
type tdesKey struct {
	step
	bytes []byte // 8, 16 or 24
}

// tdes returns what may have been done with a TDES key. Parity is not among
// it: DES ignores the parity bits.
func tdes(_ Input, key []byte) []treatment {
	var out []treatment
	seen := [][]byte{}
	for _, k := range tdesKeys(key) {
		c := tdesCipher(k.bytes)
		whole := expanded(k.bytes)
		if c == nil || slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, whole) }) {
			continue
		}
		seen = append(seen, whole)
		out = append(out, operations(k.step, 8, each(c.Decrypt), each(c.Encrypt))...)
	}
	return out
}

func tdesKeys(key []byte) []tdesKey {
	if len(key) != 8 && len(key) != 16 && len(key) != 24 {
		return textKeys(key)
	}
	out := []tdesKey{{bytes: key}}
	parts := slices.Collect(slices.Chunk(key, 8))
	switch len(parts) {
	case 2:
		out = append(out, tdesKey{step{
			what: "enciphered under the key with its halves swapped (K2 K1)",
			fix:  "Swap the two halves of the key on one side.",
			bits: 4,
		}, join(parts[1], parts[0])})
	case 3:
		out = append(out, tripleKeys(parts)...)
	}
	if len(parts) > 1 {
		for i, p := range parts {
			out = append(out, tdesKey{step{
				what: "enciphered with single DES under " + partName(i, len(parts)) + " of the key",
				fix:  "The other side uses 8 bytes of the key and single DES: it must use the whole key and TDES.",
				bits: 5,
			}, p})
		}
	}
	reversed := bytes.Clone(key)
	slices.Reverse(reversed)
	out = append(out, tdesKey{step{
		what: "enciphered under the key with its bytes in reverse order",
		fix:  "Turn the order of the key's bytes round: somebody took them for a little-endian number.",
		bits: 7,
	}, reversed})
	return append(out, textKeys(key)...)
}

// tripleKeys returns the mistakes with a key of three parts.
func tripleKeys(p [][]byte) []tdesKey {
	const fix = "Put the three parts of the key in the same order on both sides."
	return []tdesKey{
		{step{"enciphered under the key with its parts in reverse order (K3 K2 K1)", fix, 5}, join(p[2], p[1], p[0])},
		{step{"enciphered under the key with its parts in the order K2 K3 K1", fix, 7}, join(p[1], p[2], p[0])},
		{step{"enciphered under the key with its parts in the order K3 K1 K2", fix, 7}, join(p[2], p[0], p[1])},
		{step{"enciphered under the key with its parts in the order K2 K1 K3", fix, 7}, join(p[1], p[0], p[2])},
		{step{"enciphered under the key with its parts in the order K1 K3 K2", fix, 7}, join(p[0], p[2], p[1])},
		{step{
			"enciphered under the first two parts of the key only (K1 K2 K1)",
			"The other side cuts the key to double length: load all 24 bytes there.", 4,
		}, join(p[0], p[1])},
	}
}

// textKeys returns the key as it is when its hex digits are used as bytes.
func textKeys(key []byte) []tdesKey {
	var out []tdesKey
	upper := []byte(hex.EncodeToString(key))
	for _, text := range [][]byte{bytes.ToUpper(upper), upper} {
		for _, n := range []int{24, 16, 8} {
			if len(text) < n {
				continue
			}
			out = append(out, tdesKey{step{
				what: "enciphered under the characters of the key's hex digits instead of the bytes they stand for",
				fix:  "The other side uses the text of the key as the key: it must convert the hex digits to bytes.",
				bits: 8,
			}, text[:n]})
		}
	}
	return out
}

func partName(i, n int) string {
	if n == 2 {
		return []string{"the left half", "the right half"}[i]
	}
	return "the " + ordinals[i] + " third"
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// expanded returns a key as the 24 bytes that are used, without parity bits, so
// that keys that encipher alike are equal.
func expanded(key []byte) []byte {
	var k []byte
	switch len(key) {
	case 8:
		k = join(key, key, key)
	case 16:
		k = join(key, key[:8])
	default:
		k = bytes.Clone(key)
	}
	for i := range k {
		k[i] &^= 1
	}
	return k
}

func tdesCipher(key []byte) cipher.Block {
	c, err := des.NewTripleDESCipher(expanded(key))
	if err != nil {
		return nil // GODEBUG=fips140=only has no DES
	}
	return c
}

// each returns a cipher operation on one block as a function of it.
func each(operation func(dst, src []byte)) func([]byte) []byte {
	return func(b []byte) []byte {
		out := make([]byte, len(b))
		operation(out, b)
		return out
	}
}
