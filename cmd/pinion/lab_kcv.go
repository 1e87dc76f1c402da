package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func init() { register("lab", newLabKCV) }

// labKCV is what the flags of kcv ask for.
type labKCV struct {
	output
	explanation
	key, method, algorithm, data string
	length                       int
}

// checkValue is one KCV with the name of its method.
type checkValue struct {
	Method string `json:"method"`
	KCV    string `json:"kcv"`
}

func newLabKCV(e *env) *cobra.Command {
	var k labKCV
	c := &cobra.Command{
		Use:   "kcv",
		Short: "Compute the check value of a key",
		Long: `KCV prints the check value of a key: with --method or --algorithm alone on its
line, else one line for each method that keys of this length may have. A key of
16 or 24 bytes may be TDES or AES, and nothing about it says which.

The usual methods are tdes-ecb-zero for TDES and aes-cmac-zero for AES (ANSI
X9.24-1); many devices show aes-ecb-zero. Keys that pinion refuses to work with,
such as single DES, have a check value too.

With --explain it prints every method that fits, what each of them enciphers and
all that comes out, the parts of the key, and its parity.`,
		Example: `  pinion lab kcv --key 0123456789ABCDEFFEDCBA9876543210
  pinion lab kcv --key 0123456789ABCDEFFEDCBA9876543210 --algorithm tdes
  pinion lab kcv --key 00112233445566778899AABBCCDDEEFF --method aes-cmac-zero --length 10`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return k.run(e) },
	}
	f := c.Flags()
	f.StringVar(&k.key, "key", "", "key, `hex`: 8 to 32 bytes")
	f.StringVar(&k.method, "method", "", "`method`: "+strings.Join(kcvMethodNames(), ", "))
	f.StringVar(&k.algorithm, "algorithm", "", "`tdes or aes`")
	f.StringVar(&k.data, "data", "", "what the methods aes-cmac, tdes-cmac and hmac-sha256 work on, `hex`")
	f.IntVar(&k.length, "length", 6, "hex digits to print, 4 or more")
	completeWith(c, "method", kcvMethodNames)
	completeWith(c, "algorithm", func() []string { return []string{"tdes", "aes"} })
	k.output.flag(c)
	k.explainFlag(c)
	return c
}

func kcvMethodNames() (names []string) {
	for m := keys.TDESECBZero; m <= keys.HMACSHA256; m++ {
		names = append(names, m.String())
	}
	return names
}

func (k *labKCV) run(e *env) error {
	if k.key == "" {
		return usage("--key is missing")
	}
	raw, err := hexFlag("--key", k.key)
	if err != nil {
		return err
	}
	data, err := hexFlag("--data", k.data)
	if err != nil {
		return err
	}
	methods, labelled, err := k.methods()
	if err != nil {
		return err
	}
	var values []checkValue
	for _, m := range methods {
		kcv, err := cleartext.KCV(raw, m, data, k.length)
		switch {
		case errors.Is(err, keys.ErrKeySize) && labelled:
			continue // not a key of this algorithm
		case errors.Is(err, keys.ErrKCVLength):
			return about("--length", err)
		case errors.Is(err, keys.ErrKeySize):
			return about("--key", err).withHint("%s of this key: TDES has 8, 16 or 24 bytes, AES 16, 24 or 32, HMAC 14 or more", m)
		case err != nil:
			return about("--key", err)
		}
		values = append(values, checkValue{m.String(), kcv})
	}
	if len(values) == 0 {
		return usage("--key: no key has %d bytes", len(raw)).withHint("TDES has 8, 16 or 24 bytes, AES 16, 24 or 32")
	}
	if k.explain {
		return k.steps(e, raw, data)
	}
	noteWeak(e, raw)
	if labelled {
		return k.write(e, tabbed(values), struct {
			KCVs []checkValue `json:"kcvs"`
		}{values})
	}
	return k.write(e, values[0].KCV, values[0])
}

// steps explains the methods asked for, or all of them: more than are printed without
// --explain, because who asks for it has a check value that is none of those.
func (k *labKCV) steps(e *env, raw, data []byte) error {
	methods, labelled, err := k.methods()
	if err != nil {
		return err
	}
	if labelled {
		methods = nil
	}
	x, err := explain.KCVOver(raw, data, methods...)
	return k.explained(e, x, err)
}

// methods returns the methods asked for, and whether there may be several.
func (k *labKCV) methods() (ms []keys.KCVMethod, labelled bool, err error) {
	if k.method != "" {
		m, err := keys.ParseKCVMethod(k.method)
		if err != nil {
			return nil, false, usage("--method: want one of %s", strings.Join(kcvMethodNames(), ", "))
		}
		return []keys.KCVMethod{m}, false, nil
	}
	switch strings.ToLower(k.algorithm) {
	case "":
		return []keys.KCVMethod{keys.TDESECBZero, keys.AESCMACZero, keys.AESECBZero}, true, nil
	case "tdes":
		return []keys.KCVMethod{keys.TDESECBZero}, false, nil
	case "aes":
		return []keys.KCVMethod{keys.AESCMACZero}, false, nil
	}
	return nil, false, usage("--algorithm: want tdes or aes")
}

// noteWeak says on standard error what a check value does not show.
func noteWeak(e *env, raw []byte) {
	switch {
	case len(raw) == 8:
		_, _ = fmt.Fprintln(e.stderr, "note: 8 bytes are single DES, which protects nothing")
	case len(raw) == 16 && bytes.Equal(cleartext.OddParity(raw[:8]), cleartext.OddParity(raw[8:])):
		_, _ = fmt.Fprintln(e.stderr, "note: as TDES, the halves of this key are equal: it is single DES in disguise")
	}
}

// tabbed writes check values under one another.
func tabbed(values []checkValue) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "%-14s %s\n", v.Method, v.KCV)
	}
	return b.String()
}
