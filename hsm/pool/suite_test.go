package pool_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

// A pool passes what every device passes.
func TestDevice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		n    int
		opts []pool.Option
	}{
		{"One", 1, nil},
		{"Three", 3, nil},
		{"Standby", 2, []pool.Option{pool.WithStandby()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
				var list []pool.Member
				for i := range c.n {
					list = append(list, pool.Member{Name: fmt.Sprint("soft-", i), Device: soft.New(), Limit: 8})
				}
				p, err := pool.New(list, c.opts...)
				require.NoError(t, err)
				return p
			})
		})
	}
}
