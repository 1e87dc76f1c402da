package keyblock_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pinion-hsm/pinion/internal/fipstest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// With GODEBUG=fips140=only, which is read when a process starts, blocks of TDES
// fail with the error of crypto/des, never a panic, and those of AES work.
func TestFIPSOnly(t *testing.T) {
	t.Parallel()
	fipstest.Test(t)
}

// remoteTDES is a TDES key of a device, which does not ask this process.
type remoteTDES struct{}

func (remoteTDES) Algorithm() keys.Algorithm                    { return keys.TDES2 }
func (remoteTDES) Usage() keys.Usage                            { return keys.UsageKBPK }
func (remoteTDES) Encrypt(_ context.Context, _, _ []byte) error { return nil }

// fipsOnly is what the other process runs instead of its tests.
func fipsOnly() error { return errors.Join(fipsTDES(), fipsAES('D'), fipsAES('E')) }

func fipsTDES() error {
	const block = "B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E"
	_, err := keyblock.Unwrap(context.Background(), remoteTDES{}, block)
	if err == nil || !strings.Contains(err.Error(), "crypto/des") {
		return fmt.Errorf("want the error of crypto/des, got %v", err)
	}
	return nil
}

func fipsAES(version byte) error {
	ctx := context.Background()
	kbpk, err := keys.Generate(keys.AES128, keys.UsageKBPK)
	if err != nil {
		return err
	}
	key, err := keys.Generate(keys.AES128, keys.UsagePIN)
	if err != nil {
		return err
	}
	block, err := keyblock.Wrap(ctx, kbpk, pinHeader(version), key)
	if err != nil {
		return err
	}
	u, err := keyblock.Unwrap(ctx, kbpk, block)
	if err != nil {
		return err
	}
	if k, err := u.Key(); err != nil || !k.Equal(key) {
		return fmt.Errorf("version %c does not work: %w", version, err)
	}
	return nil
}
