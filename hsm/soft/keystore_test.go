package soft_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
)

const passphrase = "correct horse battery staple"

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestKeystoreIsADevice(t *testing.T) {
	t.Parallel()
	hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
		return openKeystore(t, filepath.Join(t.TempDir(), "keys.json"))
	})
}

// openKeystore opens a keystore; the test closes it if nobody else does.
func openKeystore(t *testing.T, path string) *soft.Keystore {
	t.Helper()
	ks, err := soft.OpenKeystore(t.Context(), path, soft.Cheap(passphrase))
	require.NoError(t, err)
	t.Cleanup(func() { _ = ks.Close() })
	return ks
}

func pinKey(label string) hsm.KeySpec {
	return hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN}
}

func labels(t *testing.T, ks *soft.Keystore) []string {
	t.Helper()
	list, err := ks.ListKeys(t.Context())
	require.NoError(t, err)
	var names []string
	for _, k := range list {
		names = append(names, k.Label)
	}
	return names
}

// Every key comes back as it was: label, algorithm, usage, bytes.
func TestKeystoreKeeps(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	want := map[string]hsm.KeyInfo{}
	for i, label := range []string{"zpk", "a b", "100%", "schlüssel", "ключ-%d0", strings.Repeat("長", 21), `quo"te\`} {
		a := keys.Algorithm(i%5 + 1)
		for _, u := range []keys.Usage{keys.UsagePIN, keys.UsageVisaPVV, keys.UsageBDK, keys.UsageKBPK, keys.UsageAsymmetricData, "07"} {
			s := hsm.KeySpec{Label: label + string(u), Algorithm: a, Usage: u}
			info, err := ks.GenerateKey(t.Context(), s)
			require.NoError(t, err, "%+v", s)
			want[s.Label] = info
		}
	}
	require.NoError(t, ks.DeleteKey(t.Context(), "zpkP0"))
	delete(want, "zpkP0")
	require.NoError(t, ks.Close())

	again := openKeystore(t, path)
	list, err := again.ListKeys(t.Context())
	require.NoError(t, err)
	require.Len(t, list, len(want))
	for _, got := range list {
		require.Equal(t, want[got.Label], got)
	}
}

func TestKeystoreFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	_, err := os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist, "looking makes no file")
	_, err = ks.FindKey(t.Context(), "zpk")
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.ErrorContains(t, err, "there is no keystore at")

	_, err = ks.GenerateKey(t.Context(), hsm.KeySpec{Label: "passing", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true})
	require.NoError(t, err)
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist, "nor does an ephemeral key")
	_, err = ks.GenerateKey(t.Context(), pinKey("passing"))
	require.ErrorIs(t, err, hsm.ErrKeyExists)

	_, err = ks.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(text), "passing")
	require.NotContains(t, string(text), passphrase)
	require.Contains(t, string(text), `"block": "D0`)
	require.Equal(t, []string{"passing", "zpk"}, labels(t, ks))
	require.Equal(t, []string{"zpk"}, labels(t, openKeystore(t, path)))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 2, "the file and its lock")
}

// A keystore with no keys has a passphrase too.
func TestWrongPassphrase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	_, err := ks.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err)
	for range 2 {
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = soft.OpenKeystore(t.Context(), path, soft.Cheap("Correct horse battery staple"))
		require.ErrorIs(t, err, soft.ErrPassphrase)
		require.ErrorContains(t, err, "wrong passphrase")
		require.NotContains(t, err.Error(), "horse")
		_, err = soft.OpenKeystore(t.Context(), path, soft.Cheap(""))
		require.ErrorIs(t, err, soft.ErrNoPassphrase)
		_, err = soft.OpenKeystore(t.Context(), path, soft.KeystoreOptions{})
		require.ErrorIs(t, err, soft.ErrNoPassphrase)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, before, after)
		_ = ks.DeleteKey(t.Context(), "zpk") // and once more without a key
	}
}

