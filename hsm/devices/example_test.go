package devices_test

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm/devices"
)

func ExampleOpen() {
	ctx := context.Background()
	h, err := devices.Open(ctx, "soft:", devices.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = h.Close() }()
	fmt.Println(h.Device(), h.Policy(), h.Ping(ctx))

	_, err = devices.Open(ctx, "payshield:10.0.0.1", devices.Options{})
	fmt.Println(err)
	// Output:
	// soft pci-pin <nil>
	// hsm/devices: the device URI is not understood: there is no scheme payshield:; want one of nss: or nss:/dir, pkcs11:token=NAME?module-path=/path/of/library.so&pin-source=file:/path, soft: or soft:/path/keys.json?passphrase-source=file:/path, softhsm: or softhsm:/dir
}
