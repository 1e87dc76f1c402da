package keys_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// vector is a case of testvectors/kcv.json and key-components.json.
type vector struct {
	ID     string `json:"id"`
	Op     string `json:"op"`
	Inputs struct {
		Key    string   `json:"key"`
		Method string   `json:"method"`
		Data   string   `json:"data"`
		Length int      `json:"length"`
		Parts  []string `json:"parts"`
		Parity bool     `json:"parity"`
	} `json:"inputs"`
	Expected *struct {
		Key string `json:"key"`
		KCV string `json:"kcv"`
	} `json:"expected"`
	ExpectError *struct {
		Reason string `json:"reason"`
	} `json:"expect_error"`

	Source    string   `json:"source"`
	Origin    string   `json:"origin"`
	Comment   string   `json:"comment"`
	CheckedBy []string `json:"checked_by"`
	Confirmed string   `json:"confirmed"`
}

// each runs f on every vector of a file. A file that is missing, empty or
// miscounted fails, and so does a field that nobody reads.
func each(t *testing.T, path string, f func(t *testing.T, v vector)) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var file struct {
		Schema, Topic, Description string
		Conventions                map[string]string
		Count                      int
		Vectors                    []vector
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&file))
	require.NotEmpty(t, file.Vectors)
	require.Len(t, file.Vectors, file.Count)
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			require.True(t, (v.Expected == nil) != (v.ExpectError == nil), "a vector expects a value or an error")
			f(t, v)
		})
	}
}

var reasons = map[string]error{
	"key-length":       keys.ErrKeySize,
	"key-weak":         keys.ErrWeak,
	"component-count":  keys.ErrComponentCount,
	"component-length": keys.ErrComponentLength,
}

// checkError fails t if err is not what the vector expects, and reports whether
// it expects a value.
func checkError(t *testing.T, v vector, err error) bool {
	t.Helper()
	if v.ExpectError == nil {
		require.NoError(t, err)
		return true
	}
	want, ok := reasons[v.ExpectError.Reason]
	require.True(t, ok, "unknown reason %q", v.ExpectError.Reason)
	require.ErrorIs(t, err, want)
	return false
}

func TestKCVVectors(t *testing.T) {
	t.Parallel()
	each(t, "../testvectors/kcv.json", func(t *testing.T, v vector) {
		require.Equal(t, "kcv", v.Op)
		m, err := keys.ParseKCVMethod(v.Inputs.Method)
		require.NoError(t, err)
		raw := unhex(t, v.Inputs.Key)
		kcv, err := cleartext.KCV(raw, m, unhex(t, v.Inputs.Data), v.Inputs.Length)
		if !checkError(t, v, err) {
			return
		}
		require.Equal(t, v.Expected.KCV, kcv)
		checkKeyKCV(t, v, m)
	})
}

// checkKeyKCV checks that a Key of the same bytes, if it may exist, says the same.
func checkKeyKCV(t *testing.T, v vector, m keys.KCVMethod) {
	t.Helper()
	var k keys.Key
	var err error
	switch m {
	case keys.TDESECBZero, keys.TDESCMACZero:
		k, err = cleartext.ParseTDES(v.Inputs.Key, keys.UsagePIN)
	default:
		k, err = cleartext.ParseAES(v.Inputs.Key, keys.UsagePIN)
	}
	if err != nil {
		require.ErrorIs(t, err, keys.ErrWeak) // jPOS's key with equal halves
		return
	}
	kcv, err := k.KCVWith(m, v.Inputs.Length)
	switch {
	case m == keys.HMACSHA256:
		require.ErrorIs(t, err, keys.ErrKCVMethod)
	case v.Inputs.Data != "":
		require.NotEqual(t, v.Expected.KCV, kcv)
	default:
		require.NoError(t, err)
		require.Equal(t, v.Expected.KCV, kcv)
	}
}

func TestComponentVectors(t *testing.T) {
	t.Parallel()
	each(t, "../testvectors/key-components.json", func(t *testing.T, v vector) {
		switch v.Op {
		case "key.odd_parity":
			key := unhex(t, v.Inputs.Key)
			odd := cleartext.OddParity(key)
			require.Equal(t, unhex(t, v.Expected.Key), odd)
			require.Equal(t, unhex(t, v.Inputs.Key), key, "the input was changed")
			require.True(t, cleartext.HasOddParity(odd))
			require.False(t, cleartext.HasOddParity(key))
		case "components.combine":
			combineVector(t, v)
		default:
			t.Fatalf("unknown op %q", v.Op)
		}
	})
}

func combineVector(t *testing.T, v vector) {
	t.Helper()
	a := keys.TDES2
	if len(v.Inputs.Parts) > 0 {
		a = map[int]keys.Algorithm{32: keys.TDES2, 48: keys.TDES3, 64: keys.AES256}[len(v.Inputs.Parts[0])]
	}
	k, err := combineHex(a, v)
	if !checkError(t, v, err) {
		return
	}
	require.Equal(t, v.Expected.Key, cleartext.Hex(k))
	if v.Expected.KCV != "" {
		require.Equal(t, v.Expected.KCV, k.KCV())
	}
}

func combineHex(a keys.Algorithm, v vector) (keys.Key, error) {
	var parts []keys.Component
	for _, text := range v.Inputs.Parts {
		c, err := cleartext.ParseComponent(a, text)
		if err != nil {
			return keys.Key{}, err
		}
		parts = append(parts, c)
	}
	return keys.Combine(a, keys.UsageKEK, keys.Parity(v.Inputs.Parity), parts...)
}
