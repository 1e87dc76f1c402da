package diagnose

import (
	"encoding/hex"
	"math"
	"strings"
)

// finding says in words what fits.
func finding(field []byte, pin string, r reading, how step, evidence, score float64) Finding {
	f := Finding{
		Format:   r.name,
		PIN:      pin,
		What:     article(r.format.Name()) + " block",
		OneIn:    math.Exp2(math.Min(evidence, 60)),
		Evidence: grade(score),
		score:    score,
		base:     r.format.Name(),
		clear:    hex.EncodeToString(field),
	}
	if f.Format == "" {
		f.Format = r.format.Name()
	}
	if how.what != "" {
		f.What += " " + how.what
	}
	f.What += "."
	f.Why = "Every digit that the format fixes is as it must be; " + oneIn(evidence) + "."
	if evidence <= 13 {
		f.Why += " That proves little: try a second block made the same way."
	}
	switch {
	case how.fix == "" && r.name != "":
		f.Change = "Nothing is wrong with it: read it as --format " + strings.ToLower(r.name) + "."
	case r.name == "":
		f.Change = how.fix
	default:
		f.Change = how.fix + " The format is " + r.name + "."
	}
	return f
}

func article(name string) string {
	switch name[0] {
	case 'A', 'E', 'I', 'O', 'M': // MC is said "em-see"
		return "An " + name
	}
	return "A " + name
}
