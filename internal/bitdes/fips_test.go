//go:build !purego

package bitdes

import (
	"testing"

	"github.com/pinion-hsm/pinion/internal/fipstest"
)

// With GODEBUG=fips140=only, which is read when a process starts, TDES is refused.
// (FIPS 140-3 mode does not start at all in a program built with purego.)
func TestFIPSOnly(t *testing.T) {
	t.Parallel()
	fipstest.Test(t)
}
