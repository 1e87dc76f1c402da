package keyblock_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// vector is a case of testvectors/keyblock-tr31.json.
type vector struct {
	ID     string `json:"id"`
	Op     string `json:"op"`
	Inputs struct {
		KBPK          string  `json:"kbpk"`
		KeyBlock      string  `json:"key_block"`
		Header        string  `json:"header"`
		Key           string  `json:"key"`
		Pad           *string `json:"pad"`
		Version       string  `json:"version"`
		Which         string  `json:"which"`
		Usage         string  `json:"usage"`
		Algorithm     string  `json:"algorithm"`
		Mode          string  `json:"mode"`
		KeyVersion    string  `json:"key_version"`
		Exportability string  `json:"exportability"`
	} `json:"inputs"`
	Expected *struct {
		Key           string `json:"key"`
		KeyBlock      string `json:"key_block"`
		Version       string `json:"version"`
		Length        string `json:"length"`
		Usage         string `json:"usage"`
		Algorithm     string `json:"algorithm"`
		Mode          string `json:"mode"`
		KeyVersion    string `json:"key_version"`
		Exportability string `json:"exportability"`
		Optional      int    `json:"optional"`
		Reserved      string `json:"reserved"`
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

const vectorCount = 161

// readVectors returns every vector. A file that is missing, miscounted, or has a
// field that nobody reads fails.
func readVectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("../../testvectors/keyblock-tr31.json")
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
	require.Len(t, file.Vectors, vectorCount)
	require.Equal(t, vectorCount, file.Count)
	return file.Vectors
}

// reasons are the errors, and for those anybody can see part of the message.
var reasons = map[string]struct {
	err   error
	about []string
}{
	"mac":              {keyblock.ErrMAC, nil},
	"key-length-field": {keyblock.ErrMAC, nil},
	"kbpk-length":      {keyblock.ErrKBPK, nil},
	"version":          {keyblock.ErrHeader, []string{"version"}},
	"length":           {keyblock.ErrHeader, []string{"length", "header", "whole cipher blocks"}},
	"header":           {keyblock.ErrHeader, []string{"version", "header", "number of optional blocks"}},
	"header-field":     {keyblock.ErrHeader, []string{"version", "usage", "algorithm", "mode", "key version", "exportability"}},
	"optional-block":   {keyblock.ErrHeader, []string{"optional block"}},
	"mac-format":       {keyblock.ErrHeader, []string{"hex", "too short"}},
	"key-format":       {keyblock.ErrHeader, []string{"hex", "too short", "whole cipher blocks"}},
}

func TestVectors(t *testing.T) {
	t.Parallel()
	ops := map[string]func(*testing.T, vector) error{
		"tr31.unwrap":     unwrapVector,
		"tr31.wrap":       wrapVector,
		"tr31.derive":     deriveVector,
		"tr31.header":     headerVector,
		"tr31.header_new": headerNewVector,
	}
	for _, v := range readVectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			require.True(t, (v.Expected == nil) != (v.ExpectError == nil), "a vector expects a value or an error")
			op, ok := ops[v.Op]
			require.True(t, ok, "unknown op %q", v.Op)
			err := op(t, v)
			if v.ExpectError == nil {
				require.NoError(t, err)
				return
			}
			want, ok := reasons[v.ExpectError.Reason]
			require.True(t, ok, "unknown reason %q", v.ExpectError.Reason)
			require.ErrorIs(t, err, want.err)
			if want.about != nil {
				require.True(t, containsOne(err.Error(), want.about), "%v", err)
			}
		})
	}
}

