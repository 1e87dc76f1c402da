package pinverify_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

func TestExclusions(t *testing.T) {
	t.Parallel()
	e, err := pinverify.ParseExclusions([]string{"8068", "123479", "8068", "000000000000"})
	require.NoError(t, err)
	r := pinverify.Rules{Excluded: e}
	require.Equal(t, 1, refused(t, r, 4, testPAN, func(pin string) bool { return pin == "8068" }))
	require.Equal(t, 0, refused(t, r, 5, testPAN, func(string) bool { return false }), "a PIN is excluded with its length")
	require.Equal(t, 1, refused(t, r, 6, testPAN, func(pin string) bool { return pin == "123479" }))
	require.ErrorIs(t, r.Judge(mustPIN(t, "000000000000"), pinblock.PAN{}), pinverify.ErrWeakPIN)

	none, err := pinverify.ParseExclusions(nil)
	require.NoError(t, err)
	require.True(t, none.IsZero())
	require.True(t, pinverify.Rules{Excluded: none}.IsZero())
	require.False(t, e.IsZero())
}

func TestParseExclusionsRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "739", "7391846205173", "73918x", " 7391", "7391\n", "73٣1", "+7391", "0x7391"} {
		e, err := pinverify.ParseExclusions([]string{"2580", "1004", bad, "6969"})
		require.ErrorIs(t, err, pinverify.ErrExclusion, "%q", bad)
		require.EqualError(t, err, pinverify.ErrExclusion.Error()+": entry 3 is not", "the place and no digits")
		require.True(t, e.IsZero())
	}
}

// TestExclusionsDoNotChange: the list is a copy of what it was made from.
func TestExclusionsDoNotChange(t *testing.T) {
	t.Parallel()
	pins := []string{"8068", "9629"}
	e, err := pinverify.ParseExclusions(pins)
	require.NoError(t, err)
	pins[0] = "7637"
	r := pinverify.Rules{Excluded: e}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if r.Judge(mustPIN(t, "8068"), pinblock.PAN{}) == nil || r.Judge(mustPIN(t, "7637"), pinblock.PAN{}) != nil {
				t.Error("the list changed")
			}
		})
	}
	wg.Wait()
}

func TestExclusionsNeverPrint(t *testing.T) {
	t.Parallel()
	const pin = "739184620517"
	e, err := pinverify.ParseExclusions([]string{pin, "8068"})
	require.NoError(t, err)
	r := pinverify.Rules{Excluded: e}
	packed := []byte{0x73, 0x91, 0x84, 0x62, 0x05, 0x17, 0xff, 0xff}
	secrettest.NeverPrints(t, packed, e)
	secrettest.NeverPrints(t, packed, &e)
	secrettest.NeverPrints(t, packed, r)
	// As text eight digits in a row, for four may well be in the address of a func.
	for _, ways := range []map[string]string{secrettest.Everything(e), secrettest.Everything(&e), secrettest.Everything(r)} {
		for how, text := range ways {
			for i := range len(pin) - 7 {
				require.NotContains(t, text, pin[i:i+8], how)
			}
		}
	}
	require.Equal(t, "[excluded PINs]", fmt.Sprintf("%d", e))

	_, err = json.Marshal(r)
	require.ErrorContains(t, err, "cannot be marshalled", "or the list would be lost without a word")
	err = json.Unmarshal([]byte(`{"Excluded":"739184620517"}`), &r)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "7391")
}
