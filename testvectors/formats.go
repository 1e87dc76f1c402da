package testvectors

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
)

// named are the bare names of formats in the vectors that mean Thales' layouts,
// and that pinblock.ParseFormat refuses because others have other ones.
var named = map[string]pinblock.Format{"DOCUTEL": pinblock.Docutel, "DIEBOLD": pinblock.Diebold}

// formatNamed returns a format by its name in the vectors.
func formatNamed(name string) (pinblock.Format, error) {
	if f, ok := named[name]; ok {
		return f, nil
	}
	f, err := pinblock.ParseFormat(name)
	if err != nil || f != f.Base() || name != strings.ToUpper(name) { // their own spelling only
		return 0, unknown("format", name)
	}
	return f, nil
}

// unknown is the error of a vector that names something that is not there. It is
// no refusal: the vector itself is wrong.
func unknown(what, name string) error { return fmt.Errorf("unknown %s %q", what, name) }

// settings are what some formats need besides their name.
type settings struct{ pad, seq *string }

// format returns a format with its settings. An unknown name is the only error;
// a setting that cannot be is noted.
func (c *inputs) format(name string, s settings) (pinblock.Format, error) {
	f, err := formatNamed(name)
	if err != nil {
		return 0, err
	}
	if s.pad != nil {
		n, err := strconv.ParseUint(*s.pad, 16, 8)
		if err != nil || len(*s.pad) != 1 {
			c.note(errPad)
		}
		f = f.WithPad(byte(n))
	}
	if s.seq != nil {
		n, err := strconv.ParseUint(*s.seq, 16, 16)
		if err != nil || len(*s.seq) > 4 {
			c.note(errSeq)
		}
		f = f.WithSequence(uint16(n))
	}
	return f, nil
}

// readable returns f so that a PIN of n digits can be told from its pad: where
// the pad is a decimal digit, that takes the PIN's length.
func readable(f pinblock.Format, n int) pinblock.Format {
	if g := f.WithPINLength(n); !f.Valid() && g.Valid() {
		return g
	}
	return f
}

// FormatCounts returns how many of the embedded vectors are about each PIN block
// format: those that name it, as "format" or on a side of a translation, and the
// operations of ISO-4.
func FormatCounts() (map[pinblock.Format]int, error) {
	counts := map[pinblock.Format]int{}
	for _, name := range Names() {
		f, err := Load(FS, name)
		if err != nil {
			return nil, err
		}
		for i := range f.Vectors {
			for _, format := range f.Vectors[i].formats() {
				counts[format]++
			}
		}
	}
	return counts, nil
}

// formats returns the formats that a vector names, each once.
func (v *Vector) formats() []pinblock.Format {
	type side struct {
		Format string `json:"format"`
	}
	var in struct {
		side
		From, To json.RawMessage
	}
	if json.Unmarshal(v.Inputs, &in) != nil {
		return nil
	}
	names := []string{in.Format}
	if strings.HasPrefix(v.Op, "iso4.") {
		names = append(names, "ISO-4")
	}
	for _, raw := range []json.RawMessage{in.From, in.To} {
		var name string
		var s side
		if json.Unmarshal(raw, &name) != nil && json.Unmarshal(raw, &s) == nil {
			name = s.Format
		}
		names = append(names, name)
	}
	var found []pinblock.Format
	seen := map[pinblock.Format]bool{}
	for _, n := range names {
		if f, err := formatNamed(n); err == nil && !seen[f] {
			seen[f] = true
			found = append(found, f)
		}
	}
	return found
}
