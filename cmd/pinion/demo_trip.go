package main

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The card of the demonstration. Its PVV is published: testvectors/pvv.json,
// d-longpin-6, which is that of PIN 1234 since a PVV has only four digits of PIN.
const (
	demoPAN      = "4111111111111111"
	demoOtherPAN = "5454545454545454"
	demoPIN      = "1234"
	demoWrongPIN = "4321"
	demoPVV      = "9464"
)

var demoMethod = pinverify.VisaPVV{Index: 1}

// trip is what the steps of the demonstration hand on.
type trip struct {
	terminalKey keys.Key // the terminal has its key in its own secure module: here, in software
	pan, other  pinblock.PAN
	pin, wrong  pinblock.PIN

	sealed     []byte // by the terminal, ISO-0
	translated []byte // by the acquirer, ISO-4
}

var (
	demoTerminal = hsm.PINKey{Key: "terminal", Format: pinblock.ISO0}
	demoIssuer   = hsm.PINKey{Key: "issuer", Format: pinblock.ISO4}
)

func newTrip(list []labelledKey) (*trip, error) {
	t := &trip{}
	for _, k := range list {
		if k.label == demoTerminal.Key {
			t.terminalKey = k.key
		}
	}
	var errs [4]error
	t.pan, errs[0] = pinblock.ParsePAN(demoPAN)
	t.other, errs[1] = pinblock.ParsePAN(demoOtherPAN)
	t.pin, errs[2] = pinblock.ParsePIN(demoPIN)
	t.wrong, errs[3] = pinblock.ParsePIN(demoWrongPIN)
	return t, errors.Join(errs[:]...)
}

// demoStep is one step: its title, its explanation, and what it does.
type demoStep struct {
	title string
	text  []string
	run   func(context.Context, *demo, *trip)
}

var demoSteps = []demoStep{
	{"A terminal enciphers a PIN", []string{
		"The cardholder of 411111******1111 types " + demoPIN + ". The terminal makes an ISO-0 block of it, in",
		"which the PIN is mixed with the account number, and enciphers it under its own key,",
		"\"terminal\" (TDES). From here on nobody sees the PIN.",
	}, stepSeal},
	{"The acquirer translates it for the issuer", []string{
		"The issuer does not have the terminal's key. The acquirer's device opens the block and",
		"makes another of it: ISO-4, under the AES key \"issuer\" that the two share.",
	}, stepTranslate},
	{"The issuer verifies it", []string{
		"The issuer keeps no PIN, only a PVV: four digits computed from PIN, account number and",
		"the key \"pvk\". Its device opens the block, computes the PVV and compares.",
	}, stepVerify},
	{"A wrong PIN is recognised", []string{
		"The same trip with another PIN, " + demoWrongPIN + ". This is an answer, not an error: it counts as a try.",
	}, stepWrong},
	{"A tampered block is refused, and so is another account's", []string{
		"One bit of the block is changed on its way; then the block is presented for another",
		"account. Neither says what was wrong with it: each answer would help who is guessing.",
	}, stepTamper},
	{"The policy refuses what would weaken the block", []string{
		"ISO-1 does not bind the account number, so an ISO-4 block must never become one (PCI PIN",
		"Security, requirement 3-3): whoever could ask for it could swap cards.",
	}, stepPolicy},
	{"A key does one thing", []string{
		"The PVV key enciphers too, but its usage is V2. Asked to translate a PIN block, the device",
		"is not even tried.",
	}, stepSeparation},
}

// trip runs the steps.
func (d *demo) trip(ctx context.Context, t *trip) {
	for i, s := range demoSteps {
		if ctx.Err() != nil {
			return
		}
		d.say("%3d  %s", i+1, s.title)
		for _, line := range s.text {
			d.say("     %s", line)
		}
		s.run(ctx, d, t)
		d.say("")
		d.pause(ctx)
	}
}
