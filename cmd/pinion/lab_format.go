package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/internal/nearest"
	"github.com/pinion-hsm/pinion/pinblock"
)

// labFormat holds --format and the flags for what else may be part of it:
// "ibm-3624:pad=E" is the same as "ibm-3624" and --pad E.
type labFormat struct {
	name                             string
	pad, sequence, extract, panField string
	pinLength                        int
	prefix                           string // "from-", "to-" or nothing
}

// flags adds the flags, each with a prefix where a command has two formats.
func (l *labFormat) flags(c *cobra.Command, prefix string) {
	l.prefix = prefix
	f := c.Flags()
	f.StringVar(&l.name, prefix+"format", "", "PIN block format by `name`, as 'pinion lab formats' lists them")
	completeWith(c, prefix+"format", formatNames)
	if prefix != "" {
		return // settings are part of the name there
	}
	f.StringVar(&l.pad, "pad", "", "pad digit, `hex`")
	f.StringVar(&l.sequence, "seq", "", "sequence number, 4 `hex` digits (ibm-3621), 2 (ibm-4704-epp)")
	f.StringVar(&l.extract, "extract", "", "`how` the end of the PIN is found: paddigit, hexdigit, pinlen or padexist")
	f.IntVar(&l.pinLength, "pin-length", 0, "fixed length of the PIN, where the block does not tell")
	f.StringVar(&l.panField, "pan-reading", "", "rightmost-12: ISO-4 with twelve digits of the PAN")
	completeWith(c, "extract", func() []string { return []string{"paddigit", "hexdigit", "pinlen", "padexist"} })
	completeWith(c, "pan-reading", func() []string { return []string{"rightmost-12"} })
}

// get returns the format with all of its settings.
func (l *labFormat) get() (pinblock.Format, error) {
	flag := "--" + l.prefix + "format"
	if l.name == "" {
		return 0, usage("%s is missing", flag).withHint("such as iso-0, iso-3 or iso-4: 'pinion lab formats' lists them")
	}
	settings, err := l.settings()
	if err != nil {
		return 0, err
	}
	text := l.name
	for _, s := range settings {
		if strings.Contains(text, ":") {
			text += "," + s
		} else {
			text += ":" + s
		}
	}
	f, err := pinblock.ParseFormat(text)
	if err != nil {
		return 0, l.problem(flag, err)
	}
	return f, nil
}

func (l *labFormat) settings() (out []string, err error) {
	if l.pad != "" {
		if len(l.pad) != 1 || !isHex(l.pad) {
			return nil, usage("--pad: want one hex digit")
		}
		out = append(out, "pad="+l.pad)
	}
	if l.sequence != "" {
		if len(l.sequence) > 4 || !isHex(l.sequence) {
			return nil, usage("--seq: want up to four hex digits")
		}
		out = append(out, "seq="+l.sequence)
	}
	switch l.extract {
	case "":
	case "paddigit", "hexdigit", "pinlen", "padexist":
		out = append(out, "extract="+l.extract)
	default:
		return nil, usage("--extract: want paddigit, hexdigit, pinlen or padexist")
	}
	if l.pinLength != 0 {
		if l.pinLength < 1 || l.pinLength > 16 {
			return nil, usage("--pin-length: want 1 to 16")
		}
		out = append(out, "pin-length="+strconv.Itoa(l.pinLength))
	}
	switch l.panField {
	case "":
	case "rightmost-12":
		out = append(out, "pan="+l.panField)
	default:
		return nil, usage("--pan-reading: want rightmost-12")
	}
	return out, nil
}

// problem says what is wrong with a format, with the nearest name as a hint.
func (l *labFormat) problem(flag string, err error) error {
	switch {
	case errors.Is(err, pinblock.ErrPad):
		return about("--pad", err)
	case errors.Is(err, pinblock.ErrAmbiguous):
		return about("--pad", err).withHint("add --pin-length")
	case errors.Is(err, pinblock.ErrPINLength):
		return about("--pin-length", err)
	}
	name, settings, _ := strings.Cut(l.name, ":")
	if _, bare := pinblock.ParseFormat(name); bare == nil && (settings != "" || l.hasSettings()) {
		return about(flag, err)
	}
	p := about(flag, err)
	if best := nearest.Name(name, formatNames()); best != "" {
		return p.withHint("did you mean %s?", best)
	}
	return p.withHint("'pinion lab formats' lists the formats and their other names")
}

func (l *labFormat) hasSettings() bool {
	return l.pad != "" || l.sequence != "" || l.extract != "" || l.pinLength != 0 || l.panField != ""
}
