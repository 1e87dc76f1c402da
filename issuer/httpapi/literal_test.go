package httpapi

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuotePIN(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{
		`{"pin": 0000}`:                      `{"pin": "0000"}`,
		"{\n\"pin\"\t:\r\n0012\n}":           "{\n\"pin\"\t:\r\n\"0012\"\n}",
		`{"a":{"pin":1},"pin":7010,"b":[1]}`: `{"a":{"pin":1},"pin":"7010","b":[1]}`,
		`{"pin":"0000"}`:                     `{"pin":"0000"}`,
		`{"pin":1.5}`:                        `{"pin":1.5}`,
		`{"pin":-1}`:                         `{"pin":-1}`,
		`{"pin":12e3}`:                       `{"pin":12e3}`,
		`{"cardPin":0000}`:                   `{"cardPin":0000}`,
		`{"x":"\"pin\": 1","y\"pin":2}`:      `{"x":"\"pin\": 1","y\"pin":2}`,
		`["pin",1]`:                          `["pin",1]`,
		`{"pin":1`:                           `{"pin":1`,
		`{"pin"`:                             `{"pin"`,
		`{"pin":1,"pin":2}`:                  `{"pin":"1","pin":"2"}`,
		`{"description":"pin","x":1}`:        `{"description":"pin","x":1}`,
		`}{"pin":1}`:                         `}{"pin":1}`,
	} {
		require.Equal(t, out, string(quotePIN([]byte(in))))
	}
}

// FuzzQuotePIN: JSON stays the JSON it was, but for "pin" at the top being digits,
// which becomes text; and what is no JSON becomes it only by quotes around digits.
func FuzzQuotePIN(f *testing.F) {
	for _, s := range []string{`{"pin": 0000}`, `{"pin":1}`, `{"a":"\"pin\":1"}`, `[{"pin":2}]`, `{"pin":{"pin":3}}`, `{"\u0070in":4}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		given := bytes.Clone(text)
		got := quotePIN(text)
		require.Equal(t, given, text, "the input is not changed")
		if bytes.Equal(got, text) {
			return
		}
		shortened := regexp.MustCompile(`("pin"[ \t\r\n]*:[ \t\r\n]*)"([0-9]+)"`).ReplaceAll(got, []byte("$1$2"))
		original := regexp.MustCompile(`("pin"[ \t\r\n]*:[ \t\r\n]*)"([0-9]+)"`).ReplaceAll(text, []byte("$1$2"))
		require.Equal(t, string(original), string(shortened), "only quotes are added")
		if !json.Valid(text) {
			return
		}
		require.True(t, json.Valid(got), "%q", got)
		var was, is map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &was))
		require.NoError(t, json.Unmarshal(got, &is))
		for name, v := range was {
			if name != "pin" {
				require.Equal(t, string(v), string(is[name]))
			}
		}
	})
}

// FuzzStrict: what the strict reader takes, encoding/json takes too, and to the
// same value.
func FuzzStrict(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":[1,{"b":null}]}`, `{"a":1,"a":2}`, `{"a":1e5}`, `{} {}`, `[[[[[[[[[[1]]]]]]]]]]`, "{\"a\":\"\xff\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, ok := parseStrict(text)
		if !ok {
			return
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var plain any
		require.NoError(t, d.Decode(&plain))
		require.Equal(t, plain, v)
	})
}

func TestStrict(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		``, `null`, `1`, `"x"`, `[]`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1}x`, `{"a":1}{}`, `{"a":1,"a":1}`, `{"a":{"b":1,"b":2}}`,
		`{"a":1e2}`, `{"a":11111111111111111111111111111111111111111}`, "{\"a\":\"\xc3\x28\"}", "{\"a\":\"\x00\"}", `{'a':1}`, `{a:1}`,
		`{"a":[[[[[[[[1]]]]]]]]}`, `{"a":NaN}`, `{"a":01}`, "\ufeff{}",
	} {
		_, ok := parseStrict([]byte(bad))
		require.False(t, ok, "%q", bad)
	}
	_, ok := parseStrict([]byte(` {"a": [1, -2.5, {"b": [true, false, null, "\u00e4"]}]} `))
	require.True(t, ok)
}
