package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// file translates every record for the issuer and verifies what comes out, and
// sums up.
func (d *demo) file(ctx context.Context, records []demoRecord, name string) {
	if ctx.Err() != nil {
		return
	}
	d.say("Now a file: %s, %d PIN blocks from published test vectors. Each is", name, len(records))
	d.say("translated to ISO-4 under \"issuer\", and the new block is verified.\n")
	d.say("     %-4s %-13s %-15s %-20s %-9s %s", "", "key", "format", "account", "answer", "from")
	sum := map[string]int{}
	start := time.Now()
	var busy time.Duration
	for _, r := range records {
		before := time.Now()
		got, err := d.process(ctx, &r)
		busy += time.Since(before)
		if ctx.Err() != nil {
			return
		}
		sum[got]++
		from := shortSource(r.Source)
		if r.Note != "" {
			from += ": " + r.Note
		}
		d.say("     %-4s %-13s %-15s %-20s %-9s %s", r.ID, r.FromKey, r.from.Format.Name(), r.pan.String(), got, from)
		switch {
		case got == "translated":
			d.say("          A device that keeps PINs to itself does not see digits above 9; elsewhere the block is refused.")
		case got != r.Expect:
			d.surprises++
			d.say("          NOT AS IT SHOULD BE: expected %s%s", r.Expect, because(err))
		}
	}
	if busy == 0 {
		busy = time.Since(start)
	}
	d.say("\n%d blocks: %d verified, %d wrong, %d refused, %d failed; %v in the device's calls",
		len(records), sum["right PIN"], sum["wrong PIN"], sum["refused"], sum["failed"], busy.Round(10*time.Microsecond))
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + plain(err)
}

// process returns what came of a record: "right PIN", "wrong PIN", "refused" or
// "failed". Refused is only what is refused for the block's sake: a key that is
// missing or a device that is gone is a failure.
func (d *demo) process(ctx context.Context, r *demoRecord) (string, error) {
	to := hsm.PINKey{Key: demoIssuer.Key, Format: pinblock.ISO4}
	block, err := d.h.TranslatePIN(ctx, hsm.Translation{Block: r.block, PAN: r.pan, From: r.from, To: to})
	if err == nil && r.method != nil {
		err = d.h.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: r.pan, From: to,
			Method: r.method, MethodKey: r.PVK, Reference: []byte(r.Reference)})
	}
	switch {
	case err == nil && r.method == nil && r.Unseen && d.keepsPINs(ctx):
		return "translated", nil
	case err == nil && r.method == nil:
		return "failed", errors.New("the block was translated")
	case err == nil:
		return "right PIN", nil
	case errors.Is(err, hsm.ErrWrongPIN):
		return "wrong PIN", nil
	case errors.Is(err, hsm.ErrBlock), errors.Is(err, hsm.ErrPolicy):
		return "refused", nil
	}
	return "failed", err
}

// keepsPINs reports whether blocks are translated on the device.
func (d *demo) keepsPINs(ctx context.Context) bool {
	list, err := d.h.Capabilities(ctx)
	return err == nil && slices.ContainsFunc(list, func(c hsm.Capability) bool {
		return c.Operation == hsm.OpTranslate && c.Exposure == hsm.OnDevice
	})
}

// shortSource returns the names of the vectors in a source, without what is in
// parentheses: "translate d-0-3-p4, pvv d-pvki-2".
func shortSource(s string) string {
	var out strings.Builder
	depth := 0
	for _, c := range s {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0:
			out.WriteRune(c)
		}
	}
	words := strings.NewReplacer("block: ", "", " ; reference: ", ", ", "; reference: ", ", ", ".json", "")
	return strings.TrimSpace(words.Replace(out.String()))
}
