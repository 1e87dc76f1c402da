package hsm_test

import (
	"context"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// testKeys are the keys of the examples, by their labels.
var testKeys = map[string]struct {
	algorithm keys.Algorithm
	usage     keys.Usage
	hex       string
}{
	"zpk1": {keys.TDES2, keys.UsagePIN, "0123456789ABCDEFFEDCBA9876543210"},
	"zpk2": {keys.AES128, keys.UsagePIN, "000102030405060708090A0B0C0D0E0F"},
	"pvk1": {keys.TDES2, keys.UsageVisaPVV, "0123456789ABCDEFFEDCBA9876543210"},
	"bdk1": {keys.TDES2, keys.UsageBDK, "0123456789ABCDEFFEDCBA9876543210"},
}

// testDevice returns a soft device that holds the test keys.
func testDevice(ctx context.Context) *soft.Device {
	d := soft.New()
	for label, k := range testKeys {
		key, err := cleartext.Parse(k.algorithm, k.usage, k.hex)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := d.ImportKey(ctx, hsm.KeySpec{Label: label, Algorithm: k.algorithm, Usage: k.usage}, key); err != nil {
			log.Fatal(err)
		}
	}
	return d
}

// testPAN returns the account of the examples, 4111111111111111.
func testPAN() pinblock.PAN {
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}
	return pan
}
