package reencrypt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit          string
		rows, rejected int64
		stops          bool
	}{
		{"", 999, 999, false}, {"", 1000, 1000, true}, {"", 1000, 999, false}, {"", 5_000_000, 5_000_000, true}, {"", 1000, 0, false},
		{"none", 1_000_000, 1_000_000, false}, {"NONE", 1000, 1000, false},
		{"0", 1, 1, true}, {"0", 1000, 0, false}, {"5", 6, 5, false}, {"5", 6, 6, true},
		{"2%", 1000, 20, false}, {"2%", 1000, 21, true}, {"2%", 999, 999, false}, {"0.5%", 2000, 11, true}, {"0.5%", 2000, 10, false},
	} {
		l, err := reencrypt.ParseLimit(c.limit)
		require.NoError(t, err)
		err = l.Check(c.rows, map[reencrypt.Reason]int64{reencrypt.BadBlock: c.rejected})
		if !c.stops {
			require.NoError(t, err, "%+v", c)
			continue
		}
		require.ErrorIs(t, err, reencrypt.ErrRejects, "%+v", c)
		require.Contains(t, err.Error(), "as block-form: the PIN block is not hex digits")
	}
	for _, text := range []string{"x", "-1", "1.5", "%", "0%", "100%", "-3%", "NaN%", " ", "5 %", "99999999999999999999"} {
		_, err := reencrypt.ParseLimit(text)
		require.ErrorIs(t, err, reencrypt.ErrLimit, text)
	}
}

// TestWrongKey stops after some rows, and not at the end of the file; what was done is
// kept, and who knows better goes on.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	var calls counting
	r := newRig(t, calls.wrap)
	in := write(t, "in.csv", table(t, r, cards(20_000), 0))
	o := r.options(t, in)
	o.Job.From, o.Job.To = o.Job.To, o.Job.From
	calls.blocks.Store(0)
	_, err := reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	var stopped *reencrypt.Stopped
	require.ErrorAs(t, err, &stopped)
	require.True(t, stopped.Resumable)
	require.EqualValues(t, 1024, stopped.Rows, "16 batches of 64")
	require.Contains(t, err.Error(), "1024 of 1024, 1024 of them as block: the PIN block does not open: wrong key")
	require.Less(t, calls.blocks.Load(), int64(4000))
	require.FileExists(t, reencrypt.CheckpointOf(o.Out))
	require.NoFileExists(t, o.Out)

	o.Resume = true
	_, err = reencrypt.Run(t.Context(), o)
	require.ErrorAs(t, err, &stopped)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	require.EqualValues(t, 1024, stopped.Rows, "it does not creep on")
	o.MaxRejects = reencrypt.NoLimit()
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 20_000, m.Rejected)
	require.Equal(t, 20_001, strings.Count(read(t, o.Rejects), "\n"))

	// A check is told as soon. A sample is small, and shows what became of it.
	check := r.options(t, in)
	check.Job = reencrypt.Job{From: toISO0().To, Mode: reencrypt.Check}
	_, err = reencrypt.Run(t.Context(), check)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	require.NoFileExists(t, check.Rejects)
	check.Sample = 2000
	m, err = reencrypt.Run(t.Context(), check)
	require.NoError(t, err)
	require.EqualValues(t, 2000, m.Rejected)
	check.Force = true
	check.MaxRejects, err = reencrypt.ParseLimit("10%")
	require.NoError(t, err)
	_, err = reencrypt.Run(t.Context(), check)
	require.ErrorIs(t, err, reencrypt.ErrRejects, "what was asked for holds")
}

// TestSomeGoodRows has no limit but its own: one good row shows that the key is right.
func TestSomeGoodRows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cs := cards(3000)
	bad := strings.Repeat("x,4111111111111111,0011223344556677,\n", 2000)
	o := r.options(t, write(t, "in.csv", table(t, r, cs[:1], 0)+bad))
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 2000, m.Rejected)
	require.Len(t, opens(t, r.zpk2, pinblock.ISO0, cs, rows(t, read(t, o.Out))[1:]), 1)
}
