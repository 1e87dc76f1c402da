package pool_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/keys"
)

func has(d *faulty, label string) bool {
	_, err := d.Device.FindKey(context.Background(), label)
	return err == nil
}

// A key that stays is imported into all members, or into none.
func TestImportAllOrNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		_, h := newPool(t, devices, 0)
		k := parse(t, keys.TDES2, keys.UsagePIN, otherHex)
		spec := hsm.KeySpec{Label: "new"}
		none := func() {
			t.Helper()
			for _, d := range devices {
				require.False(t, has(d, "new"), d.name)
			}
			_, err := h.KeyInfo(t.Context(), "new")
			require.ErrorIs(t, err, hsm.ErrKeyNotFound)
		}
		devices[2].fails = &hsm.Error{Err: hsm.ErrDevice, Code: "CKR_DEVICE_MEMORY"}
		_, err := h.ImportKey(t.Context(), spec, k)
		require.ErrorIs(t, err, hsm.ErrDevice)
		require.ErrorContains(t, err, "member c")
		none()
		devices[2].fails = nil

		devices[2].took = 10 * time.Millisecond // it goes away in the middle
		go func() {
			time.Sleep(5 * time.Millisecond)
			devices[2].set(gone)
		}()
		_, err = h.ImportKey(t.Context(), spec, k)
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		require.ErrorContains(t, err, "may have the key")
		none()
		before := calls(devices)
		_, err = h.ImportKey(t.Context(), spec, k)
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		require.ErrorContains(t, err, "all members must be there")
		require.Equal(t, before, calls(devices), "and nobody was asked")
		devices[2].set(well)
		time.Sleep(2 * time.Second)

		load(t, devices[1].Device, "new", k)
		_, err = h.ImportKey(t.Context(), spec, k)
		require.ErrorIs(t, err, hsm.ErrKeyExists)
		require.True(t, has(devices[1], "new"), "the one that was there stays")
		require.False(t, has(devices[0], "new"))
		require.NoError(t, h.DeleteKey(t.Context(), "new"))

		info, err := h.ImportKey(t.Context(), spec, k)
		require.NoError(t, err)
		require.Equal(t, k.KCV(), info.KCV)
		for _, d := range devices {
			require.True(t, has(d, "new"))
		}
		devices[0].set(gone)
		time.Sleep(2 * time.Second)
		require.ErrorIs(t, h.DeleteKey(t.Context(), "new"), hsm.ErrUnavailable, "it would come back with the member")
		devices[0].set(well)
		time.Sleep(2 * time.Second)
		require.NoError(t, h.DeleteKey(t.Context(), "new"))
		none()
	})
}

// What was imported and cannot be taken back is told.
func TestImportNotTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		_, h := newPool(t, devices, 0)
		devices[1].took = 10 * time.Millisecond
		devices[1].fails = &hsm.Error{Err: hsm.ErrDevice}
		go func() {
			time.Sleep(5 * time.Millisecond)
			devices[0].set(gone)
		}()
		_, err := h.ImportKey(t.Context(), hsm.KeySpec{Label: "new"}, parse(t, keys.TDES2, keys.UsagePIN, otherHex))
		require.ErrorIs(t, err, hsm.ErrDevice)
		require.ErrorContains(t, err, "the key stays on member a")
	})
}

// An ephemeral key is where members were when it was made, and is used there.
func TestEphemeralKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		p, h := newPool(t, devices, 0)
		k := parse(t, keys.TDES2, keys.UsagePIN, otherHex)
		c := newCaller(t, "1234")
		devices[0].set(gone)
		_, err := h.ImportKey(t.Context(), hsm.KeySpec{Label: "session", Ephemeral: true}, k)
		require.NoError(t, err)
		devices[0].set(well)
		time.Sleep(2 * time.Second)
		require.Equal(t, pool.Serving, stat(p, "a").State)
		work := func() error {
			tr := c.translation()
			tr.To.Key = "session"
			_, err := h.TranslatePIN(t.Context(), tr)
			return err
		}
		before := calls(devices)
		for range 6 {
			require.NoError(t, work())
		}
		after := calls(devices)
		require.Equal(t, []int{0, 3, 3}, []int{after[0] - before[0], after[1] - before[1], after[2] - before[2]})
		diffs, err := p.Check(t.Context())
		require.NoError(t, err)
		require.Empty(t, diffs)
		list, err := h.ListKeys(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 5, "with the ephemeral one")
		require.NoError(t, h.DeleteKey(t.Context(), "session"))
		require.ErrorIs(t, work(), hsm.ErrKeyNotFound)

		made, err := h.GenerateKey(t.Context(), hsm.KeySpec{Label: "session", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true})
		require.NoError(t, err)
		n := 0
		for _, d := range devices {
			if has(d, made.Label) {
				n++
			}
		}
		require.Equal(t, 1, n)
		for range 6 {
			require.NoError(t, work())
		}
		_, err = h.GenerateKey(t.Context(), hsm.KeySpec{Label: "stays", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.ErrorContains(t, err, "import the same key into each")
	})
}

// A pool of one makes keys that stay, and nothing is tried twice.
func TestPoolOfOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 1)
		_, h := newPool(t, devices, 0)
		_, err := h.GenerateKey(t.Context(), hsm.KeySpec{Label: "stays", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err)
		require.True(t, has(devices[0], "stays"))
		n, _, _, _ := devices[0].count()
		require.Equal(t, 1, n)
	})
}

// Check says what is missing or different, and where, and lists leave it out.
func TestCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		p, h := newPool(t, devices, 0)
		diffs, err := p.Check(t.Context())
		require.NoError(t, err)
		require.Empty(t, diffs)
		list, err := h.ListKeys(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 4)

		require.NoError(t, devices[0].Device.DeleteKey(t.Context(), "to"))
		replace(t, devices[2], "zpk", parse(t, keys.TDES2, keys.UsagePIN, otherHex))
		diffs, err = p.Check(t.Context())
		require.NoError(t, err)
		require.Len(t, diffs, 2)
		require.Equal(t, "to", diffs[0].Label)
		require.Equal(t, "a", diffs[0].Member)
		require.True(t, diffs[0].Missing())
		require.Contains(t, diffs[0].String(), `key "to" is missing on a: it should be TDES2, usage P0, KCV`)
		require.Equal(t, "zpk", diffs[1].Label)
		require.Equal(t, "c", diffs[1].Member)
		require.False(t, diffs[1].Missing())
		require.Contains(t, diffs[1].String(), `key "zpk" on c is TDES2, usage P0, KCV `)
		require.Contains(t, diffs[1].String(), `: it should be TDES2, usage P0, KCV 08D7B4`)
		list, err = h.ListKeys(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "bdk", list[0].Label)
		require.Equal(t, "pvk", list[1].Label)

		devices[2].set(gone)
		diffs, err = p.Check(t.Context())
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		require.Len(t, diffs, 1, "what the others have shown")
		list, err = h.ListKeys(t.Context())
		require.NoError(t, err, "the keys of those that serve")
		require.Len(t, list, 3)
	})
}
