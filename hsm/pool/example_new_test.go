package pool_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/keys"
)

// One HSM that works and one that stands by, opened by URI. Keys that are not on both
// are found before they are missed.
func ExampleNew() {
	ctx := context.Background()
	var members []pool.Member
	for _, name := range []string{"main", "spare"} {
		device, err := devices.OpenDevice(ctx, "soft:", devices.Options{}) // in earnest pkcs11:…
		if err != nil {
			log.Fatal(err)
		}
		members = append(members, pool.Member{Name: name, Device: device})
	}
	p, err := pool.New(members, pool.WithStandby())
	if err != nil {
		log.Fatal(err)
	}
	h := hsm.New(p)
	defer h.Close() // closes the members

	// Somebody makes a key on one of them, and forgets the other.
	main := hsm.New(members[0].Device)
	if _, err := main.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}); err != nil {
		log.Fatal(err)
	}
	differences, err := p.Check(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range differences {
		fmt.Println(d.Label, "missing on", d.Member, d.Missing())
	}
	for _, m := range p.Stats() {
		fmt.Println(m.Name, m.State)
	}
	// Output:
	// zpk missing on spare true
	// main serving
	// spare serving
}
