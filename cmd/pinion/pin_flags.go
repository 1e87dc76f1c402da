package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinverify"
)

// pinMethodFlags are the flags of what is done with a PIN block and a verification
// method: the block's key and format, the method and its settings.
type pinMethodFlags struct {
	from   pinKeyFlags
	method methodFlags
}

// add adds the flags. what are the blocks, such as "both blocks".
func (p *pinMethodFlags) add(c *cobra.Command, what string) {
	p.from.add(c, "from", what)
	p.from.addDUKPT(c)
	p.method.add(c)
}

// get returns what they say.
func (p *pinMethodFlags) get() (hsm.PINKey, pinverify.Method, error) {
	key, err := p.from.get()
	if err != nil {
		return hsm.PINKey{}, nil, err
	}
	m, err := p.method.get(false)
	return key, m, err
}
