package hsm_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// kms stands for whatever has keys and can encipher and decipher with them. All that it
// needs to be a device is a name, a way to find keys, and an end.
type kms struct {
	hsm.Arithmetic // the PIN operations
	keys           map[string]keys.Key
}

// kmsKey is a key of it, a pinblock.Encrypter and pinblock.Decrypter.
type kmsKey struct {
	keys.Key
	info hsm.KeyInfo
}

func (k kmsKey) Info() *hsm.KeyInfo { return &k.info }

func (d *kms) Name() string { return "kms" }
func (d *kms) Close() error { return nil }

func (d *kms) FindKey(_ context.Context, ref string) (hsm.Key, error) {
	k, ok := d.keys[ref]
	if !ok {
		return nil, hsm.ErrKeyNotFound
	}
	return kmsKey{k, hsm.KeyInfo{Label: ref, Algorithm: k.Algorithm(), Usage: k.Usage(), KCV: k.KCV()}}, nil
}

// A device of your own that can only encipher and decipher. Because the clear PIN is in
// this process meanwhile, an application has to say that it may be.
func ExampleArithmetic() {
	ctx := context.Background()
	zpk, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	if err != nil {
		fmt.Println(err)
		return
	}
	device := &kms{keys: map[string]keys.Key{"zpk": zpk}}
	zone := hsm.PINKey{Key: "zpk", Format: pinblock.ISO3}

	_, err = hsm.New(device).GeneratePIN(ctx, hsm.Generation{PAN: testPAN(), To: zone})
	fmt.Println(errors.Is(err, hsm.ErrExposure))

	made, err := hsm.New(device, hsm.AllowInProcess()).GeneratePIN(ctx, hsm.Generation{PAN: testPAN(), To: zone})
	fmt.Println(len(made.Block), "bytes", err)
	// Output:
	// true
	// 8 bytes <nil>
}
