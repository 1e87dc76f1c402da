package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm/devices"
)

func init() { register("device", newDeviceList) }

func newDeviceList(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List the tokens that a PKCS#11 library sees, with a URI for each",
		Long: `List prints the tokens of a PKCS#11 library: SoftHSM2's if it is installed, or the
one named with --module. Nobody is logged in. Tokens in a directory of their own
(softhsm:/dir) are not among them.`,
		Example: `  pinion device list
  pinion device list --module /usr/lib/opensc-pkcs11.so`,
		Args: noArgs,
	}
	var module string
	var out output
	c.Flags().StringVar(&module, "module", "", "path of the PKCS#11 library (default: SoftHSM2's, if it is found)")
	out.flag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		tokens, path, err := devices.List(c.Context(), module)
		if errors.Is(err, devices.ErrNoModule) {
			return usage("%s", plain(err)).
				withHint("name the library of your device with --module /path/of/it.so, or install SoftHSM2 (apt-get install softhsm2)")
		}
		if err != nil {
			return err
		}
		if module == "" {
			_, _ = fmt.Fprintf(e.stderr, "library: %s; --module names another\n", path)
		}
		return out.write(e, tokensText(tokens), deviceListing(path, tokens))
	}
	return c
}

// tokensText returns a paragraph for each token.
func tokensText(tokens []devices.Token) string {
	if len(tokens) == 0 {
		return "no tokens"
	}
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 {
			b.WriteString("\n")
		}
		name := t.Label
		if !t.Initialized {
			name = "(a token that is not initialized)"
		}
		fmt.Fprintf(&b, "%s\n  serial        %s\n  model         %s\n  manufacturer  %s\n", name, t.Serial, t.Model, t.Manufacturer)
		if t.URI != "" {
			fmt.Fprintf(&b, "  URI           %s\n", t.URI)
		}
	}
	return b.String()
}

type deviceToken struct {
	Label         string `json:"label"`
	Serial        string `json:"serial"`
	Model         string `json:"model"`
	Manufacturer  string `json:"manufacturer"`
	Initialized   bool   `json:"initialized"`
	LoginRequired bool   `json:"login_required"`
	URI           string `json:"uri,omitempty"`
}

// deviceListing is what --json prints.
func deviceListing(module string, tokens []devices.Token) any {
	list := []deviceToken{}
	for _, t := range tokens {
		list = append(list, deviceToken{t.Label, t.Serial, t.Model, t.Manufacturer, t.Initialized, t.LoginRequired, t.URI})
	}
	return struct {
		Module string        `json:"module"`
		Tokens []deviceToken `json:"tokens"`
	}{module, list}
}
