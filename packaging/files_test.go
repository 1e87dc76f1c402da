// Package packaging_test looks at the files of this folder that nothing compiles: what
// they name is there.
package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the root of the repository.
const root = ".."

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ignored returns the paths that no image is built from.
func ignored(t *testing.T) []string {
	t.Helper()
	return strings.Fields(read(t, filepath.Join(root, ".dockerignore")))
}

// TestDockerfiles: what is copied and run is there, and of the Go version that the
// module asks for.
func TestDockerfiles(t *testing.T) {
	t.Parallel()
	module := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(read(t, filepath.Join(root, "go.mod")))
	if module == nil {
		t.Fatal("go.mod asks for no version of Go")
	}
	for _, name := range []string{"Dockerfile", "Dockerfile.pkcs11"} {
		text := strings.ReplaceAll(read(t, name), "\\\n", " ")
		if !regexp.MustCompile(`(?m)^FROM golang:` + regexp.QuoteMeta(module[1]) + `(-\w+)? AS build$`).MatchString(text) {
			t.Errorf("%s does not build with Go %s, which go.mod asks for", name, module[1])
		}
		checkCopies(t, name, text)
		scripts := regexp.MustCompile(`\./scripts/\w+`).FindAllString(text, -1)
		if len(scripts) == 0 {
			t.Errorf("%s does not make the lab's page", name)
		}
		for _, script := range scripts {
			if info, err := os.Stat(filepath.Join(root, script)); err != nil || info.Mode()&0o111 == 0 {
				t.Errorf("%s runs %s, which is no program here", name, script)
			}
		}
		if !strings.Contains(text, "\nUSER 65532:65532\n") {
			t.Errorf("%s runs as root", name)
		}
	}
}

// checkCopies looks for what is copied: from the repository, where nothing of it may be
// ignored, or from the stage that builds, where a command has made it.
func checkCopies(t *testing.T, name, text string) {
	t.Helper()
	copies := regexp.MustCompile(`(?m)^COPY (--from=build )?(.+) \S+$`).FindAllStringSubmatch(text, -1)
	if len(copies) < 3 {
		t.Errorf("%s copies too little: %q", name, copies)
	}
	for _, c := range copies {
		for _, source := range strings.Fields(c[2]) {
			if c[1] != "" {
				if !regexp.MustCompile(`(?m)^RUN .*-o ` + regexp.QuoteMeta(source) + `[/ ]`).MatchString(text) {
					t.Errorf("%s copies %s, which it does not build", name, source)
				}
				continue
			}
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Errorf("%s copies what is not there: %v", name, err)
			}
		}
	}
}

// TestIgnored: an image is built from all of a commit, and from its history, which is
// where pinion version has the commit from. What is left out is in no commit.
func TestIgnored(t *testing.T) {
	t.Parallel()
	paths := ignored(t)
	if len(paths) == 0 {
		t.Fatal(".dockerignore is empty")
	}
	kept := read(t, filepath.Join(root, ".gitignore"))
	for _, path := range paths {
		if !strings.Contains(kept, "/"+path+"/\n") {
			t.Errorf(".dockerignore leaves out %s, and .gitignore does not", path)
		}
	}
}

// TestUnit: every credential of the unit is used, and every one that it names is given.
func TestUnit(t *testing.T) {
	t.Parallel()
	text := read(t, "pinion.service")
	given := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^LoadCredential=([\w-]+):/etc/pinion/\S+$`).FindAllStringSubmatch(text, -1) {
		given[m[1]] = true
		if !strings.Contains(text, "/run/credentials/pinion.service/"+m[1]) {
			t.Errorf("nobody is told of the credential %s", m[1])
		}
	}
	if len(given) < 5 {
		t.Errorf("credentials: %v", given)
	}
	for _, m := range regexp.MustCompile(`/run/credentials/pinion\.service/([a-z-]+)`).FindAllStringSubmatch(text, -1) {
		if !given[m[1]] {
			t.Errorf("there is no credential %s", m[1])
		}
	}
}

// TestUnitIsUnderstood has systemd read the unit, where there is one. What it says of
// other units of this machine is none of ours.
func TestUnitIsUnderstood(t *testing.T) {
	t.Parallel()
	text := read(t, "pinion.service")
	for i, line := range strings.Split(text, "\n") {
		if !regexp.MustCompile(`^(|#.*|\[(Unit|Service|Install)\]|[A-Z]\w+=.*)$`).MatchString(line) {
			t.Errorf("line %d is neither a comment nor a setting: %s", i+1, line)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return
	}
	self, err := os.Executable() // a program that is there
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "pinion.service")
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(text, "/usr/local/bin/pinion", self)), 0o600); err != nil {
		t.Fatal(err)
	}
	said, _ := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput()
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, filepath.Base(unit)) {
			t.Error(line)
		}
	}
}
