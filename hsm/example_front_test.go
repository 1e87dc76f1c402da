package hsm_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// The front with the choices it takes: another policy, and a function that is told of
// every operation, for metrics.
func ExampleNew() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx), // has the test keys zpk1 and zpk2
		hsm.WithPolicy(hsm.PolicyIBMCCA()),
		hsm.WithObserver(func(_ context.Context, e hsm.Event) { fmt.Println(e.Device, e.Op, e.Outcome, e.Blocks) }),
	)
	defer h.Close()
	for _, key := range []string{"zpk1", "zpk3"} {
		_, err := h.TranslatePIN(ctx, hsm.Translation{
			Block: []byte{0x2A, 0x3D, 0x40, 0x8A, 0x19, 0x77, 0xDD, 0xE9}, PAN: testPAN(),
			From: hsm.PINKey{Key: key, Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4},
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// soft translate PIN ok 1
	// soft translate PIN key-not-found 1
	// translate PIN: key "zpk3": hsm: no such key
}

// An error has the parts that a log or a person wants.
func ExampleError() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx))
	defer h.Close()
	_, err := h.TranslatePIN(ctx, hsm.Translation{Block: make([]byte, 8), PAN: testPAN(),
		From: hsm.PINKey{Key: "pvk1", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}})
	fmt.Println(errors.Is(err, hsm.ErrKeyUsage))
	if e := (*hsm.Error)(nil); errors.As(err, &e) {
		fmt.Printf("%s, key %q: %s\n", e.Op, e.Key, e.Hint)
	}
	// Output:
	// true
	// translate PIN, key "pvk1": the key has usage V2, and this needs [P0]
}

// What a device does, and where a clear PIN is meanwhile: worth a look before the first
// real PIN comes.
func ExampleHSM_Capabilities() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx))
	defer h.Close()
	rows, err := h.Capabilities(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range rows {
		if c.Method == "" || c.Method == "interbank" { // one of the methods
			fmt.Printf("%v: %v, allowed: %v (%s)\n", c.Operation, c.Exposure, c.Allowed, c.Why)
		}
	}
	// Output:
	// translate PIN: in-process, allowed: true ()
	// generate PIN: in-process, allowed: true ()
	// verify PIN: in-process, allowed: true ()
	// PIN reference: refused, allowed: false (the method has no reference values)
	// change PIN: refused, allowed: false (the method has no reference values)
}

// What each policy says of three translations.
func ExamplePolicy_Rule() {
	fmt.Println("policy: ISO-0 to ISO-4, ISO-0 to ISO-1, ISO-1 to ISO-0")
	for _, p := range hsm.Policies() {
		fmt.Printf("%v: %v, %v, %v\n", p, p.Rule(pinblock.ISO0, pinblock.ISO4), p.Rule(pinblock.ISO0, pinblock.ISO1), p.Rule(pinblock.ISO1, pinblock.ISO0))
	}
	// Output:
	// policy: ISO-0 to ISO-4, ISO-0 to ISO-1, ISO-1 to ISO-0
	// pci-pin: same-pan, no, yes
	// ibm-cca: same-pan, no, yes
	// open: yes, yes, yes
}
