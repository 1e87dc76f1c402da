// Package page is the laboratory as a page for a browser: a folder of files that any
// static host serves, and a handler that serves them with strict headers. The page
// draws what package lab answers; that is compiled to WebAssembly and runs in the
// browser, so nothing that is typed leaves it.
//
// The program is not kept with the sources. scripts/labpage compiles it, as make
// build, make run and make test do, to the folder built, and a binary has it from
// there.
package page

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

//go:embed static built
var embedded embed.FS

// ErrNotBuilt is returned where this binary has no program for the page.
var ErrNotBuilt = errors.New("lab/page: this binary was built without the lab's page")

// Folder is the files of the page, by name. All are in one directory.
type Folder map[string][]byte

// compiled are the files that scripts/labpage makes.
var compiled = []string{"pinion.wasm.gz", "wasm_exec.js"}

// Built returns the page that is in this binary. A binary that was built without
// scripts/labpage has none: ErrNotBuilt.
func Built() (Folder, error) {
	f := Folder{}
	for _, dir := range []string{"static", "built"} {
		if err := f.read(embedded, dir); err != nil {
			return nil, err
		}
	}
	delete(f, "README.md") // what the folder built has without the program
	return f, f.complete()
}

// Read returns the page in a folder that scripts/labpage or [Folder.Write] made.
func Read(dir string) (Folder, error) {
	f := Folder{}
	if err := f.read(os.DirFS(dir), "."); err != nil {
		return nil, fmt.Errorf("lab/page: %w", err)
	}
	return f, f.complete()
}

func (f Folder) read(fsys fs.FS, dir string) error {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if f[e.Name()], err = fs.ReadFile(fsys, path.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (f Folder) complete() error {
	for _, name := range compiled {
		if len(f[name]) == 0 {
			return ErrNotBuilt
		}
	}
	return nil
}

// Write writes the page to a directory, which is made if it is not there. Files of
// the same names are replaced.
func (f Folder) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("lab/page: %w", err)
	}
	for name, content := range f {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("lab/page: %w", err)
		}
	}
	return nil
}
