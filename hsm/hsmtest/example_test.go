package hsmtest_test

import (
	"testing"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

// In the tests of a device, here of the soft one.
func ExampleTestDevice() {
	var t *testing.T // the test's
	hsmtest.TestDevice(t, func(*testing.T) hsm.Device { return soft.New() })
}
