package hsm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

func TestErrorSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	err := error(&hsm.Error{Op: hsm.OpTranslate, Key: "zpk1", Code: "CKR_KEY_FUNCTION_NOT_PERMITTED", Hint: "give it CKA_DECRYPT", Err: hsm.ErrKeyUsage})
	require.Equal(t, `translate PIN: key "zpk1": hsm: the key's usage does not allow this operation (CKR_KEY_FUNCTION_NOT_PERMITTED); give it CKA_DECRYPT`, err.Error())
	require.ErrorIs(t, err, hsm.ErrKeyUsage)

	long := &hsm.Error{Key: "a\n\"" + strings.Repeat("x", 500), Err: hsm.ErrKeyNotFound}
	require.Less(t, len(long.Error()), 160)
	require.NotContains(t, long.Error(), "\n")
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"ok": nil, "wrong-pin": hsm.ErrWrongPIN, "weak-pin": &hsm.Error{Err: hsm.ErrWeakPIN}, "pin-length": hsm.ErrRuleLength,
		"block": &hsm.Error{Err: hsm.ErrBlock}, "policy": hsm.ErrPolicy, "exposure": hsm.ErrExposure,
		"key-usage": hsm.ErrKeyUsage, "key-not-found": hsm.ErrKeyNotFound, "key-exists": hsm.ErrKeyExists, "unavailable": hsm.ErrUnavailable,
		"closed": hsm.ErrClosed, "device": hsm.ErrDevice, "cancelled": context.Canceled, "deadline": context.DeadlineExceeded,
		"unsupported": errors.ErrUnsupported, "input": pinblock.ErrPANLength,
	} {
		require.Equal(t, want, hsm.Outcome(err))
	}
}

// one is a device that is only what Device asks for: no batch, no key
// management, no health.
type one struct{ hsm.Device }

func TestSmallDevice(t *testing.T) {
	t.Parallel()
	inner := soft.New()
	full := hsm.New(inner)
	for _, label := range []string{"a", "b"} {
		_, err := full.GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: 1, Usage: "P0"})
		require.NoError(t, err)
	}
	h := hsm.New(one{inner}, hsm.AllowInProcess())
	_, err := h.ListKeys(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.NoError(t, h.Ping(t.Context()))

	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	a, b := hsm.PINKey{Key: "a", Format: pinblock.ISO0}, hsm.PINKey{Key: "b", Format: pinblock.ISO3}
	g, err := h.GeneratePIN(t.Context(), hsm.Generation{PAN: pan, To: a})
	require.NoError(t, err)
	// A batch falls back to one call a block.
	res, err := h.TranslatePINs(t.Context(), hsm.Batch{From: a, To: b, Blocks: slices.Concat(g.Block, make([]byte, 8), g.Block), PANs: []pinblock.PAN{pan, pan, {}}})
	require.NoError(t, err)
	require.Len(t, res.Faults, 2)
	block, err := res.Block(0)
	require.NoError(t, err)
	require.Len(t, block, 8)
	require.Equal(t, 8, cap(block), "the next block is out of reach")
	_, err = res.Block(1)
	require.ErrorIs(t, err, hsm.ErrBlock)
	require.Equal(t, hsm.Outcome(err), "block")
	_, err = res.Block(2)
	require.ErrorIs(t, err, pinblock.ErrPANLength)
}

// idle is a device that must not be asked to do anything with a PIN.
type idle struct {
	hsm.Device
	t *testing.T
}

func (d idle) TranslatePIN(context.Context, hsm.Translation, hsm.Key, hsm.Key) ([]byte, error) {
	d.t.Error("the device was asked")
	return nil, nil
}

// TestFrontChecksFirst: what the front can see is wrong, no device is asked.
func TestFrontChecksFirst(t *testing.T) {
	t.Parallel()
	inner := soft.New()
	full := hsm.New(inner)
	for label, a := range map[string]keys.Algorithm{"tdes": keys.TDES2, "aes": keys.AES128} {
		_, err := full.GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: a, Usage: keys.UsagePIN})
		require.NoError(t, err)
	}
	h := hsm.New(idle{inner, t}, hsm.AllowInProcess())
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	good := hsm.Translation{Block: make([]byte, 8), PAN: pan,
		From: hsm.PINKey{Key: "tdes", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "aes", Format: pinblock.ISO4}}
	for want, change := range map[error]func(*hsm.Translation){
		pinblock.ErrKeySize:   func(t *hsm.Translation) { t.To.Key = "tdes" },
		pinblock.ErrBlockSize: func(t *hsm.Translation) { t.Block = t.Block[1:] },
		pinblock.ErrPANLength: func(t *hsm.Translation) { t.PAN = pinblock.PAN{} },
		hsm.ErrPolicy:         func(t *hsm.Translation) { t.To = hsm.PINKey{Key: "tdes", Format: pinblock.ISO1} },
		hsm.ErrKeyNotFound:    func(t *hsm.Translation) { t.To.Key = "nobody" },
	} {
		bad := good
		change(&bad)
		_, err := h.TranslatePIN(t.Context(), bad)
		require.ErrorIs(t, err, want)
	}
}
