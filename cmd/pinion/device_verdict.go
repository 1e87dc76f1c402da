package main

import (
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// verdict returns what the device is good for.
func (r *deviceReport) verdict() string {
	var s []string
	say := func(text string) { s = append(s, text) }
	tdes, aes := r.keeps(pinblock.ISO0), r.keeps(pinblock.ISO4)
	switch {
	case r.Token == nil:
		say("Software keys: the keys and every clear PIN are in this program's memory. It is good for tests, development and test data, and not for cardholders.")
	case tdes && aes:
		say("PINs stay on this token when blocks in ISO-0, 1, 3 and 4 are translated, verified by Visa PVV or against a stored block, or given a reference value. What is drawn or looked up (new PINs, IBM 3624 and its relatives) brings the clear PIN into this program for the length of a call.")
	case tdes:
		say("PINs under TDES keys stay on this token; AES (ISO-4) brings them into this program for the length of a call.")
	case aes:
		say("PINs under AES keys (ISO-4) stay on this token; TDES brings them into this program for the length of a call.")
	default:
		say("This token keeps the keys, and every operation brings the clear PIN into this program for the length of a call. It is good where that may be.")
	}
	if r.Token != nil && !r.InProcessAllowed {
		if tdes || aes {
			say("With these flags only what stays on the token is done.")
		} else {
			say("With these flags nothing is done at all: see --allow-in-process.")
		}
	}
	if derived := r.derivedOnDevice(); r.Token != nil && derived != "" {
		say(derived + " PIN keys are derived on it.")
	}
	if found := r.findingsInWords(); found != "" {
		say("First see to " + found + " above.")
	}
	if r.throwAway && r.Token != nil {
		say("It is a token for tests and demonstrations.")
	}
	if r.Token != nil {
		say("A general token knows no PIN blocks and no policy: whoever holds its session decides what is done. PCI PIN wants a payment HSM for cardholders' PINs.")
	}
	return strings.Join(s, " ")
}

// keeps reports whether blocks of a format stay on the device.
func (r *deviceReport) keeps(f pinblock.Format) bool {
	for _, t := range r.Translations {
		if t.From == f.Name() {
			return t.cell(f.Name()) == hsm.OnDevice.String()
		}
	}
	return false
}

// derivedOnDevice returns the schemes of DUKPT that are derived on the device.
func (r *deviceReport) derivedOnDevice() string {
	var schemes []string
	for _, d := range r.DUKPT {
		if d.Exposure == hsm.OnDevice.String() && (len(schemes) == 0 || schemes[len(schemes)-1] != d.Scheme) {
			schemes = append(schemes, d.Scheme)
		}
	}
	return strings.Join(schemes, " and ")
}
