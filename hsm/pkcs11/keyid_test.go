//go:build cgo

package pkcs11_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
)

func TestKeyID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]pkcs11.KeyID{
		"pinion1:P0:TDES2:08D7B4": {Usage: keys.UsagePIN, Algorithm: keys.TDES2, KCV: "08D7B4"},
		"pinion1:B0:AES256:":      {Usage: keys.UsageBDK, Algorithm: keys.AES256},
		"pinion1:42:TDES3:000000": {Usage: "42", Algorithm: keys.TDES3, KCV: "000000"},
	} {
		id, ok := pkcs11.ParseKeyID([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, want, id)
		require.Equal(t, text, id.String())
	}
	for _, text := range []string{
		"", "pinion1", "\x01\x02", "pinion2:P0:TDES2:08D7B4", "pinion1:P0:TDES2", "pinion1:P0:TDES2:08D7B4:",
		"pinion1:p0:TDES2:08D7B4", "pinion1:P0:tdes2:08D7B4", "pinion1:P0:DES:08D7B4", "pinion1:ZZ:TDES2:08D7B4",
		"pinion1:P0:TDES2:08d7b4", "pinion1:P0:TDES2:08D7", "pinion1:P0:TDES2:08D7BG", "pinion1::TDES2:08D7B4",
	} {
		_, ok := pkcs11.ParseKeyID([]byte(text))
		require.False(t, ok, text)
	}
}

// A CKA_ID comes from the token, where anybody may have written it. What parses
// is written the same way.
func FuzzParseKeyID(f *testing.F) {
	f.Add([]byte("pinion1:P0:TDES2:08D7B4"))
	f.Add([]byte("pinion1:B0:AES256:"))
	f.Add([]byte(":::"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if id, ok := pkcs11.ParseKeyID(b); ok {
			require.Equal(t, string(b), id.String())
			require.True(t, id.Usage.Valid())
			require.True(t, id.Algorithm.Valid())
		}
	})
}
