package reencrypt_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// rig is a soft device with keys that the test has too.
type rig struct {
	h          *hsm.HSM
	zpk1, zpk2 keys.Key // TDES
	zpk4       keys.Key // AES
	bdk, bdk2  keys.Key
}

func parseKey(t testing.TB, usage keys.Usage, a keys.Algorithm, hexText string) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(a, usage, hexText)
	require.NoError(t, err)
	return k
}

func newRig(t testing.TB, wrap ...func(hsm.Device) hsm.Device) *rig {
	t.Helper()
	r := &rig{
		zpk1: parseKey(t, keys.UsagePIN, keys.TDES2, "0123456789ABCDEFFEDCBA9876543210"),
		zpk2: parseKey(t, keys.UsagePIN, keys.TDES2, "23456789ABCDEF01DCBA98765432EF10"),
		zpk4: parseKey(t, keys.UsagePIN, keys.AES128, "000102030405060708090A0B0C0D0E0F"),
		bdk:  parseKey(t, keys.UsageBDK, keys.TDES2, "0123456789ABCDEFFEDCBA9876543210"),
		bdk2: parseKey(t, keys.UsageBDK, keys.AES128, "FEDCBA9876543210F1F1F1F1F1F1F1F1"),
	}
	var d hsm.Device = soft.New()
	m := d.(hsm.KeyManager)
	for label, k := range map[string]keys.Key{"zpk1": r.zpk1, "zpk2": r.zpk2, "zpk4": r.zpk4, "bdk": r.bdk, "bdk2": r.bdk2} {
		_, err := m.ImportKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
		require.NoError(t, err)
	}
	for _, w := range wrap {
		d = w(d)
	}
	r.h = hsm.New(d)
	t.Cleanup(func() { _ = r.h.Close() })
	return r
}

// toISO0 is a job that makes the same bytes whenever it is done.
func toISO0() reencrypt.Job {
	return reencrypt.Job{From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk2", Format: pinblock.ISO0}}
}

func toISO4() reencrypt.Job {
	return reencrypt.Job{From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk4", Format: pinblock.ISO4}}
}

// card is what a row is about.
type card struct{ id, pan, pin string }

func cards(n int) []card {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	cs := make([]card, n)
	for i := range cs {
		cs[i] = card{fmt.Sprintf("card-%d", i+1), fmt.Sprintf("41111111%08d", rng.IntN(1e8)), fmt.Sprintf("%04d", rng.IntN(1e4))}
	}
	return cs
}

// seal returns a block in hex.
func seal(t testing.TB, k pinblock.Encrypter, f pinblock.Format, c card) string {
	t.Helper()
	pin, err := pinblock.ParsePIN(c.pin)
	require.NoError(t, err)
	pan, err := pinblock.ParsePAN(c.pan)
	require.NoError(t, err)
	block, err := pinblock.Seal(context.Background(), nil, k, f, pin, pan)
	require.NoError(t, err)
	return fmt.Sprintf("%X", block)
}

// write writes a file into a new folder and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// table returns a CSV of cards, of which every nth has a block that does not open.
func table(t testing.TB, r *rig, cs []card, bad int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("id,pan,block,note\n")
	for i, c := range cs {
		block := seal(t, r.zpk1, pinblock.ISO0, c)
		if bad > 0 && i%bad == bad-1 {
			block = "0011223344556677"
		}
		fmt.Fprintf(&b, "%s,%s,%s,\"note, %d\"\n", c.id, c.pan, block, i)
	}
	return b.String()
}

// options returns those of a run in a folder of its own.
func (r *rig) options(t testing.TB, in string) reencrypt.Options {
	t.Helper()
	dir := t.TempDir()
	end := strings.TrimSuffix(strings.TrimSuffix(filepath.Ext(in), ".gz"), ".zst")
	if end == "" {
		end = ".csv"
	}
	return reencrypt.Options{HSM: r.h, Job: toISO0(), In: in, Out: filepath.Join(dir, "out"+end), Rejects: filepath.Join(dir, "rejects"+end),
		Batch: 64, Checkpoint: 256, Workers: 3}
}

// rows reads a CSV with its header.
func rows(t testing.TB, text string) [][]string {
	t.Helper()
	list, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return list
}

// opens holds rows id,pan,block to their cards, and returns how often each is there.
func opens(t testing.TB, k pinblock.Decrypter, f pinblock.Format, cs []card, list [][]string) map[string]int {
	t.Helper()
	byID := map[string]card{}
	for _, c := range cs {
		byID[c.id] = c
	}
	times := map[string]int{}
	for _, row := range list {
		c, ok := byID[row[0]]
		require.True(t, ok)
		require.Equal(t, c.pan, row[1])
		var block []byte
		_, err := fmt.Sscanf(row[2], "%X", &block)
		require.NoError(t, err)
		pan, err := pinblock.ParsePAN(c.pan)
		require.NoError(t, err)
		pin, err := pinblock.Open(context.Background(), k, f, block, pan)
		require.NoError(t, err)
		want, err := pinblock.ParsePIN(c.pin)
		require.NoError(t, err)
		require.True(t, pin.Equal(want))
		times[c.id]++
	}
	return times
}
