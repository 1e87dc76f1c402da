package hsm_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// forgetful is a device that gives a batch so many answers, whatever it was asked.
type forgetful struct {
	*soft.Device
	answers int
}

func (d forgetful) TranslatePINs(context.Context, hsm.Batch, hsm.Key, hsm.Key) ([]hsm.Result, error) {
	return make([]hsm.Result, d.answers), nil
}

// TestBatchOfAnswers: a device that gives too few answers, or too many, has not
// answered. Which block an answer is of, nobody knows then.
func TestBatchOfAnswers(t *testing.T) {
	t.Parallel()
	inner := soft.New()
	for _, label := range []string{"a", "b"} {
		_, err := hsm.New(inner).GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	good, bad := hsm.Item{Block: make([]byte, 8), PAN: pan}, hsm.Item{Block: make([]byte, 7), PAN: pan}
	for _, items := range [][]hsm.Item{{good, good, good}, {bad, good, good, good}} {
		for _, n := range []int{0, 2, 4} {
			_, err := hsm.New(forgetful{inner, n}).TranslatePINs(t.Context(), hsm.Batch{Items: items,
				From: hsm.PINKey{Key: "a", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "b", Format: pinblock.ISO0}})
			require.ErrorIs(t, err, hsm.ErrDevice, "%d answers", n)
			require.ErrorContains(t, err, "3 blocks")
		}
	}
}
