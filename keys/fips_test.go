package keys_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pinion-hsm/pinion/internal/fipstest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// With GODEBUG=fips140=only, which is read when a process starts, crypto/des
// refuses TDES. That has to arrive as an error, never as a panic, and AES has to
// work as before.
func TestFIPSOnly(t *testing.T) {
	t.Parallel()
	fipstest.Test(t)
}

// fipsOnly is what the other process runs instead of its tests.
func fipsOnly() error { return errors.Join(fipsTDES(), fipsAES()) }

func fipsTDES() error {
	var wrong error
	refused := func(what string, err error) {
		if err == nil || !strings.Contains(err.Error(), "crypto/des") {
			wrong = errors.Join(wrong, fmt.Errorf("%s: want the error of crypto/des, got %v", what, err))
		}
	}
	for _, a := range []keys.Algorithm{keys.TDES2, keys.TDES3} {
		_, err := cleartext.Parse(a, keys.UsagePIN, testHex[a])
		refused("Parse", err)
		_, err = keys.Generate(a, keys.UsagePIN)
		refused("Generate", err)
		_, err = cleartext.ParseComponent(a, testHex[a])
		refused("ParseComponent", err)
	}
	for _, m := range tdesMethods {
		_, err := cleartext.KCV(make([]byte, 16), m, nil, 6)
		refused(m.String(), err)
	}
	return wrong
}

func fipsAES() error {
	for _, a := range []keys.Algorithm{keys.AES128, keys.AES192, keys.AES256} {
		k, err := keys.Generate(a, keys.UsagePIN)
		if err != nil {
			return err
		}
		plain, data := []byte("sixteen bytes ok"), make([]byte, 16)
		if err := errors.Join(
			k.Encrypt(context.Background(), data, plain),
			k.Decrypt(context.Background(), data, data),
		); err != nil {
			return err
		}
		if !bytes.Equal(data, plain) || len(k.KCV()) != 6 {
			return fmt.Errorf("%v does not work", a)
		}
		parts, err := keys.Split(k, 3)
		if err != nil {
			return err
		}
		if again, err := keys.Combine(a, keys.UsagePIN, keys.OddParity, parts...); err != nil || !again.Equal(k) {
			return fmt.Errorf("%v components: %w", a, err)
		}
	}
	if _, err := cleartext.KCV(make([]byte, 13), keys.HMACSHA256, nil, 6); !errors.Is(err, keys.ErrKeySize) {
		return fmt.Errorf("short HMAC key: %w", err)
	}
	_, err := cleartext.KCV(make([]byte, 14), keys.HMACSHA256, nil, 64)
	return err
}
