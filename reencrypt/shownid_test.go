package reencrypt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestIDsWithAccounts wants no account number whole in the rejects, wherever in an id it
// is, and other ids as they are.
func TestIDsWithAccounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const pan, shown = "4111111111111111", "411111******1111"
	for _, c := range []struct{ id, pan, want string }{
		{pan, pan, shown},
		{pan, "", shown},
		{pan, "bad", shown},
		{"4111 1111 1111 1111", pan, shown},
		{"4111-1111-1111-1111", "", shown},
		{"card " + pan + "/2", pan, `"card ` + shown + `/2"`},
		{"ref:" + pan, "", "ref:" + shown},
		{"9" + pan + "27", pan, "9" + shown + "27"},
		{strings.Repeat("x", 120) + pan, pan, strings.Repeat("x", 120) + "411111**"},
		{"12345678901234567890123", "", "123456*************0123"},
		{"4000000000000002", pan, "4000000000000002"},
		{"card-17", pan, "card-17"},
		{"2024-01-02", "", "2024-01-02"},
		{"41-1", "41", "41-1"},
	} {
		o := r.options(t, write(t, "in.csv", "id,pan,block\n"+c.id+","+c.pan+",0011223344556677\n"))
		_, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		line := strings.Split(read(t, o.Rejects), "\n")[1]
		require.True(t, strings.HasPrefix(line, "1,"+c.want+","), "%s: %s", c.id, line)
	}
}