// Two that are opened before there is a file: the second to make one finds that of
// the first, and another passphrase does not get in.
func TestCreatedMeanwhile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	first, second := openKeystore(t, path), openKeystore(t, path)
	third, err := soft.OpenKeystore(t.Context(), path, soft.Cheap("another"))
	require.NoError(t, err)
	_, err = first.GenerateKey(t.Context(), pinKey("one"))
	require.NoError(t, err)
	_, err = second.GenerateKey(t.Context(), pinKey("two"))
	require.NoError(t, err)
	_, err = third.GenerateKey(t.Context(), pinKey("three"))
	require.ErrorIs(t, err, soft.ErrPassphrase)
	require.Equal(t, []string{"one", "two"}, labels(t, first))
	require.Equal(t, []string{"one", "two"}, labels(t, second))
}

func TestAsksForTheRightThing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	var asked []bool
	o := soft.Cheap("")
	o.Passphrase = func(_ context.Context, at string, create bool) ([]byte, error) {
		require.Equal(t, filepath.Base(path), filepath.Base(at))
		asked = append(asked, create)
		return []byte(passphrase), nil
	}
	for range 2 {
		ks, err := soft.OpenKeystore(t.Context(), path, o)
		require.NoError(t, err)
		require.Len(t, asked, len(asked))
		for _, label := range []string{"a", "b"} {
			_, _ = ks.GenerateKey(t.Context(), pinKey(label))
		}
		require.NoError(t, ks.Close())
	}
	require.Equal(t, []bool{true, false}, asked, "once for each, a new one first")

	refused := errors.New("no terminal")
	o.Passphrase = func(context.Context, string, bool) ([]byte, error) { return nil, refused }
	_, err := soft.OpenKeystore(t.Context(), path, o)
	require.ErrorIs(t, err, refused)
}

// Whatever is changed in the file without the passphrase is noticed.
func TestTampered(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	for _, label := range []string{"a", "b", "c"} {
		_, err := ks.GenerateKey(t.Context(), pinKey(label))
		require.NoError(t, err)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	type object = map[string]any
	key := func(o object, i int) object { return o["keys"].([]any)[i].(object) }
	for name, f := range map[string]func(o object){
		"labels exchanged": func(o object) { key(o, 0)["label"], key(o, 1)["label"] = "b", "a" },
		"blocks exchanged": func(o object) { key(o, 0)["block"], key(o, 1)["block"] = key(o, 1)["block"], key(o, 0)["block"] },
		"label changed":    func(o object) { key(o, 2)["label"] = "d" },
		"label twice":      func(o object) { key(o, 1)["label"] = "a" },
		"no label":         func(o object) { key(o, 1)["label"] = "" },
		"key removed":      func(o object) { o["keys"] = o["keys"].([]any)[1:] },
		"all removed":      func(o object) { o["keys"] = []any{} },
		"null":             func(o object) { o["keys"] = nil },
		"order":            func(o object) { k := o["keys"].([]any); k[0], k[1] = k[1], k[0] },
		"usage": func(o object) {
			b := key(o, 0)["block"].(string)
			key(o, 0)["block"] = strings.Replace(b, "P0", "V2", 1)
		},
		"no mac":         func(o object) { delete(o, "mac") },
		"empty mac":      func(o object) { o["mac"] = "" },
		"mac not hex":    func(o object) { o["mac"] = "x" },
		"salt":           func(o object) { o["kdf"].(object)["salt"] = strings.Repeat("00", 16) },
		"short salt":     func(o object) { o["kdf"].(object)["salt"] = "00" },
		"cost":           func(o object) { o["kdf"].(object)["n"] = 4 },
		"cost 0":         func(o object) { o["kdf"].(object)["n"] = 0 },
		"cost no power":  func(o object) { o["kdf"].(object)["n"] = 3 },
		"all memory":     func(o object) { o["kdf"].(object)["n"] = 1 << 40 },
		"all memory too": func(o object) { o["kdf"].(object)["r"] = 1 << 30 },
		"all time":       func(o object) { o["kdf"].(object)["p"] = 1 << 20 },
		"negative":       func(o object) { o["kdf"].(object)["r"] = -1 },
		"another kdf":    func(o object) { o["kdf"].(object)["name"] = "pbkdf2" },
		"later version":  func(o object) { o["version"] = 2 },
		"another format": func(o object) { o["format"] = "x" },
		"unknown member": func(o object) { o["more"] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o object
			require.NoError(t, json.Unmarshal(text, &o))
			f(o)
			changed, err := json.Marshal(o)
			require.NoError(t, err)
			requireNoKeystore(t, changed)
		})
	}
	for _, n := range []int{0, 1, 20, len(text) / 2, len(text) - 3} {
		requireNoKeystore(t, text[:n])
	}
	requireNoKeystore(t, append(append([]byte{}, text...), "{}"...))
	requireNoKeystore(t, []byte("zpk1:P0:0123456789ABCDEFFEDCBA9876543210"))
}

