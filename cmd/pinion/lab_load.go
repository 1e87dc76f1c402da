package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("lab", newLabLoad) }

// labLoad is what the flags of load ask for.
type labLoad struct {
	output
	deviceFlags
	keys    []string
	file    string
	replace bool
}

func newLabLoad(e *env) *cobra.Command {
	var l labLoad
	c := &cobra.Command{
		Use:   "load",
		Short: "Put known test keys on a device",
		Long: `Load imports test keys into a device, for test harnesses, and prints the label,
usage, algorithm and check value of each.

A key is LABEL:USAGE:HEX, with the usage of X9.143: P0 for a PIN key, V2 for a
Visa PVK, V1 for an IBM 3624 one. 16 and 24 bytes are TDES, 32 are AES;
LABEL:USAGE:aes:HEX is AES of any length. A file has one key on each line; lines
that begin with # are comments.

All keys are read before the first is imported. A label that is taken is an
error, unless --replace is given.`,
		Example: `  pinion lab load --device soft: --key zpk1:P0:0123456789ABCDEFFEDCBA9876543210 --key zpk4:P0:aes:00112233445566778899AABBCCDDEEFF
  pinion lab load --device softhsm:/var/lib/pinion/lab --keys keys.txt --replace`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return l.run(c.Context(), e) },
	}
	l.addURI(c)
	f := c.Flags()
	f.StringArrayVar(&l.keys, "key", nil, "`LABEL:USAGE:HEX`, once for each key")
	f.StringVar(&l.file, "keys", "", "`file` of keys, one on each line; - is standard input")
	f.BoolVar(&l.replace, "replace", false, "replace keys whose label is taken")
	l.flag(c)
	return c
}

// loaded is one line of what load prints.
type loaded struct {
	Label     string `json:"label"`
	Usage     string `json:"usage"`
	Algorithm string `json:"algorithm"`
	KCV       string `json:"kcv"`
}

func (l *labLoad) run(ctx context.Context, e *env) (err error) {
	list, err := l.read(e)
	if err != nil {
		return err
	}
	h, err := l.open(ctx, e)
	if err != nil {
		return err
	}
	defer func() {
		if closing := h.Close(); err == nil && closing != nil {
			err = closing
		}
	}()
	if uri := l.where(e); strings.HasSuffix(uri, ":") {
		_, _ = fmt.Fprintf(e.stderr, "note: the device %s is gone when this command ends, and its keys with it\n", uri)
	}
	var out []loaded
	var text strings.Builder
	for _, k := range list {
		info, err := l.put(ctx, h, k)
		if err != nil {
			return about(k.where, err).withHint("%s", loadHint(err))
		}
		row := loaded{info.Label, string(info.Usage), info.Algorithm.String(), info.KCV}
		out = append(out, row)
		fmt.Fprintf(&text, "%s %s %s %s\n", row.Label, row.Usage, row.Algorithm, row.KCV)
	}
	return l.write(e, text.String(), struct {
		Keys []loaded `json:"keys"`
	}{out})
}

func loadHint(err error) string {
	if errors.Is(err, hsm.ErrKeyExists) {
		return "--replace puts the new key in its place"
	}
	return hintOf(err)
}

// put imports one key, in the place of another if that was asked for.
func (l *labLoad) put(ctx context.Context, h *hsm.HSM, k labelledKey) (hsm.KeyInfo, error) {
	if l.replace {
		if err := h.DeleteKey(ctx, k.label); err != nil && !errors.Is(err, hsm.ErrKeyNotFound) {
			return hsm.KeyInfo{}, err
		}
	}
	return h.ImportKey(ctx, hsm.KeySpec{Label: k.label}, k.key)
}
