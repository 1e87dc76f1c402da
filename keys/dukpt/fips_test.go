package dukpt_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pinion-hsm/pinion/internal/fipstest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func TestMain(m *testing.M) {
	fipstest.Main(m, func() error { return fipsOnly(context.Background()) })
}

// With GODEBUG=fips140=only, which is read when a process starts, there is no
// TDES DUKPT: this package's own DES is no way around it. AES DUKPT works.
func TestFIPSOnly(t *testing.T) {
	t.Parallel()
	fipstest.Test(t)
}

func fipsOnly(ctx context.Context) error {
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	if err != nil {
		return err
	}
	if _, err := dukpt.InitialKeyTDES(ctx, dukpt.TDESBDK{Key: counting{1}, Variant: counting{2}}, ksn); err == nil || !strings.Contains(err.Error(), "crypto/des") {
		return fmt.Errorf("want the error of crypto/des, got %w", err)
	}

	bdk, err := keys.Generate(keys.AES192, keys.UsageBDK)
	if err != nil {
		return err
	}
	if ksn, err = dukpt.ParseKSN("123456789012345600000001"); err != nil {
		return err
	}
	tx, err := dukpt.Derive(bdk, ksn)
	if err != nil {
		return err
	}
	h, err := tx.HMACKey(dukpt.MACBoth, dukpt.HMAC128)
	if err != nil {
		return err
	}
	m, errMAC := tx.MACKey(dukpt.MACBoth, keys.AES128)
	_, errCMAC := m.CMAC([]byte("message"))
	_, errHMAC := h.SHA256([]byte("message"))
	_, errPIN := tx.PINKey()
	return errors.Join(errMAC, errCMAC, errHMAC, errPIN)
}

// counting is a device whose answers are bytes that count up.
type counting struct{ from byte }

func (counting) BlockSize() int { return 8 }

func (c counting) Encrypt(_ context.Context, dst, _ []byte) error {
	for i := range dst {
		dst[i] = 16*c.from + byte(2*i)
	}
	return nil
}
