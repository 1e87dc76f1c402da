package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinverify"
)

func init() { register("lab", newLabVerify) }

func newLabVerify(e *env) *cobra.Command {
	var m labMethod
	var reference string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Verify a PIN against its reference value",
		Long: `Verify prints "right PIN" and ends with 0, or "wrong PIN" and ends with 1. The
reference value is a PVV, an offset or, for stored-block, a PIN block enciphered
under --pvk; the interbank method has none.

With --explain it prints the steps and the answer, for visa-pvv and ibm-3624.` + shortNamesHelp,
		Example: `  pinion lab verify --method visa-pvv --pvk 0123456789ABCDEFFEDCBA9876543210 --pvki 1 --pan 5432101234567891 --pin 1234 --reference 6776
  pinion lab verify --method stored-block --stored-format iso-0 --pvk 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891 --pin 1234 --reference BA2ADC4EBA48F711`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			method, err := m.get(false)
			if err != nil {
				return err
			}
			key, value, err := m.keyAndReference(method, reference)
			if err != nil {
				return err
			}
			pin, pan, err := m.cardholder(method)
			if err != nil {
				return err
			}
			if m.explain {
				x, err := explain.Verify(c.Context(), key, method, pin, pan, value)
				return m.explained(e, x, decision(err))
			}
			err = method.Verify(c.Context(), key, pin, pan, value)
			if err != nil && !errors.Is(err, pinverify.ErrWrongPIN) {
				return blameMethod(err)
			}
			return m.printAnswer(e, method, key, err == nil)
		},
	}
	m.flags(c, "", "pan", "pin")
	c.Flags().StringVar(&reference, "reference", "", "reference `value`: PVV, offset, or the stored block as hex")
	return c
}

// decision is what a verification ends with whose answer is printed already.
func decision(err error) error {
	if errors.Is(err, pinverify.ErrWrongPIN) {
		return answerNo()
	}
	return blameMethod(err)
}

// keyAndReference reads --pvk and --reference, which for a stored block are of
// another kind.
func (m *labMethod) keyAndReference(method pinverify.Method, reference string) (keys.Key, []byte, error) {
	stored, ok := method.(pinverify.StoredBlock)
	if !ok {
		key, err := labPVK(m.methodFlags.key, method.Usages()[0])
		if err == nil && reference == "" && !pinMethods[method.Name()].noReference {
			err = usage("--reference is missing")
		}
		return key, []byte(reference), err
	}
	key, err := labKey("pvk", m.methodFlags.key, stored.Format)
	if err != nil {
		return keys.Key{}, nil, err
	}
	block, err := hexFlag("--reference", reference)
	if err == nil && len(block) != stored.Format.BlockSize() {
		err = usage("--reference: a block of %s is %d hex digits", stored.Format.Name(), 2*stored.Format.BlockSize())
	}
	return key, block, err
}

// printAnswer prints yes or no; no is exit code 1.
func (m *labMethod) printAnswer(e *env, method pinverify.Method, key keys.Key, right bool) error {
	text := "right PIN"
	if !right {
		text = "wrong PIN"
	}
	err := m.write(e, text, struct {
		Method   string `json:"method"`
		Verified bool   `json:"verified"`
		KCV      string `json:"kcv"`
	}{method.Name(), right, key.KCV()})
	if err == nil && !right {
		return answerNo()
	}
	return err
}
