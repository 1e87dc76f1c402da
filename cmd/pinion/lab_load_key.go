package main

import (
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// parseLabelledKey reads LABEL:USAGE:HEX or LABEL:USAGE:ALGORITHM:HEX. It is
// read from the right, so that a label may have colons. No error quotes any of
// it: a field in the wrong place may be the key.
func parseLabelledKey(where, text string) (labelledKey, error) {
	fields := strings.Split(text, ":")
	digits := fields[len(fields)-1]
	fields = fields[:len(fields)-1]
	algorithm := ""
	if n := len(fields); n > 2 && slices.Contains([]string{"tdes", "aes"}, strings.ToLower(fields[n-1])) {
		algorithm, fields = fields[n-1], fields[:n-1]
	}
	if len(fields) < 2 {
		return labelledKey{}, usage("%s: want LABEL:USAGE:HEX or LABEL:USAGE:tdes|aes:HEX", where).withHint("such as zpk1:P0:0123…")
	}
	usageText := fields[len(fields)-1]
	label := strings.Join(fields[:len(fields)-1], ":")
	if label == "" {
		return labelledKey{}, usage("%s: the label is missing", where)
	}
	u, err := keys.ParseUsage(usageText)
	if err != nil {
		return labelledKey{}, about(where, err).withHint("a PIN key is P0, a Visa PVK V2, an IBM 3624 PVK V1, another method's V0")
	}
	raw, err := hexFlag(where, digits)
	if err != nil {
		return labelledKey{}, err
	}
	a, err := algorithmOf(where, algorithm, len(raw))
	if err != nil {
		return labelledKey{}, err
	}
	k, err := cleartext.New(a, u, raw)
	if err != nil {
		return labelledKey{}, keyProblem(where, err, "")
	}
	return labelledKey{where, label, k}, nil
}
