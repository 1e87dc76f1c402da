package pinblock_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

// Seven digits of them in a row do not occur in noise by accident.
const (
	canaryPIN = "739184620517"
	canaryPAN = "5391746208350917264"
)

type (
	exported   struct{ S any }
	unexported struct{ s any }
	pinInside  struct {
		p pinblock.PIN
		n pinblock.PAN
	}
	deep struct {
		a *pinInside
		b []pinInside
		c map[string]pinInside
	}
)

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	pin, pan := mustPIN(t, canaryPIN), mustPAN(t, canaryPAN)
	inside := pinInside{pin, pan}
	values := []any{
		pin, &pin, pan, &pan, exported{pin}, unexported{pin}, exported{pan}, unexported{pan}, inside, &inside,
		deep{&inside, []pinInside{inside}, map[string]pinInside{"k": inside}}, []pinblock.PIN{pin}, []any{pin, pan},
		map[string]pinblock.PAN{"k": pan}, [1]pinblock.PIN{pin}, fmt.Errorf("wrapped %v %v", pin, pan),
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%t", "%e", "%g", "%08.3f", "% x", "%#x"} {
			assertClean(t, fmt.Sprintf("%s of %T", verb, v), fmt.Sprintf(verb, v))
		}
		var text, js bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&js, nil)).Info("m", "v", v)
		assertClean(t, "slog text", text.String())
		assertClean(t, "slog json", js.String())
		raw, _ := json.Marshal(v)
		assertClean(t, "json", string(raw))
		raw, _ = xml.Marshal(v)
		assertClean(t, "xml", string(raw))
	}
}

// assertClean fails if seven consecutive digits of the PIN, or of the hidden part
// of the PAN, are in the text, as digits or as their bytes.
func assertClean(t *testing.T, what, text string) {
	t.Helper()
	text = strings.ToLower(text)
	for _, secret := range []string{canaryPIN, canaryPAN[5:16]} {
		for i := range len(secret) - 6 {
			for _, form := range []string{secret[i : i+7], fmt.Sprintf("%x", secret[i:i+7]), strings.Trim(fmt.Sprint([]byte(secret[i:i+7])), "[]")} {
				if strings.Contains(text, form) {
					t.Errorf("%s: secret digits in %q", what, text)
					return
				}
			}
		}
	}
}

func TestPrintsAsPromised(t *testing.T) {
	t.Parallel()
	pin := mustPIN(t, "1234")
	require.Equal(t, "[PIN] [PIN] [PIN]", fmt.Sprintf("%v %d %x", pin, pin, pin))
	for pan, want := range map[string]string{
		"4111111111111111":    "411111******1111",
		"6799998900000060919": "679999*********0919",
		"4012345678909":       "401234***8909",
		"123456789012":        "********9012",
		"12345678":            "****5678",
		"1234567":             "*******",
		"1":                   "*",
	} {
		require.Equal(t, want, mustPAN(t, pan).String())
	}
	require.Equal(t, "[no PAN]", pinblock.PAN{}.String())

	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "pin", pin, "pan", mustPAN(t, "4111111111111111"))
	require.Contains(t, out.String(), "pin=[PIN] pan=411111******1111")
}

func TestDoesNotMarshal(t *testing.T) {
	t.Parallel()
	for _, v := range []any{mustPIN(t, "1234"), mustPAN(t, "4111111111111111"), struct{ P pinblock.PIN }{mustPIN(t, "1234")}} {
		_, err := json.Marshal(v)
		require.Error(t, err)
		require.Error(t, gob.NewEncoder(&bytes.Buffer{}).Encode(v))
	}
	var pin pinblock.PIN
	err := json.Unmarshal([]byte(`"7391"`), &pin)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "7391")
	var pan pinblock.PAN
	require.Error(t, json.Unmarshal([]byte(`"4111111111111111"`), &pan))
}

// TestErrorsQuoteNothing feeds secrets to everything that can fail and looks for
// them in what it says.
func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	var errs []error
	add := func(err error) {
		require.Error(t, err)
		errs = append(errs, err)
	}
	for _, bad := range []string{canaryPIN + "1", canaryPIN[:11] + "x", canaryPIN[:3]} {
		_, err := pinblock.ParsePIN(bad)
		add(err)
	}
	for _, bad := range []string{canaryPAN + "1", canaryPAN[:18] + "x", ""} {
		_, err := pinblock.ParsePAN(bad)
		add(err)
	}
	pin, pan := mustPIN(t, canaryPIN), mustPAN(t, canaryPAN)
	key := identity(8)
	for _, f := range pinblock.Formats() {
		if _, err := pinblock.Seal(t.Context(), nil, key, f, pin, pinblock.PAN{}); err != nil {
			errs = append(errs, err)
		}
		_, err := pinblock.Open(t.Context(), key, f, []byte(canaryPIN), pan)
		add(err)
		if f.BlockSize() == 8 {
			if _, err = pinblock.Open(t.Context(), key, f, []byte("\x73\x91\x84\x62\x05\x17\x00\x00"), pan); err != nil {
				errs = append(errs, err)
			}
		}
	}
	for _, err := range errs {
		assertClean(t, "error", err.Error())
	}
}
