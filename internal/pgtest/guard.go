package pgtest

import (
	"fmt"
	"io"
	"os/exec"
)

// guard is a small process that outlives ours. It waits for the end of its
// standard input, which comes when we close it and also when we crash, are
// killed, or call os.Exit; then it stops the server and removes its files.
type guard struct {
	cmd  *exec.Cmd
	hold io.WriteCloser
}

const guardScript = `
cat >/dev/null
if pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null); then
	kill -QUIT "$pid" 2>/dev/null
	n=0
	while kill -0 "$pid" 2>/dev/null && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done
	kill -KILL "$pid" 2>/dev/null
fi
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`

func watch(dir string) (*guard, error) {
	cmd := exec.Command("/bin/sh", "-c", guardScript, "pgtest", dir)
	cmd.Dir = "/"
	apart(cmd)
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	return &guard{cmd: cmd, hold: hold}, nil
}

// release lets the guard do its work, and waits for it.
func (g *guard) release() error {
	_ = g.hold.Close()
	if err := g.cmd.Wait(); err != nil {
		return fmt.Errorf("pgtest: the server's files could not be removed: %w", err)
	}
	return nil
}
