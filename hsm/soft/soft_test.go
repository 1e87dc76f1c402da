package soft_test

import (
	"testing"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

func TestDevice(t *testing.T) {
	t.Parallel()
	hsmtest.TestDevice(t, func(*testing.T) hsm.Device { return soft.New() })
}
