package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The program answers the same on a SoftHSM2 token and with keys in memory.
func TestRun(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{"soft:", "softhsm:"} {
		t.Run(uri, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			require.NoError(t, run(t.Context(), uri, &out))
			require.Equal(t, `right PIN under the zone key          00
right PIN of an own terminal, DUKPT   00
another PIN                           55
a block that does not open            63
half a block                          30
another PIN                           55
another PIN                           55
right PIN, but no tries are left      75
a card that is not registered         14
`, out.String())
		})
	}
}

// What cannot be a request is told from an HSM that is down.
func TestCodes(t *testing.T) {
	t.Parallel()
	h, err := open(t.Context(), "soft:", "sqlite:"+t.TempDir()+"/issuer.db")
	require.NoError(t, err)
	defer h.close()
	for _, r := range []request{{PAN: "no PAN"}, {PAN: pan, KSN: "no KSN"}} {
		code, err := h.authorize(t.Context(), r)
		require.Error(t, err)
		require.Equal(t, formatError, code)
	}
	code, err := h.authorize(t.Context(), request{PAN: stranger})
	require.NoError(t, err)
	require.Equal(t, noSuchCard, code)
	require.NoError(t, h.store.Close())
	code, err = h.authorize(t.Context(), request{PAN: pan})
	require.Error(t, err)
	require.Equal(t, unavailable, code)
}

// A host that cannot be opened says why and leaves nothing open.
func TestOpenFails(t *testing.T) {
	t.Parallel()
	_, err := open(t.Context(), "soft:", "nothing:")
	require.Error(t, err)
	_, err = open(t.Context(), "nothing:", "sqlite:"+t.TempDir()+"/issuer.db")
	require.Error(t, err)
}
