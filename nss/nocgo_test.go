//go:build !cgo

package nss_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/nss"
)

func TestWithoutCgo(t *testing.T) {
	t.Parallel()
	_, err := nss.Temporary()
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "CGO_ENABLED=1")
}
