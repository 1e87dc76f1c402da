package main

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestPinion builds the command without cgo, as the image and the archives have it. It
// needs nothing of the system it runs on, and its bill has every module that the Go tool
// finds in it.
func TestPinion(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "pinion")
	build := exec.Command("go", "build", "-o", binary, "./cmd/pinion")
	build.Dir = filepath.Join("..", "..")
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	requireStatic(t, binary)

	var bill bytes.Buffer
	if err := write(&bill, binary); err != nil {
		t.Fatal(err)
	}
	if want, got := listed(t, binary), billed(t, bill.Bytes()); !slices.Equal(want, got) {
		t.Errorf("the Go tool lists\n%s\nand the bill\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	if runtime.GOOS != "linux" {
		return // it was built for another system than this
	}
	run := exec.Command(binary, "vectors", "run")
	run.Dir, run.Env = t.TempDir(), []string{}
	if said, err := run.CombinedOutput(); err != nil || !bytes.Contains(said, []byte(" passed, 0 failed")) {
		t.Errorf("with nothing around it: %v\n%s", err, said)
	}
}

// requireStatic fails if a program asks for a loader or a library.
func requireStatic(t *testing.T, binary string) {
	t.Helper()
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("it has a segment %s: it is not static", p.Type)
		}
	}
}

// listed returns the modules that go version -m lists, as "path version".
func listed(t *testing.T, binary string) (modules []string) {
	t.Helper()
	text, err := exec.Command("go", "version", "-m", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 2 && words[0] == "dep" {
			modules = append(modules, words[1]+" "+words[2])
		}
	}
	if len(modules) < 10 {
		t.Fatalf("the Go tool lists %d modules", len(modules))
	}
	slices.Sort(modules)
	return modules
}

// billed returns the modules of a bill, but for the standard library.
func billed(t *testing.T, text []byte) (modules []string) {
	t.Helper()
	var bill struct {
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(text, &bill); err != nil {
		t.Fatal(err)
	}
	for _, c := range bill.Components {
		if c.Name != "std" {
			modules = append(modules, c.Name+" "+c.Version)
		}
	}
	slices.Sort(modules)
	return modules
}
