package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// pinKeyFlags name a PIN key and the format of the blocks under it: --from-key
// and --from-format, or --to-key and --to-format.
type pinKeyFlags struct{ side, key, format, algorithm string }

func (k *pinKeyFlags) add(c *cobra.Command, side, what string) {
	k.side = side
	c.Flags().StringVar(&k.key, side+"-key", "", "label of the key of "+what+": a PIN key (usage P0), or with a KSN a BDK (B0)")
	c.Flags().StringVar(&k.format, side+"-format", "", "PIN block format of "+what+", like iso-0; see 'pinion help formats'")
	completeWith(c, side+"-format", formatNames)
}

// get returns the key and format, or says which flag is missing or wrong.
func (k *pinKeyFlags) get() (hsm.PINKey, error) {
	if k.key == "" {
		return hsm.PINKey{}, usage("--%s-key is missing", k.side).withHint("it is the label of a PIN key on the device")
	}
	f, err := formatFlag(k.side+"-format", k.format)
	if err != nil {
		return hsm.PINKey{}, err
	}
	return k.derived(hsm.PINKey{Key: k.key, Format: f})
}

// formatFlag reads a flag that names a PIN block format.
func formatFlag(flag, text string) (pinblock.Format, error) {
	if text == "" {
		return 0, usage("--%s is missing", flag).withHint("formats are iso-0, iso-1, iso-3, iso-4 …: see 'pinion help formats'")
	}
	f, err := pinblock.ParseFormat(text)
	if err != nil {
		return 0, about("--"+flag, err)
	}
	return f, nil
}

// formatNames returns the names of all formats as they are typed.
func formatNames() []string {
	var names []string
	for _, f := range pinblock.Formats() {
		names = append(names, strings.ToLower(f.Name()))
	}
	return names
}
