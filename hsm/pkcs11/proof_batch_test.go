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
	cards, b := make([]text, 9), hsm.Batch{From: from, To: to}
	for i := range cards {
		cards[i] = s.card(4 + i)
		block := s.seal(from, cards[i])
		if i == 4 {
			block = s.spoilt(from, block, cards[i])
		}
		require.NoError(t, b.Add(hsm.Item{Block: block, PAN: cards[i].PAN()}))
	}
	translate := func() (hsm.Results, error) { return s.hsm.TranslatePINs(t.Context(), b) }
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
				require.Zero(t, results)
				continue
			}
			answered++
			require.Equal(t, len(cards), results.Len(), name)
			for i, card := range cards {
				block, err := results.Block(i)
				if i == 4 {
					require.ErrorIs(t, err, hsm.ErrBlock, name)
					continue
				}
				require.NoError(t, err, name)
				s.holds(to, block, card)
			}
		}
		if fn != "C_DestroyObject" { // those that were not destroyed went with their session
			require.Equal(t, live, m.Live(), "nothing is left: %s", fn)
		}
	}
	require.Positive(t, answered)
}
