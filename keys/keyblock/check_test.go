package keyblock_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header string
		fields []string // what is wrong, in order
	}{
		{"D0000P0AE00E0000", nil},
		{"D0000P0TB00N0000", nil},
		{"D0000P0TN00S0020", nil},
		{"B0000B0TX12S0100KS1800604B120F9292800000", nil},
		{"D0000V1TC00N0000", nil},
		{"D0000K1AB00N0000", nil},
		{"D0000S0RS00N0000", nil},
		{"D0000I0TN00N0000", nil},
		{"D000072TE00N0000", nil}, // proprietary usage
		{"D000072999990000", nil}, // all of it proprietary
		{"D0000P0TC00E0000", []string{"mode of use"}},
		{"D0000V2TE00E0000", []string{"mode of use"}},
		{"D0000B0TE00E0000", []string{"mode of use"}},
		{"D0000I0TE00E0000", []string{"mode of use"}},
		{"D0000P0HE00E0000", []string{"algorithm", "optional blocks"}},
		{"D0000S0AS00E0000", []string{"algorithm"}},
		{"B0000P0AE00E0000", []string{"algorithm"}},
		{"D0000ZZAE00E0000", []string{"usage"}},
		{"D0000p0AE00E0000", []string{"usage"}},
		{"D0000P0aE00E0000", []string{"algorithm", "algorithm"}},
		{"D0000P0Ae00E0000", []string{"mode of use", "mode of use"}},
		{"D0000P0AE00X0000", []string{"exportability"}},
		{"D0000P0AE00E0030", []string{"key context"}},
		{"D0000P0AE00E0001", []string{"reserved field"}},
		{"D0000P0TC00X0100KS04", []string{"exportability", "mode of use", "optional block KS", "optional blocks"}},
		{"D0000M7HC00E0000", []string{"optional blocks"}},
		{"E0000M7HC00E0000", nil},
		{"D0000M7HC00E0200HM0621PB0A000000", nil},
		{"D0000M7HC00E0200HM0699PB0A000000", []string{"optional block HM"}},
		{"B0000P0TE00E0200PB04PB04", []string{"optional block PB", "optional block PB"}},
		{"B0000P0TE00E0200PB04LB04", []string{"optional block PB"}},
		{"B0000P0TE00E0200LB04LB04", []string{"optional block LB"}},
	} {
		h, err := keyblock.ParseHeader(c.header)
		require.NoError(t, err, c.header)
		err = h.Check()
		if c.fields == nil {
			require.NoError(t, err, c.header)
			continue
		}
		require.ErrorIs(t, err, keyblock.ErrInconsistent, c.header)
		require.NotErrorIs(t, err, keyblock.ErrHeader)
		require.Equal(t, c.fields, wrongFields(t, err), c.header)
	}
	require.ErrorIs(t, keyblock.Header{}.Check(), keyblock.ErrHeader)
}

func wrongFields(t *testing.T, err error) []string {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok)
	var fields []string
	for _, e := range joined.Unwrap() {
		var f *keyblock.FieldError
		require.True(t, errors.As(e, &f))
		require.NotEmpty(t, f.Problem)
		fields = append(fields, f.Field)
	}
	return fields
}

// An extended length of other than four digits is read, and not as X9.143 has it.
func TestCheckExtendedLength(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"LB00040010xxxxxx": true, "LB000210xxxxxxxx": false, "LB000800000010xx": false} {
		h, err := keyblock.ParseHeader("D0000P0TE00E0100" + text)
		require.NoError(t, err, text)
		require.Equal(t, ok, h.Check() == nil, text)
	}
}
