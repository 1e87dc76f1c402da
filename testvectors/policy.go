package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
)

// What the policies say of translations. There is no cryptography in it, and so
// no part for a device.
func init() { define("translate.policy", policy, nil) }

type (
	policyIn struct {
		Policy string `json:"policy"`
		From   string `json:"from"`
		To     string `json:"to"`
	}
	policyOut struct {
		Allowed string `json:"allowed"`
	}
)

func policy(_ context.Context, _ *Vector, in policyIn) (policyOut, error) {
	p, err := hsm.ParsePolicy(in.Policy)
	if err != nil {
		return policyOut{}, err
	}
	from, err := formatNamed(in.From)
	if err != nil {
		return policyOut{}, err
	}
	to, err := formatNamed(in.To)
	if err != nil {
		return policyOut{}, err
	}
	return policyOut{p.Rule(from, to).String()}, nil
}
