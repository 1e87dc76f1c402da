package devices

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

func init() {
	register(Scheme{
		Name: "soft", Form: "soft:",
		Text: "keys in the memory of this process, gone when it ends",
		open: openSoft,
	})
}

func openSoft(_ context.Context, rest string, _ Options) (hsm.Device, error) {
	if rest != "" {
		return nil, fmt.Errorf("%w: soft: takes no path in this version: keys in a file come with the keystore; softhsm:/dir keeps keys today", ErrURI)
	}
	return soft.New(), nil
}
