//go:build cgo && unix

package reencrypt_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/softhsm"
)

// TestUnplugged kills the process of a token in the middle of a run, and starts it
// again: the run waits, and writes what it would have written.
func TestUnplugged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := write(t, "in.csv", table(t, r, cards(8000), 9))
	want := r.whole(t, r.options(t, in))

	server := p11rig.Serve(t, softhsm.New(t))
	d, err := pkcs11.Open(t.Context(), server.Client().Config())
	require.NoError(t, err)
	for label, k := range map[string]keys.Key{"zpk1": r.zpk1, "zpk2": r.zpk2} {
		_, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
		require.NoError(t, err)
	}
	h := hsm.New(d, hsm.AllowInProcess())
	t.Cleanup(func() { require.NoError(t, h.Close()) })

	o := r.options(t, in)
	o.HSM, o.Wait, o.Batch, o.Meter = h, time.Minute, 20, &reencrypt.Meter{}
	ended := make(chan error, 1)
	go func() {
		_, err := reencrypt.Run(t.Context(), o)
		ended <- err
	}()
	for range 3 {
		rows := o.Meter.Read().Rows
		reaches := func(what func() bool) {
			t.Helper()
			require.Eventually(t, func() bool { return what() || len(ended) > 0 }, 30*time.Second, time.Millisecond)
			require.Empty(t, ended, "it ended before it was unplugged")
		}
		reaches(func() bool { return o.Meter.Read().Rows > rows+200 })
		server.Kill()
		reaches(func() bool { return o.Meter.Read().Waiting > 0 })
		server.Start()
		reaches(func() bool { return o.Meter.Read().Waiting == 0 })
	}
	require.NoError(t, <-ended)
	require.Equal(t, want, outputs(t, o))
}
