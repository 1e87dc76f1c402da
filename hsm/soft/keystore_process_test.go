package soft_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
)

// childEnv makes the test binary a program that adds keys to a keystore.
const childEnv = "PINION_SOFT_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		if err := addKeys(os.Args[1], os.Args[2], os.Args[3]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// addKeys adds n keys and prints the label of each when it is there, removing
// every third.
func addKeys(path, name, n string) error {
	ctx := context.Background()
	ks, err := soft.OpenKeystore(ctx, path, soft.Cheap(passphrase))
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(n)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for i := range count {
		label := fmt.Sprintf("%s-%d", name, i)
		if _, err := ks.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: keys.AES128, Usage: keys.UsagePIN}); err != nil {
			return err
		}
		fmt.Println("+" + label)
		if i%3 != 2 {
			continue
		}
		fmt.Println("?" + label) // from here on it may be gone
		if err := ks.DeleteKey(ctx, label); err != nil {
			return err
		}
		fmt.Println("-" + label)
	}
	return ks.Close()
}

func child(t *testing.T, path, name string, n int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, path, name, strconv.Itoa(n))
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "the child says something")
	require.Equal(t, "ready", lines.Text())
	return cmd, lines
}

// Programs that change a keystore at the same time lose nothing.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	const programs, each = 3, 12
	var cmds []*exec.Cmd
	var outs []*bufio.Scanner
	for i := range programs {
		cmd, out := child(t, path, strconv.Itoa(i), each)
		cmds, outs = append(cmds, cmd), append(outs, out)
	}
	var want []string
	for i, cmd := range cmds {
		for outs[i].Scan() {
			switch line := outs[i].Text(); line[0] {
			case '+':
				want = append(want, line[1:])
			case '-':
				want = slices.DeleteFunc(want, func(s string) bool { return s == line[1:] })
			}
		}
		require.NoError(t, cmd.Wait())
	}
	require.Len(t, want, programs*each*2/3)
	require.ElementsMatch(t, want, labels(t, openKeystore(t, path)))
}

// A program that is killed, whenever it is, leaves a keystore that opens and has
// every key that the program had been told was there.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	told := map[string]bool{}
	caught := 0
	for round := range 50 {
		cmd, out := child(t, path, strconv.Itoa(round), 10_000)
		maybe := ""
		after := rand.IntN(6) // keys, and then somewhere in the next
		timer := time.AfterFunc(time.Hour, func() { _ = cmd.Process.Kill() })
		for out.Scan() {
			switch line := out.Text(); line[0] {
			case '+':
				told[line[1:]], maybe = true, ""
			case '?':
				maybe = line[1:]
			case '-':
				delete(told, line[1:])
				maybe = ""
			}
			if after--; after == 0 || after < 0 && after > -2 {
				timer.Reset(time.Duration(rand.IntN(4000)) * time.Microsecond)
			}
		}
		timer.Stop()
		require.Error(t, cmd.Wait(), "it was killed")
		if _, err := os.Stat(path + ".new"); err == nil {
			caught++
		}
		if maybe != "" {
			delete(told, maybe)
		}
		found := map[string]bool{}
		ks, err := soft.OpenKeystore(t.Context(), path, soft.Cheap(passphrase))
		require.NoError(t, err, "round %d", round)
		for _, label := range labels(t, ks) {
			found[label] = true
		}
		for label := range told {
			require.True(t, found[label], "round %d lost %s", round, label)
		}
		told = found
		require.NoError(t, ks.Close())
	}
	t.Logf("%d of 50 were killed in the middle of writing, %d keys at the end", caught, len(told))
	_, err := openKeystore(t, path).GenerateKey(t.Context(), pinKey("last"))
	require.NoError(t, err, "and what they left behind is in nobody's way")
}

// Who waits for the lock waits no longer than its context.
func TestLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	_, err := ks.GenerateKey(t.Context(), pinKey("zpk"))
	require.NoError(t, err)
	unlock, err := soft.Lock(t.Context(), path)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = ks.GenerateKey(ctx, pinKey("late"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "locked")
	require.Equal(t, []string{"zpk"}, labels(t, ks), "reading waits for nobody")
	unlock()
	_, err = ks.GenerateKey(t.Context(), pinKey("late"))
	require.NoError(t, err)
}

// Many goroutines of one keystore, which is what -race is for.
func TestConcurrentChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := openKeystore(t, path)
	done := make(chan error)
	const n = 8
	for i := range n {
		go func() {
			label := strconv.Itoa(i)
			_, err := ks.GenerateKey(t.Context(), pinKey(label))
			if err == nil {
				_, err = ks.FindKey(t.Context(), label)
			}
			done <- err
		}()
	}
	for range n {
		require.NoError(t, <-done)
	}
	require.Len(t, labels(t, openKeystore(t, path)), n)
}
