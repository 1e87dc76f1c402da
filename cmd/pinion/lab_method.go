package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// labMethod holds the flags of the commands about PIN verification. They are
// those of the pin commands, but --pvk is the key itself.
type labMethod struct {
	labInput
	methodFlags
}

// shortNames are other names of the flags for validation data.
var shortNames = map[string]string{
	"table": "decimalization-table", "vdata": "validation-data",
	"pan-start": "validation-start", "pan-length": "validation-length", "pan-pad": "validation-pad",
}

func (m *labMethod) flags(c *cobra.Command, method string, names ...string) {
	c.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if long, ok := shortNames[name]; ok {
			name = long
		}
		return pflag.NormalizedName(name)
	})
	m.add(c)
	m.pvkHint = labPVKHint
	m.labInput.flags(c, append(names, "explain")...)
	c.Flags().Lookup("pvk").Usage = "PIN verification key, `hex`: TDES of 32 or 48 digits"
	if method != "" {
		m.name = method
		c.Flags().Lookup("method").DefValue = method
	}
}

// hide takes flags out of a command's help that it has no use for.
func hide(c *cobra.Command, flags ...string) {
	for _, name := range flags {
		c.Flags().Lookup(name).Hidden = true
	}
}

// shortNamesHelp ends the long help of the commands that take validation data.
const shortNamesHelp = `

Some flags have short names: --table, --vdata, --pan-start, --pan-length and
--pan-pad are --decimalization-table, --validation-data, --validation-start,
--validation-length and --validation-pad.`

const labPVKHint = "a PIN verification key is TDES of 32 or 48 hex digits"

// labPVK reads a PIN verification key.
func labPVK(text string, u keys.Usage) (keys.Key, error) {
	if text == "" {
		return keys.Key{}, usage("--pvk is missing").withHint("%s", labPVKHint)
	}
	k, err := cleartext.ParseTDES(text, u)
	if err != nil {
		return keys.Key{}, keyProblem("--pvk", err, labPVKHint)
	}
	return k, nil
}

// cardholder reads --pin and --pan as the methods of PIN verification want
// them.
func (m *labMethod) cardholder(method pinverify.Method) (pin pinblock.PIN, pan pinblock.PAN, err error) {
	if m.pin == "" {
		return pin, pan, usage("--pin is missing")
	}
	if pin, err = pinblock.ParsePIN(m.pin); err != nil {
		return pin, pan, about("--pin", err)
	}
	pan, err = m.account(method)
	return pin, pan, err
}

// account reads --pan, without which only fixed validation data works.
func (m *labMethod) account(method pinverify.Method) (pinblock.PAN, error) {
	if m.pan != "" {
		return panFlag("--pan", m.pan)
	}
	if m.data != "" || method.Name() == (pinverify.StoredBlock{}).Name() {
		return pinblock.PAN{}, nil
	}
	return pinblock.PAN{}, usage("--pan is missing")
}

// reference computes and prints the reference value of a PIN.
func (m *labMethod) printReference(ctx context.Context, e *env, method pinverify.Referencer) error {
	pin, pan, err := m.cardholder(method)
	if err != nil {
		return err
	}
	key, err := labPVK(m.methodFlags.key, method.Usages()[0])
	if err != nil {
		return err
	}
	if m.explain {
		x, err := explainReference(ctx, key, method, pin, pan)
		return m.explained(e, x, blameMethod(err))
	}
	value, err := method.Reference(ctx, key, pin, pan)
	if err != nil {
		return blameMethod(err)
	}
	return m.write(e, string(value), labReference{Method: method.Name(), Reference: string(value), KCV: key.KCV()})
}

// explainReference explains the reference value of a PIN.
func explainReference(ctx context.Context, key keys.Key, method pinverify.Referencer, pin pinblock.PIN, pan pinblock.PAN) (explain.Explanation, error) {
	switch method := method.(type) {
	case pinverify.VisaPVV:
		return explain.PVV(ctx, key, method, pin, pan)
	case pinverify.IBM3624:
		return explain.Offset(ctx, key, method, pin, pan)
	}
	return explain.Explanation{}, explain.ErrMethod
}

// labReference is what pvv and offset print with --json.
type labReference struct {
	Method    string `json:"method"`
	Reference string `json:"reference"`
	KCV       string `json:"kcv"` // of the PIN verification key
}

// explainedMethods are those that --explain knows.
const explainedMethods = "visa-pvv and ibm-3624"

// blameMethod says which flag an error of a method is about.
func blameMethod(err error) error {
	switch {
	case errors.Is(err, explain.ErrMethod):
		return usage("--explain: %s are explained, other methods are not", explainedMethods)
	case errors.Is(err, pinverify.ErrPAN), errors.Is(err, pinblock.ErrPANLength):
		return about("--pan", err)
	case errors.Is(err, pinverify.ErrPIN), errors.Is(err, pinblock.ErrPINLength):
		return about("--pin", err)
	case errors.Is(err, pinverify.ErrReference):
		return about("--reference", err)
	case errors.Is(err, pinverify.ErrKey):
		return about("--pvk", err)
	case errors.Is(err, pinverify.ErrIndex):
		return about("--pvki", err)
	}
	return err
}
