//go:build cgo && unix

package pkcs11_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// remote is a token in another process, behind a socket: an HSM that can be
// unplugged.
type remote struct {
	token  *softhsm.Token
	socket string
	server *exec.Cmd
}

// plugged returns a remote token that is there.
func plugged(t *testing.T) *remote {
	t.Helper()
	dir, err := os.MkdirTemp("", "p11") // short: a socket's path has 108 bytes
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	r := &remote{token: softhsm.New(t), socket: filepath.Join(dir, "s")}
	r.plug(t)
	t.Cleanup(func() { r.unplug(t) })
	return r
}

// plug starts the server of the token.
func (r *remote) plug(t *testing.T) {
	t.Helper()
	u := r.token.Config().URI
	r.server = exec.Command("p11-kit", "server", "--foreground", "--name", r.socket,
		"--provider", u.ModulePath, "pkcs11:token="+u.Token+";serial="+u.Serial)
	r.server.Env = append(os.Environ(), r.token.Env()...)
	r.server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it has a child for each client
	require.NoError(t, r.server.Start(), "this test needs p11-kit: apt-get install p11-kit p11-kit-modules")
	require.Eventually(t, func() bool {
		c, err := net.Dial("unix", r.socket)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 10*time.Second, 5*time.Millisecond, "the server does not listen")
}

// unplug kills the server and its children.
func (r *remote) unplug(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(-r.server.Process.Pid, syscall.SIGKILL))
	_ = r.server.Wait() // killed
	require.NoError(t, os.RemoveAll(r.socket))
}

// client returns the configuration of a device that reaches the token through
// p11-kit's client. It takes the address from the environment, and so a copy of
// its own serves it.
func (r *remote) client(t *testing.T) pkcs11.Config {
	t.Helper()
	var code []byte
	for _, dir := range []string{"/usr/lib/*/pkcs11", "/usr/lib64/pkcs11", "/usr/lib/pkcs11", "/opt/homebrew/lib/pkcs11", "/usr/local/lib/pkcs11"} {
		found, err := filepath.Glob(filepath.Join(dir, "p11-kit-client.so"))
		require.NoError(t, err)
		if len(found) > 0 {
			code, err = os.ReadFile(found[0])
			require.NoError(t, err)
			break
		}
	}
	require.NotEmpty(t, code, "this test needs p11-kit-client.so: apt-get install p11-kit p11-kit-modules")
	c := r.token.Config()
	c.URI.ModulePath = filepath.Join(t.TempDir(), "p11-kit-client.so")
	require.NoError(t, os.WriteFile(c.URI.ModulePath, code, 0o700))
	t.Cleanup(pkcs11.PrivateCopy(c.URI.ModulePath, pkcs11.Setup{Env: []string{"P11_KIT_SERVER_ADDRESS=unix:path=" + r.socket}, Unload: true}))
	return c
}

// An HSM that is unplugged is unavailable, and works again when it is plugged
// in, without the device being opened again.
func TestUnplug(t *testing.T) {
	t.Parallel()
	r := plugged(t)
	d := open(t, r.client(t))
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	require.NoError(t, works(t.Context(), k))

	for range 2 {
		r.unplug(t)
		for range 3 {
			err := works(t.Context(), k)
			require.ErrorIs(t, err, hsm.ErrUnavailable)
		}
		require.ErrorIs(t, d.Ping(t.Context()), hsm.ErrUnavailable)
		_, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "new", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		r.plug(t)
		require.NoError(t, works(t.Context(), k))
	}

	// Back before anybody noticed: nobody notices.
	r.unplug(t)
	r.plug(t)
	require.NoError(t, works(t.Context(), k))
}

// Two devices on the token: whichever notices first, both work again. (One
// operation at a time, because p11-kit's client 0.24 hangs if its server dies
// while it waits for several answers.)
func TestUnplugTwoDevices(t *testing.T) {
	t.Parallel()
	r := plugged(t)
	c := r.client(t)
	one, two := open(t, c), open(t, c)
	load(t, one, "zpk", zpk(t))
	first, second := find(t, one, "zpk"), find(t, two, "zpk")
	for range 3 {
		r.unplug(t)
		r.plug(t)
		require.NoError(t, works(t.Context(), first), "the other has not noticed, and is not asked")
		require.NoError(t, works(t.Context(), second))
		first, second = second, first
	}
}
