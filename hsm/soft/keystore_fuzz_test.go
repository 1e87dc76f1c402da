package soft

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzKeystore decodes any text. What it takes it writes such that it is read as
// the same again, and costs no more memory than is allowed; what it does not take
// is [ErrKeystore].
func FuzzKeystore(f *testing.F) {
	u, err := kdf{Name: "scrypt", N: 2, R: 1, P: 1}.salted().unlock([]byte("x"))
	require.NoError(f, err)
	c := &contents{Format: formatName, Version: formatVersion, KDF: u.kdf, Keys: []entry{{Label: "a", Block: "D"}}}
	u.sign(c)
	text, err := c.encode()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"format":"pinion-keystore","version":1,"kdf":{"name":"scrypt","n":1099511627776,"r":8,"p":1,"salt":""},"keys":null,"mac":"00"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := decode(text)
		if err != nil {
			if !errors.Is(err, ErrKeystore) {
				t.Fatalf("undocumented error: %v", err)
			}
			return
		}
		if n := 128 * c.KDF.N * c.KDF.R; n <= 0 || n > maxMemory {
			t.Fatalf("would take %d bytes", n)
		}
		again, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		same, err := decode(again)
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if string(same.authenticated()) != string(c.authenticated()) || same.MAC != c.MAC {
			t.Fatal("it is read as another")
		}
	})
}
