package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/pinion-hsm/pinion/examples"
	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("", newDemo) }

func newDemo(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "demo",
		Short: "A PIN's whole trip, explained: enciphered, translated, verified, refused",
		Long: `Demo takes a PIN from a terminal to its issuer, and explains each step and what
crosses the wire. Then it translates and verifies a file of PIN blocks that were
published as test vectors, through the same device, and sums up.

Without --device it makes a SoftHSM2 token and removes it afterwards; where there
is no SoftHSM2 it uses keys in its own memory and says so. Keys that it puts on a
device of yours are session keys, which are gone when it ends.

The exit code is 0 if everything came out as it should, and 1 otherwise.`,
		Example: `  pinion demo
  pinion demo --fast --device soft:
  pinion demo --input records.ndjson`,
		Args: noArgs,
	}
	var device deviceFlags
	device.addURI(c)
	var input string
	var fast bool
	c.Flags().StringVar(&input, "input", "", "file of records in place of the built-in examples/acquirer.ndjson")
	c.Flags().BoolVar(&fast, "fast", false, "do not pause between the steps")
	c.RunE = func(c *cobra.Command, _ []string) error {
		records, name, err := demoInput(input)
		if err != nil {
			return err
		}
		return runDemo(c.Context(), e, &device, !fast && isTerminal(e.stdout), records, name)
	}
	return c
}

// demoInput returns the records and where they are from.
func demoInput(file string) ([]demoRecord, string, error) {
	name, data := "examples/acquirer.ndjson", examples.Acquirer
	if file != "" {
		var err error
		if data, err = os.ReadFile(file); err != nil {
			return nil, "", cannotRead(file, err)
		}
		name = file
	}
	records, err := parseDemoRecords(data)
	if err != nil {
		return nil, "", about(name, err)
	}
	return records, name, nil
}

func runDemo(ctx context.Context, e *env, device *deviceFlags, pauses bool, records []demoRecord, name string) (err error) {
	out := &written{w: e.stdout}
	defer func() { err = out.err(err) }()
	d := &demo{w: out, pauses: pauses}
	d.say("Everything here is test data: keys and PINs are known to everybody, which is why they may be shown.\n")
	raw, err := d.open(ctx, e, device)
	if err != nil {
		return err
	}
	// The demonstration is a test rig: test keys, session objects, nothing kept.
	h := hsm.New(raw, hsm.AllowInProcess())
	defer func() { _ = h.Close() }()
	d.h = h
	keys, err := demoKeys(examples.Keys)
	if err != nil {
		return err
	}
	if err := d.load(ctx, keys); err != nil {
		return err
	}
	d.introduce(ctx)
	trip, err := newTrip(keys)
	if err != nil {
		return err
	}
	d.trip(ctx, trip)
	d.file(ctx, records, name)
	if err := ctx.Err(); err != nil {
		return interrupted()
	}
	if d.surprises > 0 {
		d.say("\n%d of the above did not come out as it should.", d.surprises)
		return answerNo()
	}
	d.say("\nEverything came out as it should.")
	return nil
}

// open opens the device that was named. If none was, it makes a SoftHSM2 token,
// or where that cannot be done says why and uses this program's own memory.
func (d *demo) open(ctx context.Context, e *env, device *deviceFlags) (hsm.Device, error) {
	if device.where(e) != "" {
		return device.openDevice(ctx, e)
	}
	device.uri = "softhsm:"
	raw, err := device.openDevice(ctx, e)
	if err == nil {
		d.say("The keys are in a SoftHSM2 token made for this demonstration (device softhsm:), which is removed")
		d.say("at the end.\n")
		return raw, nil
	}
	if ctx.Err() != nil {
		return nil, interrupted()
	}
	d.say("There is no SoftHSM2 token to be had here: %s.", plain(err))
	d.say("So the keys are in this program's own memory (device soft:).\n")
	device.uri = "soft:"
	return device.openDevice(ctx, e)
}

// introduce says what device this is and what it can do.
func (d *demo) introduce(ctx context.Context) {
	d.say("Device: %s, with %d test keys. Policy: %s.", d.h.Device(), d.loaded, d.h.Policy())
	caps, err := d.h.Capabilities(ctx)
	if err != nil || len(caps) == 0 {
		return
	}
	switch caps[0].Exposure {
	case hsm.OnDevice:
		d.say("It translates on-device: the clear PIN never enters this program.\n")
	default:
		d.say("It can only encipher and decipher, so the clear PIN is in this program's memory for the")
		d.say("length of one call, and is wiped. With real PINs that has to be allowed explicitly.\n")
	}
}

// demo is a demonstration under way.
type demo struct {
	w         interface{ Write([]byte) (int, error) }
	h         *hsm.HSM
	pauses    bool
	loaded    int
	surprises int // what did not come out as it should
}

func (d *demo) say(format string, a ...any) { _, _ = fmt.Fprintf(d.w, format+"\n", a...) }

// pause gives a person time to read.
func (d *demo) pause(ctx context.Context) {
	if !d.pauses {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(1200 * time.Millisecond):
	}
}

// check marks the end of a step: as it should be, or not.
func (d *demo) check(ok bool, format string, a ...any) {
	mark := "ok"
	if !ok {
		mark = "NOT AS IT SHOULD BE"
		d.surprises++
	}
	d.say("     %-9s %s", mark, fmt.Sprintf(format, a...))
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
