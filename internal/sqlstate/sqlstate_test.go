package sqlstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/sqlstate"
)

func TestText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "the password was refused", sqlstate.Text("28P01"))
	require.Empty(t, sqlstate.Text("00000"))
	require.Empty(t, sqlstate.Text(""))
}
