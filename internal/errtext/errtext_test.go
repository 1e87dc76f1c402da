package errtext_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/errtext"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"keys: no key: the zero Key cannot be used", "no key: the zero Key cannot be used"},
		{"keys/keyblock: header is not as X9.143 has it", "header is not as X9.143 has it"},
		{"hsm/devices: hsm/pkcs11: the URI is not understood: it must begin with \"pkcs11:\"", "the URI is not understood: it must begin with \"pkcs11:\""},
		{"entry 2: hsm: no such key", "entry 2: no such key"},
		{"hsm: one\nkeys/dukpt: two", "one\ntwo"},

		// What only looks like a package stays.
		{"key hsm: no such key", "key hsm: no such key"},
		{"--keys: the file cannot be read", "--keys: the file cannot be read"},
		{"soft: works without", "soft: works without"},
		{"hsm/POOL: it is full", "hsm/POOL: it is full"},
		{"hsm:", "hsm:"},
		{"it is about keys", "it is about keys"},
		{"want one of: hsm", "want one of: hsm"},
	} {
		require.Equal(t, c.want, errtext.Plain(c.text))
	}
}
