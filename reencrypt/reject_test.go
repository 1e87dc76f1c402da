package reencrypt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestRejectsOfTokens has the account number in the id alone: what stands for it in the
// rows is a token.
func TestRejectsOfTokens(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := r.options(t, write(t, "in.csv", "card_number,token,block\n4284246537043955,9999999912345678,0011223344556677\n"))
	o.Map = map[reencrypt.Role]string{reencrypt.RolePAN: "token", reencrypt.RoleID: "card_number"}
	_, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Contains(t, read(t, o.Rejects), "\n1,428424******3955,999999******5678,block,")
}
