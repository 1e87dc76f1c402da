//go:build cgo

package pkcs11

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
)

// ProbeSecrets, ProbeTranslate and ProbeTDESDUKPT are tests of the probe, made once
// more on a device that is open.

func ProbeSecrets(ctx context.Context, d *Device) error {
	return again(ctx, d, (*probe).testSecrets)
}

func ProbeTranslate(ctx context.Context, d *Device, a keys.Algorithm) error {
	return again(ctx, d, func(p *probe) error { return p.testTranslate(a) })
}

func ProbeTDESDUKPT(ctx context.Context, d *Device) error {
	return again(ctx, d, (*probe).testTDESDUKPT)
}

func again(ctx context.Context, d *Device, f func(*probe) error) error {
	return d.do(ctx, "", false, func(b *bench) error { return f(&probe{bench: b}) })
}
