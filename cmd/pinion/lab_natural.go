package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

func init() { register("lab", newLabNatural) }

func newLabNatural(e *env) *cobra.Command {
	var m labMethod
	var length int
	c := &cobra.Command{
		Use:   "natural",
		Short: "Compute the natural PIN of an account (IBM 3624)",
		Long: `Natural prints the IBM 3624 PIN of an account without an offset: its enciphered
and decimalized validation data. With --explain it prints the steps.` + shortNamesHelp,
		Example: `  pinion lab natural --pvk 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891
  pinion lab natural --pvk 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891 --pan-start 4 --pan-length 11 --pan-pad 0 --length 6`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			method, err := m.get(false)
			if err != nil {
				return err
			}
			ibm, ok := method.(pinverify.IBM3624)
			if !ok {
				return usage("--method: natural PINs are of ibm-3624")
			}
			pan, err := m.account(ibm)
			if err != nil {
				return err
			}
			if length < 4 || length > 16 {
				return usage("--length: want 4 to 16")
			}
			key, err := labPVK(m.methodFlags.key, ibm.Usages()[0])
			if err != nil {
				return err
			}
			if m.explain {
				x, err := explain.NaturalPIN(c.Context(), key, ibm, pan, length)
				return m.explained(e, x, blameMethod(err))
			}
			pin, err := ibm.Natural(c.Context(), key, pan, length)
			if err != nil {
				return blameMethod(err)
			}
			text := clear.Digits(pin)
			return m.write(e, text, naturalPIN{Method: ibm.Name(), PIN: text, KCV: key.KCV()})
		},
	}
	m.flags(c, "ibm-3624", "pan")
	hide(c, "method", "check-length", "pvki", "validation-digits", "stored-format")
	c.Flags().IntVar(&length, "length", 4, "digits of the PIN")
	return c
}

// naturalPIN is what natural prints with --json.
type naturalPIN struct {
	Method string `json:"method"`
	PIN    string `json:"pin"`
	KCV    string `json:"kcv"` // of the PIN verification key
}
