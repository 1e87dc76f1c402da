package keys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	for _, a := range allAlgorithms {
		t.Run(a.String(), func(t *testing.T) {
			t.Parallel()
			raw := unhex(t, testHex[a])
			secrettest.NeverPrints(t, raw, testKey(t, a, keys.UsagePIN))
			c, err := cleartext.NewComponent(a, raw)
			require.NoError(t, err)
			secrettest.NeverPrints(t, raw, c)
		})
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	k := testKey(t, keys.TDES2, keys.UsagePIN)
	c, err := cleartext.ParseComponent(keys.AES256, testHex[keys.AES256])
	require.NoError(t, err)
	for want, v := range map[string]interface {
		fmt.Stringer
		fmt.GoStringer
		slog.LogValuer
	}{
		"[TDES2 key P0]": k, "[no key]": keys.Key{},
		"[AES256 component]": c, "[no component]": keys.Component{},
	} {
		require.Equal(t, want, v.String())
		require.Equal(t, want, v.GoString())
		require.Equal(t, want, v.LogValue().String())
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			require.Equal(t, want, fmt.Sprintf(verb, v))
		}
	}
}

func TestMarshalFails(t *testing.T) {
	t.Parallel()
	k := testKey(t, keys.TDES2, keys.UsagePIN)
	c, err := cleartext.ParseComponent(keys.TDES2, testHex[keys.TDES2])
	require.NoError(t, err)
	for _, v := range []any{k, &k, c, &c, []keys.Key{k}, map[string]any{"k": c}, struct{ K keys.Key }{k}} {
		_, err := json.Marshal(v)
		require.Error(t, err)
	}
	for _, v := range []interface {
		MarshalBinary() ([]byte, error)
		UnmarshalBinary([]byte) error
		UnmarshalText([]byte) error
	}{&k, &c} {
		_, err := v.MarshalBinary()
		require.Error(t, err)
		require.Error(t, v.UnmarshalBinary(nil))
		err = json.Unmarshal([]byte(`"`+testHex[keys.TDES2]+`"`), v)
		require.Error(t, err)
		require.NotContains(t, err.Error(), testHex[keys.TDES2])
	}
	require.False(t, k.IsZero(), "a failed decoding changes nothing")
}

// No error shows what was passed in, whichever of the parameters it was.
func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	const canary = "DEADBEEFDEADBEEF"
	weak := unhex(t, canary+canary)
	var errs []error
	add := func(err error) {
		require.Error(t, err)
		errs = append(errs, err)
	}
	_, err := cleartext.New(keys.TDES2, keys.UsagePIN, weak)
	add(err)
	_, err = cleartext.New(keys.TDES2, canary, weak)
	add(err)
	_, err = cleartext.New(keys.TDES3, keys.UsagePIN, weak)
	add(err)
	_, err = cleartext.ParseTDES(canary+"X", keys.UsagePIN)
	add(err)
	_, err = cleartext.ParseAES(canary+"XX", keys.UsagePIN)
	add(err)
	_, err = cleartext.ParseComponent(keys.TDES2, canary)
	add(err)
	_, err = cleartext.KCV(weak[:9], keys.AESCMACZero, nil, 6)
	add(err)
	_, err = keys.ParseUsage(canary)
	add(err)
	_, err = keys.ParseAlgorithm(canary)
	add(err)
	_, err = keys.ParseKCVMethod(canary)
	add(err)
	for _, err := range errs {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)), canary[:4])
	}
}
