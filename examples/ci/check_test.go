package ci_test

import (
	"testing"

	"github.com/pinion-hsm/pinion/examples/ci"
	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
	"github.com/pinion-hsm/pinion/softhsm"
)

func TestRight(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t) // removed with the test
	h, err := devices.Open(t.Context(), token.URI(), devices.Options{}, hsm.AllowInProcess())
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, s := range []hsm.KeySpec{
		{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN},
		{Label: "pvk", Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV},
	} {
		if _, err := h.GenerateKey(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	pan, err := pinblock.ParsePAN("5432101234567891")
	if err != nil {
		t.Fatal(err)
	}
	made, err := h.GeneratePIN(t.Context(), hsm.Generation{
		PAN: pan, To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}, Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk",
	})
	if err != nil {
		t.Fatal(err)
	}
	if right, err := ci.Right(t.Context(), h, pan, made.Block, made.Reference); err != nil || !right {
		t.Fatalf("the PIN that was drawn: %v, %v", right, err)
	}
	made.Reference[0] ^= 1 // another digit
	if right, err := ci.Right(t.Context(), h, pan, made.Block, made.Reference); err != nil || right {
		t.Fatalf("against another PVV: %v, %v", right, err)
	}
	made.Block = made.Block[:4]
	if _, err := ci.Right(t.Context(), h, pan, made.Block, made.Reference); err == nil {
		t.Fatal("half a block is no answer")
	}
}
