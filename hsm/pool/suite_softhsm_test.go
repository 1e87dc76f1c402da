//go:build cgo

package pool_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/softhsm"
)

// Two tokens, each with a library of its own, are one device.
func TestDeviceOfTokens(t *testing.T) {
	t.Parallel()
	hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
		var list []pool.Member
		for _, name := range []string{"one", "two"} {
			d, err := pkcs11.Open(t.Context(), softhsm.New(t).Config())
			require.NoError(t, err)
			list = append(list, pool.Member{Name: name, Device: d, Limit: 4})
		}
		p, err := pool.New(list)
		require.NoError(t, err)
		return p
	})
}
