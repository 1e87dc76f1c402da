package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func init() { register("lab", newLabCombine) }

// labComponents are the flags that combine and split share.
type labComponents struct {
	output
	explanation
	algorithm string
}

func (l *labComponents) flags(c *cobra.Command) {
	c.Flags().StringVar(&l.algorithm, "algorithm", "", "`tdes or aes`, where the length leaves it open (16 and 24 bytes; tdes without it)")
	completeWith(c, "algorithm", func() []string { return []string{"tdes", "aes"} })
	l.output.flag(c)
	l.explainFlag(c)
}

// of returns the algorithm of a key of n bytes.
func (l *labComponents) of(flag string, n int) (keys.Algorithm, error) {
	return algorithmOf(flag, l.algorithm, n)
}

// algorithmOf returns the algorithm of a key of n bytes: what was asked for, or
// what the length says, and TDES where it says nothing.
func algorithmOf(flag, asked string, n int) (keys.Algorithm, error) {
	tdes := map[int]keys.Algorithm{16: keys.TDES2, 24: keys.TDES3}
	aes := map[int]keys.Algorithm{16: keys.AES128, 24: keys.AES192, 32: keys.AES256}
	var a keys.Algorithm
	switch strings.ToLower(asked) {
	case "":
		if a = tdes[n]; a == 0 {
			a = aes[n]
		}
	case "tdes":
		a = tdes[n]
	case "aes":
		a = aes[n]
	default:
		return 0, usage("--algorithm: want tdes or aes")
	}
	if n == 8 {
		return 0, about(flag, keys.ErrWeak).withHint("8 bytes are single DES, which protects nothing and is refused")
	}
	if a == 0 {
		return 0, about(flag, keys.ErrKeySize)
	}
	return a, nil
}

func newLabCombine(e *env) *cobra.Command {
	var l labComponents
	var parts []string
	var parity bool
	c := &cobra.Command{
		Use:   "combine",
		Short: "Make a key of its components",
		Long: `Combine prints the exclusive or of 2 to 9 components, and its check values. The
check value of each component goes to standard error, for comparing with what
the component's holder has. With --explain the components stand below each other,
with what they come to, and the parity.`,
		Example: `  pinion lab combine --part 0123456789ABCDEFFEDCBA9876543210 --part 1032547698BADCFE67452301EFCDAB89
  pinion lab combine --algorithm aes --part 00112233445566778899AABBCCDDEEFF --part 0F1E2D3C4B5A69788796A5B4C3D2E1F0`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			components, a, err := l.read(e, parts)
			if err != nil {
				return err
			}
			if l.explain {
				x, err := explain.Combine(a, keys.Parity(parity), components)
				return l.explained(e, x, notCombined(err, len(parts)))
			}
			k, err := keys.Combine(a, keys.UsagePIN, keys.Parity(parity), components...)
			if err != nil {
				return notCombined(err, len(parts))
			}
			return l.printKey(e, k)
		},
	}
	c.Flags().StringArrayVar(&parts, "part", nil, "component, `hex`; once for each")
	c.Flags().BoolVar(&parity, "parity", false, "adjust a TDES key to odd parity")
	l.flags(c)
	return c
}

// notCombined says why so many components make no key; nil if they do.
func notCombined(err error, parts int) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keys.ErrComponentCount):
		return usage("--part: a key has 2 to 9 components, and this has %d", parts)
	case errors.Is(err, keys.ErrWeak):
		return about("the components make no key", err).withHint("was one component entered twice? The same one twice cancels out")
	}
	return about("--part", err)
}

// read reads the components, and prints the check value of each.
func (l *labComponents) read(e *env, parts []string) ([]keys.Component, keys.Algorithm, error) {
	if len(parts) == 0 {
		return nil, 0, usage("--part is missing").withHint("give it once for each component, 2 to 9 times")
	}
	var a keys.Algorithm
	var out []keys.Component
	for i, text := range parts {
		name := fmt.Sprintf("--part %d", i+1)
		raw, err := hexFlag(name, text)
		if err != nil {
			return nil, 0, err
		}
		if i == 0 {
			if a, err = l.of(name, len(raw)); err != nil {
				return nil, 0, err
			}
		}
		part, err := cleartext.NewComponent(a, raw)
		if err != nil {
			return nil, 0, usage("%s: it is not as long as the first", name)
		}
		_, _ = fmt.Fprintf(e.stderr, "component %d KCV %s\n", i+1, part.KCV())
		out = append(out, part)
	}
	return out, a, nil
}

// wholeKey is what combine prints with --json.
type wholeKey struct {
	Key       string       `json:"key"`
	Algorithm string       `json:"algorithm"`
	KCVs      []checkValue `json:"kcvs"`
}

// printKey prints a key and the check values that keys of its length have.
func (l *labComponents) printKey(e *env, k keys.Key) error {
	raw := cleartext.Bytes(k)
	var values []checkValue
	for _, m := range []keys.KCVMethod{keys.TDESECBZero, keys.AESCMACZero, keys.AESECBZero} {
		if kcv, err := cleartext.KCV(raw, m, nil, 6); err == nil && l.fits(m) {
			values = append(values, checkValue{m.String(), kcv})
		}
	}
	out := wholeKey{cleartext.Hex(k), k.Algorithm().String(), values}
	return l.write(e, fmt.Sprintf("%-14s %s\n%s", "key", out.Key, tabbed(values)), out)
}

// fits reports whether a check value is of the algorithm that was asked for.
func (l *labComponents) fits(m keys.KCVMethod) bool {
	return strings.HasPrefix(m.String(), strings.ToLower(l.algorithm))
}
