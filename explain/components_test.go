package explain_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/testvectors"
)

func TestComponentVectors(t *testing.T) {
	t.Parallel()
	f, err := testvectors.Load(testvectors.FS, "key-components.json")
	require.NoError(t, err)
	require.Len(t, f.Vectors, 13, "a vector was lost, or added without changing this number")
	for i := range f.Vectors {
		v := &f.Vectors[i]
		t.Run(v.ID, func(t *testing.T) {
			switch v.Op {
			case "components.combine":
				combineVector(t, v)
			case "key.odd_parity":
				parityVector(t, v)
			default:
				t.Fatalf("unknown op %q", v.Op)
			}
		})
	}
}

func combineVector(t *testing.T, v *testvectors.Vector) {
	var in struct {
		Parts  []string
		Parity bool
	}
	require.NoError(t, json.Unmarshal(v.Inputs, &in))
	a := keys.TDES2
	if len(in.Parts) > 0 {
		a = map[int]keys.Algorithm{32: keys.TDES2, 48: keys.TDES3, 64: keys.AES256}[len(in.Parts[0])]
	}
	var errs []error
	var parts []keys.Component
	for _, text := range in.Parts {
		c, err := cleartext.ParseComponent(a, text)
		errs, parts = append(errs, err), append(parts, c)
	}
	x, err := explain.Combine(a, keys.Parity(in.Parity), parts)
	requireSound(t, x)
	if v.ExpectError != nil {
		want := map[string]error{"component-count": keys.ErrComponentCount, "component-length": keys.ErrComponentLength, "key-weak": keys.ErrWeak}
		require.ErrorIs(t, errors.Join(append(errs, err)...), want[v.ExpectError.Reason])
		require.Empty(t, x.Answer)
		return
	}
	require.NoError(t, errors.Join(append(errs, err)...))
	var want struct{ Key, KCV string }
	require.NoError(t, json.Unmarshal(v.Expected, &want))
	require.Equal(t, want.Key, answerOf(x, "key"))
	if want.KCV != "" {
		require.Equal(t, want.KCV, answerOf(x, "KCV"))
	}
	for i, text := range in.Parts {
		require.Equal(t, text, x.Steps[0].Rows[max(0, 2*i-1)].Value(), "component %d is a row", i+1)
	}
}

func parityVector(t *testing.T, v *testvectors.Vector) {
	var in, want struct{ Key string }
	require.NoError(t, json.Unmarshal(v.Inputs, &in))
	require.NoError(t, json.Unmarshal(v.Expected, &want))
	x, err := explain.KCV(unhex(t, in.Key))
	require.NoError(t, err)
	requireSound(t, x)
	row := rowOf(t, x, "with odd parity")
	require.Equal(t, want.Key, row.Value())
	for i, p := range row.Parts {
		changed := in.Key[2*i:2*i+2] != p.Text
		require.Equal(t, changed, p.Kind == explain.Check, "byte %d", i+1)
	}
}

func parts(t *testing.T, a keys.Algorithm, texts ...string) (all []keys.Component) {
	for _, text := range texts {
		c, err := cleartext.ParseComponent(a, text)
		require.NoError(t, err)
		all = append(all, c)
	}
	return all
}

func TestCombineRefused(t *testing.T) {
	t.Parallel()
	const one, other = "0123456789ABCDEFFEDCBA9876543210", "00112233445566778899AABBCCDDEEFF"
	nine := strings.Fields(strings.Repeat(one+" ", 10))
	for name, test := range map[string]struct {
		a     keys.Algorithm
		parts []keys.Component
		want  error
		notes []string
	}{
		"none":          {keys.TDES2, nil, keys.ErrComponentCount, nil},
		"one":           {keys.TDES2, parts(t, keys.TDES2, one), keys.ErrComponentCount, nil},
		"ten":           {keys.TDES2, parts(t, keys.TDES2, nine...), keys.ErrComponentCount, nil},
		"zero":          {keys.TDES2, make([]keys.Component, 2), keys.ErrComponentLength, []string{"nothing: TDES2 has 16"}},
		"other length":  {keys.TDES2, append(parts(t, keys.TDES2, one), parts(t, keys.TDES3, one+one[:16])...), keys.ErrComponentLength, []string{"made for TDES3, of 24 bytes: TDES2 has 16"}},
		"other cipher":  {keys.AES128, parts(t, keys.TDES2, one, other), keys.ErrComponentLength, []string{"made for TDES2, of 16 bytes: AES128 has 16"}},
		"no algorithm":  {0, parts(t, keys.TDES2, one, other), keys.ErrAlgorithm, []string{"made for TDES2, of 16 bytes: Algorithm(0) has 0"}},
		"twice":         {keys.AES128, parts(t, keys.AES128, one, one), keys.ErrWeak, []string{"all zeros: was one component entered twice? The same one twice cancels out"}},
		"equal halves":  {keys.TDES2, parts(t, keys.TDES2, one, "1123456789ABCDEFEEDCBA9876543210"), keys.ErrWeak, []string{"neighbouring parts are equal, so two of the three steps cancel out: it is single DES in disguise"}},
		"equal, as AES": {keys.AES128, parts(t, keys.AES128, one, "1123456789ABCDEFEEDCBA9876543210"), nil, nil},
	} {
		x, err := explain.Combine(test.a, keys.OddParity, test.parts)
		requireSound(t, x)
		require.Equal(t, test.notes, wrongs(x), name)
		if test.want == nil {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, test.want, name)
		require.Empty(t, x.Answer, name)
	}
}

// Every algorithm and number of components: what the rows say comes to the key again.
func TestSplit(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
		for n := keys.MinComponents; n <= keys.MaxComponents; n++ {
			key, err := keys.Generate(a, keys.UsagePIN)
			require.NoError(t, err)
			all, err := keys.Split(key, n)
			require.NoError(t, err)
			x, err := explain.Split(key, all)
			require.NoError(t, err)
			requireSound(t, x)
			require.Len(t, x.Answer, n)
			rows := x.Steps[0].Rows
			require.Equal(t, x.Answer[n-1].Value, rows[len(rows)-1].Value())
			require.Equal(t, cleartext.Hex(key), rows[0].Value())

			x, err = explain.Combine(a, keys.KeepParity, all)
			require.NoError(t, err)
			requireSound(t, x)
			require.Equal(t, cleartext.Hex(key), answerOf(x, "key"))
			require.Equal(t, key.KCV(), answerOf(x, "KCV"))
			require.Len(t, x.Steps[0].Rows, 2*n-1)

			all[n/2] = all[0]
			_, err = explain.Split(key, all)
			require.ErrorIs(t, err, explain.ErrComponents)
		}
	}
}

func TestSplitRefused(t *testing.T) {
	t.Parallel()
	key := testPVK(t, keys.UsagePIN)
	all, err := keys.Split(key, 2)
	require.NoError(t, err)
	_, err = explain.Split(keys.Key{}, all)
	require.ErrorIs(t, err, keys.ErrZeroKey)
	_, err = explain.Split(key, all[:1])
	require.ErrorIs(t, err, keys.ErrComponentCount)
	_, err = explain.Split(key, parts(t, keys.TDES3, testPVKHex+testPVKHex[:16], testPVKHex+testPVKHex[:16]))
	require.ErrorIs(t, err, explain.ErrComponents)
	_, err = explain.Split(key, make([]keys.Component, 3))
	require.ErrorIs(t, err, explain.ErrComponents)
}
