package devices

import "github.com/pinion-hsm/pinion/nss"

func init() {
	register(Scheme{
		Name: "nss", Form: "nss: or nss:/dir",
		Text: "a token of NSS softokn: a throw-away one, or one kept in a directory",
		open: makers[*nss.Token]{nss.Temporary, nss.Create, nss.Open}.device,
	})
}
