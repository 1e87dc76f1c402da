package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// wire shows what crosses the wire.
func (d *demo) wire(from, to string, block []byte) {
	d.say("     wire      %s -> %s: %X", from, to, block)
}

func (d *demo) seal(ctx context.Context, t *trip, pin pinblock.PIN) []byte {
	block, err := pinblock.Seal(ctx, nil, t.terminalKey, pinblock.ISO0, pin, t.pan)
	if err != nil {
		d.check(false, "the terminal: %s", plain(err))
	}
	return block
}

func stepSeal(ctx context.Context, d *demo, t *trip) {
	t.sealed = d.seal(ctx, t, t.pin)
	d.wire("terminal", "acquirer", t.sealed)
	d.check(len(t.sealed) == 8, "8 bytes that mean nothing without the key")
}

func stepTranslate(ctx context.Context, d *demo, t *trip) {
	var err error
	t.translated, err = d.h.TranslatePIN(ctx, hsm.Translation{Block: t.sealed, PAN: t.pan, From: demoTerminal, To: demoIssuer})
	if err != nil {
		d.check(false, "%s", plain(err))
		return
	}
	d.wire("acquirer", "issuer", t.translated)
	d.check(true, "the same PIN in 16 other bytes, with random fill: they differ each time")
}

// verify presents a block to the issuer.
func (d *demo) verify(ctx context.Context, block []byte, pan pinblock.PAN) error {
	return d.h.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: pan, From: demoIssuer,
		Method: demoMethod, MethodKey: "pvk", Reference: []byte(demoPVV)})
}

func stepVerify(ctx context.Context, d *demo, t *trip) {
	err := d.verify(ctx, t.translated, t.pan)
	d.check(err == nil, "the device says: %s", said(err))
}

func stepWrong(ctx context.Context, d *demo, t *trip) {
	sealed := d.seal(ctx, t, t.wrong)
	d.wire("terminal", "acquirer", sealed)
	block, err := d.h.TranslatePIN(ctx, hsm.Translation{Block: sealed, PAN: t.pan, From: demoTerminal, To: demoIssuer})
	if err != nil {
		d.check(false, "%s", plain(err))
		return
	}
	d.wire("acquirer", "issuer", block)
	err = d.verify(ctx, block, t.pan)
	d.check(errors.Is(err, hsm.ErrWrongPIN), "the device says: %s", said(err))
}

func stepTamper(ctx context.Context, d *demo, t *trip) {
	bad := append([]byte(nil), t.translated...)
	if len(bad) > 0 {
		bad[0] ^= 0x80
	}
	d.wire("somebody", "issuer", bad)
	err := d.verify(ctx, bad, t.pan)
	d.check(errors.Is(err, hsm.ErrBlock), "one bit changed: %s", said(err))
	err = d.verify(ctx, t.translated, t.other)
	d.check(errors.Is(err, hsm.ErrBlock), "for account %v: %s", t.other, said(err))
}

func stepPolicy(ctx context.Context, d *demo, t *trip) {
	_, err := d.h.TranslatePIN(ctx, hsm.Translation{Block: t.translated, PAN: t.pan,
		From: demoIssuer, To: hsm.PINKey{Key: demoTerminal.Key, Format: pinblock.ISO1}})
	d.check(errors.Is(err, hsm.ErrPolicy), "%s", said(err))
}

func stepSeparation(ctx context.Context, d *demo, t *trip) {
	_, err := d.h.TranslatePIN(ctx, hsm.Translation{Block: t.sealed, PAN: t.pan,
		From: hsm.PINKey{Key: "pvk", Format: pinblock.ISO0}, To: demoIssuer})
	d.check(errors.Is(err, hsm.ErrKeyUsage), "%s", said(err))
}

// said is what the device answered, in words.
func said(err error) string {
	switch {
	case err == nil:
		return "right PIN"
	case errors.Is(err, hsm.ErrWrongPIN):
		return "wrong PIN"
	}
	if hint := hintOf(err); hint != "" {
		return fmt.Sprintf("refused: %s (%s)", plain(err), hint)
	}
	return "refused: " + plain(err)
}
