package explain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// values turns the texts of a vector into values. In the place of a key that is refused
// it has another, so that the rest of the vector is looked at too.
type values struct {
	t    *testing.T
	in   verificationIn
	errs []error
}

func (c *values) note(err error) {
	if err != nil {
		c.errs = append(c.errs, err)
	}
}

func (c *values) key(u keys.Usage) keys.Key {
	key, err := cleartext.ParseTDES(c.in.PVK, u)
	if err == nil {
		return key
	}
	c.note(err)
	return testPVK(c.t, u)
}

func (c *values) pin() pinblock.PIN {
	pin, err := clear.PIN(c.in.PIN)
	c.note(err)
	return pin
}

func (c *values) pan() pinblock.PAN {
	pan, err := pinblock.ParsePAN(c.in.PAN)
	c.note(err)
	return pan
}

func (c *values) visa() pinverify.VisaPVV {
	if len(c.in.PVKI) != 1 || c.in.PVKI < "0" || c.in.PVKI > "9" {
		c.note(pinverify.ErrIndex)
		return pinverify.VisaPVV{Index: 1}
	}
	return pinverify.VisaPVV{Index: int(c.in.PVKI[0] - '0')}
}

func (c *values) ibm() pinverify.IBM3624 {
	table, err := pinverify.ParseTable(c.in.Table)
	c.note(err)
	pad, err := pinverify.ParsePad(c.in.PANPad)
	c.note(err)
	return pinverify.IBM3624{Table: table, Validation: pinverify.ValidationFromPAN(c.in.PANOffset, c.in.PANLength, pad)}
}

// enciphersTo is a method and a key with which the validation data enciphers to the
// cryptogram.
func (c *values) enciphersTo(cryptogram, table string) (pinverify.IBM3624, keys.Key) {
	key := testPVK(c.t, keys.UsageData) // which deciphers
	block := unhex(c.t, cryptogram)
	require.NoError(c.t, key.Decrypt(c.t.Context(), block, block))
	v, err := pinverify.FixedValidation(fmt.Sprintf("%X", block))
	require.NoError(c.t, err)
	tab, err := pinverify.ParseTable(table)
	require.NoError(c.t, err)
	return pinverify.IBM3624{Table: tab, Validation: v, CheckLength: c.in.CheckLength}, key
}
