//go:build !cgo

package softhsm_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/softhsm"
)

func TestWithoutCgo(t *testing.T) {
	t.Parallel()
	_, err := softhsm.Temporary()
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "CGO_ENABLED=1")
}
