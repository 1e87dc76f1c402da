//go:build unix

package p11rig

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// source is the interposer. It is not built with the package, which needs no cgo.
//
//go:embed interposer/tamper.c
var source string

// interposer returns the code of the library, compiled once in a process.
var interposer = sync.OnceValues(func() (code []byte, err error) {
	dir, err := os.MkdirTemp("", "p11rig")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	from, to := filepath.Join(dir, "tamper.c"), filepath.Join(dir, "tamper.so")
	if err := os.WriteFile(from, []byte(source), 0o600); err != nil {
		return nil, err
	}
	cc := strings.Fields(os.Getenv("CC"))
	if len(cc) == 0 {
		cc = []string{"cc"}
	}
	args := append(cc[1:], "-std=gnu11", "-O1", "-fPIC", "-shared", "-fvisibility=hidden", "-o", to, from, "-ldl", "-lpthread")
	if out, err := exec.Command(cc[0], args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the interposer needs a C compiler (apt-get install gcc libc6-dev): %s: %w\n%s", cc[0], err, out)
	}
	return os.ReadFile(to)
})

// numbers returns the functions of PKCS#11 by their place in its list, as the
// interposer has them.
var numbers = sync.OnceValue(func() map[string]int {
	_, list, _ := strings.Cut(source, "#define FUNCTIONS(X)")
	list, _, _ = strings.Cut(list, "#define")
	m := map[string]int{}
	for i, found := range regexp.MustCompile(`X\((C_\w+)\)`).FindAllStringSubmatch(list, -1) {
		m[found[1]] = i
	}
	return m
})
