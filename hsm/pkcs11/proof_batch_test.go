//go:build cgo && unix

package pkcs11_test

import (
	"fmt"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/pinblock"
)

// A call that fails in the middle of a batch on the token: of each block there is an
// answer, or there is an error for all of them.
func TestBatchFails(t *testing.T) {
	t.Parallel()
	var m *p11rig.Tamper
	l := nssLibrary(t)
	s := newStand(t, l, func() pkcs11.Config {
		m = p11rig.NewTamper(t, l.config, l.setup)
		m.Record(false)
		return m.Config()
	})
	from, to := s.key(pinblock.ISO0), s.key(pinblock.ISO4)
	cards, items := make([]text, 9), make([]hsm.Item, 9)
	for i := range items {
		cards[i] = s.card(4 + i)
		items[i] = hsm.Item{Block: s.seal(from, cards[i]), PAN: cards[i].PAN()}
	}
	items[4].Block = s.spoilt(from, items[4].Block, cards[4])
	translate := func() ([]hsm.Result, error) {
		return s.hsm.TranslatePINs(t.Context(), hsm.Batch{From: from, To: to, Items: items})
	}
	_, err := translate()
	require.NoError(t, err)
	live, answered := m.Live(), 0
	for _, fn := range []string{"C_UnwrapKey", "C_DeriveKey", "C_WrapKey", "C_CreateObject", "C_DestroyObject"} {
		before := m.Calls(fn)
		_, err := translate()
		require.NoError(t, err)
		calls := m.Calls(fn) - before
		for at := range calls {
			name := fmt.Sprintf("call %d of %d of %s", at, calls, fn)
			m.Fail(fn, p11.CKR_FUNCTION_FAILED, at, 1)
			results, err := translate()
			m.Heal()
			if err != nil {
				require.NotEqual(t, "C_DestroyObject", fn, "%s: the answers were there", name)
				require.ErrorIs(t, err, hsm.ErrDevice, name)
				require.Nil(t, results)
				continue
			}
			answered++
			require.Len(t, results, len(items), name)
			for i, r := range results {
				if i == 4 {
					require.ErrorIs(t, r.Err, hsm.ErrBlock, name)
					continue
				}
				require.NoError(t, r.Err, name)
				s.holds(to, r.Block, cards[i])
			}
		}
		if fn != "C_DestroyObject" { // those that were not destroyed went with their session
			require.Equal(t, live, m.Live(), "nothing is left: %s", fn)
		}
	}
	require.Positive(t, answered)
}