func requireNoKeystore(t *testing.T, text []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	_, err := soft.OpenKeystore(t.Context(), path, soft.Cheap(passphrase))
	require.Error(t, err)
	require.True(t, errors.Is(err, soft.ErrPassphrase) || errors.Is(err, soft.ErrKeystore), "%v", err)
	require.NotContains(t, err.Error(), "0123456789", "nothing of the file is quoted")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, after)
}

// White space is not of the file's meaning, so an editor that changed it did no
// harm.
func TestWhiteSpace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	_, err := openKeystore(t, path).GenerateKey(t.Context(), pinKey("zpk<>&é"))
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var o json.RawMessage = text
	compact, err := json.Marshal(o)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, compact, 0o600))
	require.Equal(t, []string{"zpk<>&é"}, labels(t, openKeystore(t, path)))
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	_, err := ks.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o644, 0o666} {
		require.NoError(t, os.Chmod(path, mode))
		_, err := soft.OpenKeystore(t.Context(), path, soft.Cheap(passphrase))
		require.ErrorIs(t, err, soft.ErrKeystore, "%v", mode)
		require.ErrorContains(t, err, "chmod 600 "+path)
		_, err = ks.GenerateKey(t.Context(), pinKey("another"))
		require.ErrorContains(t, err, "chmod 600", "also when it is open already")
	}
	require.NoError(t, os.Chmod(path, 0o600))
	require.Equal(t, []string{"zpk"}, labels(t, ks))

	_, err = soft.OpenKeystore(t.Context(), t.TempDir(), soft.Cheap(passphrase))
	require.ErrorContains(t, err, "is not a file")
	_, err = soft.OpenKeystore(t.Context(), filepath.Join(t.TempDir(), "no", "keys.json"), soft.Cheap(passphrase))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A symbolic link is followed, and is one afterwards.
func TestSymbolicLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "keys.json"), filepath.Join(dir, "link.json")
	_, err := openKeystore(t, path).GenerateKey(t.Context(), pinKey("a"))
	require.NoError(t, err)
	require.NoError(t, os.Symlink(path, link))
	_, err = openKeystore(t, link).GenerateKey(t.Context(), pinKey("b"))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, labels(t, openKeystore(t, path)))
}

// What another program adds or removes is seen.
func TestOthersChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	a, b := openKeystore(t, path), openKeystore(t, path)
	made, err := a.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err)
	k, err := b.FindKey(t.Context(), "zpk")
	require.NoError(t, err)
	require.Equal(t, made, *k.Info())
	require.NoError(t, b.DeleteKey(t.Context(), "zpk"))
	again, err := a.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err, "a label that another program freed")
	require.NotEqual(t, made.KCV, again.KCV)
	require.Eventually(t, func() bool {
		k, err := b.FindKey(t.Context(), "zpk")
		return err == nil && k.Info().KCV == again.KCV
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, a.DeleteKey(t.Context(), "zpk"))
	require.Eventually(t, func() bool {
		_, err := b.FindKey(t.Context(), "zpk")
		return errors.Is(err, hsm.ErrKeyNotFound)
	}, time.Minute, 10*time.Millisecond)

	require.NoError(t, os.Remove(path))
	_, err = a.GenerateKey(t.Context(), pinKey("zpk"))
	require.ErrorIs(t, err, hsm.ErrUnavailable, "a file that is gone is not made anew without its keys")
	fresh := openKeystore(t, path)
	_, err = fresh.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err)
	_, err = a.ListKeys(t.Context())
	require.ErrorIs(t, err, hsm.ErrUnavailable)
	require.ErrorContains(t, err, "made anew")
}
