//go:build cgo

package pkcs11_test

import (
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var sockets = regexp.MustCompile(`socket:\[\d+\]`)

// Programs that are started while operations run inherit nothing of the connection
// to the token, and the operations do not notice them. (Not in parallel: while another
// test's library is being initialized, its socket is still inherited.)
func TestForkAndExec(t *testing.T) {
	list := func() []string {
		out, err := exec.Command("/bin/ls", "-l", "/proc/self/fd").CombinedOutput()
		require.NoError(t, err)
		return sockets.FindAllString(string(out), -1)
	}
	before := list()
	_, s := served(t)
	c := s.ask(t, 10*time.Second)
	for range rounds(t, 20) {
		more(t, &c.good, 2)
		require.Subset(t, before, list())
	}
	c.end()
	require.Zero(t, c.bad.Load())
}
