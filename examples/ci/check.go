// Package ci is what an application of yours may look like to a CI job: a function
// that asks an HSM, and a test that gives it a SoftHSM2 token. workflow.yml, beside it,
// is the job for GitHub Actions.
package ci

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Right reports whether the PIN in an ISO-0 block under the key "zpk" is the one of a
// PVV made with the key "pvk".
func Right(ctx context.Context, h *hsm.HSM, pan pinblock.PAN, block, pvv []byte) (bool, error) {
	err := h.VerifyPIN(ctx, hsm.Verification{
		Block: block, PAN: pan, From: hsm.PINKey{Key: "zpk", Format: pinblock.ISO0},
		Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk", Reference: pvv,
	})
	if errors.Is(err, hsm.ErrWrongPIN) {
		return false, nil
	}
	return err == nil, err
}