func containsOne(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// vectorKBPK returns the key for blocks that begin like text.
func vectorKBPK(t *testing.T, text, kbpk string) (keyblock.KBPK, error) {
	t.Helper()
	version := strings.ToUpper(text)[0]
	if version > 'E' {
		version = 'B' // the version is wrong, so any key does
	}
	return clearblock.NewKBPK(version, unhex(t, kbpk))
}

// unwrapVector also wraps again what it unwrapped: the same text has to come out,
// under whatever rules of our own the block breaks.
func unwrapVector(t *testing.T, v vector) error {
	kbpk, err := vectorKBPK(t, v.Inputs.KeyBlock, v.Inputs.KBPK)
	if err != nil {
		return err
	}
	u, err := keyblock.Unwrap(t.Context(), kbpk, v.Inputs.KeyBlock)
	if err != nil {
		require.Zero(t, u.Size())
		return err
	}
	if v.Expected == nil {
		return nil
	}
	require.Equal(t, v.Expected.Key, upper(clearblock.Key(u)))
	require.Equal(t, len(v.Expected.Key)/2, u.Size())
	require.True(t, strings.HasPrefix(v.Inputs.KeyBlock, u.Header.String()))
	checkKey(t, u)
	again, err := clearblock.Wrap(t.Context(), kbpk, u.Header, clearblock.Key(u), clearblock.Padding(u), allowAll()...)
	require.NoError(t, err)
	require.Equal(t, v.Inputs.KeyBlock, again)
	return nil
}

// checkKey checks that a key that package keys takes has the vector's check value.
func checkKey(t *testing.T, u keyblock.Unwrapped) {
	t.Helper()
	k, err := u.Key()
	if err != nil {
		return
	}
	require.Equal(t, u.Header.Usage, k.Usage())
	require.Equal(t, u.Size(), k.Algorithm().KeySize())
	if kc, ok := u.Header.Block("KC"); ok {
		value, err := kc.CheckValue()
		require.NoError(t, err)
		require.Equal(t, keyblock.CheckValueOf(k).CMAC, value.CMAC)
	}
}

func wrapVector(t *testing.T, v vector) error {
	kbpk, err := vectorKBPK(t, v.Inputs.Header, v.Inputs.KBPK)
	if err != nil {
		return err
	}
	h, err := keyblock.ParseHeader(v.Inputs.Header)
	if err != nil {
		return err
	}
	var pad []byte
	if v.Inputs.Pad != nil {
		pad = unhex(t, *v.Inputs.Pad)
	}
	block, err := clearblock.Wrap(t.Context(), kbpk, h, unhex(t, v.Inputs.Key), pad, allowAll()...)
	if err == nil && v.Expected != nil {
		require.Equal(t, v.Expected.KeyBlock, block)
	}
	return err
}

func deriveVector(t *testing.T, v vector) error {
	kbpk, err := vectorKBPK(t, v.Inputs.Version, v.Inputs.KBPK)
	require.NoError(t, err)
	kbek, kbak, err := clearblock.Derive(t.Context(), kbpk, v.Inputs.Version[0])
	require.NoError(t, err)
	key, ok := map[string][]byte{"kbek": kbek, "kbak": kbak}[v.Inputs.Which]
	require.True(t, ok)
	require.Equal(t, v.Expected.Key, upper(key))
	return nil
}

func headerVector(t *testing.T, v vector) error {
	h, err := keyblock.ParseHeader(v.Inputs.Header)
	if err != nil || v.Expected == nil {
		return err
	}
	e := v.Expected
	require.Equal(t, e.Version, string(h.Version))
	require.Equal(t, e.Length, fmt.Sprintf("%04d", h.Length))
	require.Equal(t, e.Usage, string(h.Usage))
	require.Equal(t, e.Algorithm, string(h.Algorithm))
	require.Equal(t, e.Mode, string(h.Mode))
	require.Equal(t, e.KeyVersion, h.KeyVersion)
	require.Equal(t, e.Exportability, string(h.Exportability))
	require.Len(t, h.Optional, e.Optional)
	require.Equal(t, e.Reserved, h.Reserved)
	require.Equal(t, v.Inputs.Header, h.String())
	return nil
}

func headerNewVector(_ *testing.T, v vector) error {
	in := v.Inputs
	_, err := keyblock.Fields{
		Version: in.Version, Usage: in.Usage, Algorithm: in.Algorithm,
		Mode: in.Mode, KeyVersion: in.KeyVersion, Exportability: in.Exportability,
	}.Header()
	return err
}

// The headers of published blocks are as this package thinks that X9.143 has them,
// but for one: the example of ISO 20038 is a base derivation key that verifies MACs.
func TestPublishedHeadersCheck(t *testing.T) {
	t.Parallel()
	n := 0
	for _, v := range readVectors(t) {
		if v.Op != "tr31.unwrap" || v.Expected == nil || v.Origin != "published" {
			continue
		}
		h, err := keyblock.ParseHeader(v.Inputs.KeyBlock)
		require.NoError(t, err)
		err = h.Check()
		if h.Version == 'E' {
			require.ErrorIs(t, err, keyblock.ErrInconsistent)
			var f *keyblock.FieldError
			require.True(t, errors.As(err, &f))
			require.Equal(t, "mode of use", f.Field)
			continue
		}
		require.NoError(t, err, v.ID)
		n++
	}
	require.Greater(t, n, 5)
}

func allowAll() []keyblock.Option {
	return []keyblock.Option{keyblock.AllowVariantBinding(), keyblock.AllowWeakerKBPK(), keyblock.AllowInconsistentHeader()}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
