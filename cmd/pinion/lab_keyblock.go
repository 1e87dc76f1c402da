package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func init() { register("lab", newLabKeyBlock) }

func newLabKeyBlock(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "keyblock",
		Short: "Wrap, unwrap and explain key blocks (X9.143, TR-31)",
		Long: `The keyblock commands work with the key blocks of ANSI X9.143, which were those of
TR-31 before, under a key block protection key (KBPK) in the clear.

Versions B (TDES), D and E (AES) are current. A and C unwrap, and wrap only with
--allow-variant-binding.`,
		Example: `  pinion lab keyblock wrap --kbpk 00112233445566778899AABBCCDDEEFF --key 0123456789ABCDEFFEDCBA9876543210 --version D --usage P0 --mode E --exportability N
  pinion lab keyblock unwrap --kbpk 00112233445566778899AABBCCDDEEFF --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262
  pinion lab keyblock inspect --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262`,
	})
}

// kbpkFlag reads --kbpk for blocks of a version.
func kbpkFlag(text string, version byte) (keyblock.KBPK, error) {
	if text == "" {
		return nil, usage("--kbpk is missing").withHint("%s", kbpkHint(version))
	}
	raw, err := hexFlag("--kbpk", text)
	if err != nil {
		return nil, err
	}
	k, err := clearblock.NewKBPK(version, raw)
	if errors.Is(err, keyblock.ErrKBPK) {
		return nil, usage("--kbpk: version %c does not have protection keys of %d hex digits", version, len(text)).
			withHint("%s", kbpkHint(version))
	}
	if err != nil {
		return nil, about("--kbpk", err)
	}
	return k, nil
}

func kbpkHint(version byte) string {
	if version == 'D' || version == 'E' {
		return "versions D and E take an AES key of 32, 48 or 64 hex digits"
	}
	return "versions A, B and C take a TDES key of 32 or 48 hex digits"
}

// blockProblem says what is wrong with a key block or a header. A block that is
// not authentic is an answer, and it is no.
func blockProblem(flag string, err error) error {
	p := &problem{what: flag + ": " + plain(err), err: err}
	switch {
	case errors.Is(err, keyblock.ErrMAC):
		p.code = exitNo
		p.hint = "compare the check value of the protection key with the sender's; see if the block was cut or its header changed"
	case errors.Is(err, keyblock.ErrHeader):
		p.hint = "a key block begins with its version, A to E, and four digits for its length: 'pinion lab keyblock inspect' shows its fields"
	}
	return p
}

// keyValues returns the check values of the key in a block of an algorithm.
func keyValues(algorithm byte, raw []byte) []checkValue {
	methods := map[byte][]keys.KCVMethod{
		'T': {keys.TDESECBZero}, 'D': {keys.TDESECBZero}, 'A': {keys.AESCMACZero, keys.AESECBZero},
	}
	var values []checkValue
	for _, m := range methods[algorithm] {
		if kcv, err := cleartext.KCV(raw, m, nil, 6); err == nil {
			values = append(values, checkValue{m.String(), kcv})
		}
	}
	return values
}

// headerField is a field of a key block as inspect and unwrap print it.
type headerField struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Meaning string `json:"meaning"`
}

// explained returns the fields of a header, and in words what X9.143 does not
// allow about them.
func explained(h keyblock.Header) (fields []headerField, problems []string) {
	for _, f := range keyblock.Explain(h) {
		fields = append(fields, headerField(f))
	}
	return fields, headerProblems(h)
}

// headerProblems returns what Check finds, one line for each.
func headerProblems(h keyblock.Header) []string {
	err := h.Check()
	if err == nil {
		return nil
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var out []string
	for _, err := range list {
		var f *keyblock.FieldError
		if errors.As(err, &f) {
			out = append(out, f.Field+": "+f.Problem)
		} else {
			out = append(out, plain(err))
		}
	}
	return out
}
