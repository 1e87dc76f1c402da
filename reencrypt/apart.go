package reencrypt

import (
	"os"
	"path/filepath"
	"slices"
)

// Apart returns an error that wraps [ErrOptions] unless these and what a run makes
// beside them are files of their own, also by links.
func (f Files) Apart() error {
	p := pathsOf(f.Out, f.Rejects)
	for _, path := range []string{p.out, p.rejects} {
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return problemf("output and rejects are files, and there is a folder or a device of that name")
		}
	}
	seen := map[string]bool{}
	var there []os.FileInfo
	for _, name := range []string{f.In, p.out, p.outPartial, p.rejects, p.rejectsPartial, p.checkpoint, p.manifest, f.AuditLog} {
		if name == "" || name == "-" {
			continue
		}
		path := resolved(name)
		info, err := os.Stat(path)
		if seen[path] || err == nil && slices.ContainsFunc(there, func(other os.FileInfo) bool { return os.SameFile(info, other) }) {
			return problemf("one file has two parts: input, output, rejects and audit log are different files, and so is what is made beside them")
		}
		if seen[path] = true; err == nil {
			there = append(there, info)
		}
	}
	return nil
}

// resolved returns a path without links, as far as it is there.
func resolved(name string) string {
	path, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}
