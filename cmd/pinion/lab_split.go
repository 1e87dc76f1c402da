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

func init() { register("lab", newLabSplit) }

func newLabSplit(e *env) *cobra.Command {
	var l labComponents
	var key string
	var parts int
	c := &cobra.Command{
		Use:   "split",
		Short: "Split a key into components",
		Long: `Split prints 2 to 9 random components whose exclusive or is the key, each with
its check value: one line "component KCV" for each. With --explain it prints what
is left of the key after each of them.`,
		Example: `  pinion lab split --key 0123456789ABCDEFFEDCBA9876543210 --parts 3`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if key == "" {
				return usage("--key is missing")
			}
			raw, err := hexFlag("--key", key)
			if err != nil {
				return err
			}
			a, err := l.of("--key", len(raw))
			if err != nil {
				return err
			}
			k, err := cleartext.New(a, keys.UsagePIN, raw)
			if err != nil {
				return keyProblem("--key", err, "")
			}
			components, err := keys.Split(k, parts)
			if errors.Is(err, keys.ErrComponentCount) {
				return usage("--parts: want 2 to 9")
			} else if err != nil {
				return err
			}
			if l.explain {
				x, err := explain.Split(k, components)
				return l.explained(e, x, err)
			}
			return l.printComponents(e, k, components)
		},
	}
	c.Flags().StringVar(&key, "key", "", "key, `hex`")
	c.Flags().IntVar(&parts, "parts", 2, "number of components, 2 to 9")
	l.flags(c)
	return c
}

// printComponents prints one component a line, with its check value.
func (l *labComponents) printComponents(e *env, k keys.Key, parts []keys.Component) error {
	type part struct {
		Component string `json:"component"`
		KCV       string `json:"kcv"`
	}
	var out []part
	var text strings.Builder
	for _, c := range parts {
		p := part{hexText(cleartext.ComponentBytes(c)), c.KCV()}
		out = append(out, p)
		fmt.Fprintf(&text, "%s %s\n", p.Component, p.KCV)
	}
	return l.write(e, text.String(), struct {
		Algorithm  string `json:"algorithm"`
		KCV        string `json:"kcv"`
		Components []part `json:"components"`
	}{k.Algorithm().String(), k.KCV(), out})
}
