package queue_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/internal/pgtest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

const (
	key1 = "0123456789ABCDEFFEDCBA9876543210"
	key2 = "23456789ABCDEF01DCBA98765432EF10"
)

// device is a soft device that can be made to fail, to wait, or to do nothing.
type device struct {
	*soft.Device
	before func(ctx context.Context, call int64) error // may be nil
	idle   bool                                        // blocks come back as they went in
	calls  atomic.Int64
}

func (d *device) TranslatePINs(ctx context.Context, dst []byte, c hsm.Batch, from, to hsm.Key) ([]byte, []hsm.Fault, error) {
	n := d.calls.Add(1)
	if d.before != nil {
		if err := d.before(ctx, n); err != nil {
			return nil, nil, err
		}
	}
	if !d.idle {
		return d.Device.TranslatePINs(ctx, dst, c, from, to)
	}
	return append(dst, c.Blocks...), nil, nil
}

func parse(t testing.TB, text string) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(keys.TDES2, keys.UsagePIN, text)
	require.NoError(t, err)
	return k
}

// open returns the front of a device with zpk1 and zpk2.
func (d *device) open(t testing.TB) *hsm.HSM {
	t.Helper()
	d.Device = soft.New()
	for label, k := range map[string]keys.Key{"zpk1": parse(t, key1), "zpk2": parse(t, key2)} {
		_, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
		require.NoError(t, err)
	}
	h := hsm.New(d)
	t.Cleanup(func() { _ = h.Close() })
	return h
}

var cluster = sync.OnceValues(func() (*pgtest.Cluster, error) { return pgtest.Start() })

var databases atomic.Int64

// database returns the address of a new one.
func database(t testing.TB) string {
	t.Helper()
	pg, err := cluster()
	require.NoError(t, err)
	dsn, err := pg.Database(fmt.Sprintf("queue%d", databases.Add(1)))
	require.NoError(t, err)
	return dsn
}

// table writes a file of rows, of which every 97th has a block that does not open.
func table(t testing.TB, dir string, rows int) string {
	t.Helper()
	k := parse(t, key1)
	var blocks [100]string
	for i := range blocks {
		pan, err := pinblock.ParsePAN(fmt.Sprintf("4111111111%06d", i))
		require.NoError(t, err)
		pin, err := pinblock.ParsePIN(fmt.Sprintf("%04d", i*7))
		require.NoError(t, err)
		block, err := pinblock.Seal(t.Context(), nil, k, pinblock.ISO0, pin, pan)
		require.NoError(t, err)
		blocks[i] = fmt.Sprintf("%X", block)
	}
	var b bytes.Buffer
	b.WriteString("id,pan,block\n")
	for n := range rows {
		block := blocks[n%100]
		if n%97 == 96 {
			block = "0011223344556677"
		}
		fmt.Fprintf(&b, "card-%d,4111111111%06d,%s\n", n, n%100, block)
	}
	path := filepath.Join(dir, "in.csv")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

func toISO0() reencrypt.Job {
	return reencrypt.Job{From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk2", Format: pinblock.ISO0}}
}

// scene is a file, what one machine makes of it, and options to have it done by a
// queue.
type scene struct {
	dir, url string
	o        queue.Options
}

func newScene(t testing.TB, rows int) *scene {
	t.Helper()
	dir := t.TempDir()
	in := table(t, dir, rows)
	h := (&device{}).open(t)
	s := &scene{dir: dir, url: database(t)}
	_, err := reencrypt.Run(t.Context(), reencrypt.Options{HSM: h, Job: toISO0(), In: in, Out: filepath.Join(dir, "whole.csv"),
		Rejects: filepath.Join(dir, "rejected.csv"), Batch: 100, Checkpoint: 100_000})
	require.NoError(t, err)
	s.o = queue.Options{URL: s.url, HSM: h, Job: toISO0(), In: in, Out: filepath.Join(dir, "out.csv"), Rejects: filepath.Join(dir, "rejects.csv"),
		Batch: 100, Rescue: time.Second, Wait: time.Minute}
	return s
}

// work starts a worker, and returns how to wait for its end.
func (s *scene) work(t testing.TB, h *hsm.HSM, o queue.WorkOptions) func() (queue.Worked, error) {
	t.Helper()
	o.URL, o.HSM, o.Wait = s.url, h, time.Minute
	var w queue.Worked
	var err error
	done := make(chan struct{})
	go func() { defer close(done); w, err = queue.Work(t.Context(), o) }()
	return func() (queue.Worked, error) { <-done; return w, err }
}

// same holds the output to that of one machine.
func (s *scene) same(t testing.TB) {
	t.Helper()
	for a, b := range map[string]string{"whole.csv": "out.csv", "rejected.csv": "rejects.csv"} {
		want, err := os.ReadFile(filepath.Join(s.dir, a))
		require.NoError(t, err)
		have, err := os.ReadFile(filepath.Join(s.dir, b))
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, have), "%s is another than %s", b, a)
	}
}
