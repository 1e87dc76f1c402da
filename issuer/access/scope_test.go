package access

import (
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

func TestParseScopes(t *testing.T) {
	t.Parallel()
	scopes, err := ParseScopes([]string{"pin.set", "pin.reveal", "pin.verify", "pin.unblock", "cards.write", "admin"})
	require.NoError(t, err)
	require.Equal(t, AllScopes(), scopes)
	scopes, err = ParseScopes(nil)
	require.NoError(t, err)
	require.Empty(t, scopes)
	for _, bad := range []string{"", "pin", "PIN.SET", "pin.set ", "pin.*"} {
		scopes, err = ParseScopes([]string{"pin.set", bad})
		require.Equal(t, ErrUnknownScope, err, bad)
		require.Nil(t, scopes)
	}
}

func TestAlgorithmsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	key, other := newKey(t, "a", jose.RS512), newKey(t, "b", jose.ES256)
	is := newIssuer(t, key, other)
	j, err := NewJWT(t.Context(), JWTConfig{
		Issuer: "https://login.example", Audience: "pinion", JWKSURL: is.URL, Algorithms: []string{"RS512"},
	})
	require.NoError(t, err)
	_, err = j.Authenticate(withBearer(key.sign(t, claimsWith(nil))))
	require.NoError(t, err)
	_, err = j.Authenticate(withBearer(other.sign(t, claimsWith(nil))))
	require.Equal(t, badAlgorithm, err)
}
