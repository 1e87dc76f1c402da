package explain

import (
	"context"
	"crypto/subtle"

	"github.com/pinion-hsm/pinion/keys"
)

// keyRow is a key in a row of its own.
func keyRow(name string, key []byte) Row { return hexRow(name, key, Key) }

// hexRow is a row of one part.
func hexRow(name string, b []byte, k Kind) Row {
	return partsRow(name, []Part{{Text: upperHex(b), Kind: k}})
}

func partsRow(name string, parts []Part) Row { return Row{Name: name, Unit: Hex, Parts: parts} }

// done is a row that was made of those above.
func done(r Row, op Op, with string) Row {
	r.Op, r.With = op, with
	return r
}

// enciphered returns data in ECB mode under key.
func enciphered(key keys.Key, data []byte) ([]byte, error) {
	out := make([]byte, len(data))
	err := key.Encrypt(context.Background(), out, data) // in memory: nothing to wait for
	return out, err
}

func xored(a, b []byte) []byte {
	out := make([]byte, len(a))
	subtle.XORBytes(out, a, b)
	return out
}
