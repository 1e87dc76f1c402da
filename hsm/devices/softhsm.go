package devices

import "github.com/pinion-hsm/pinion/softhsm"

func init() {
	register(Scheme{
		Name: "softhsm", Form: "softhsm: or softhsm:/dir",
		Text: "a SoftHSM2 token: a throw-away one, or one kept in a directory",
		open: makers[*softhsm.Token]{softhsm.Temporary, softhsm.Create, softhsm.Open}.device,
	})
}
