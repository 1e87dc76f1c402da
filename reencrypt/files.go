package reencrypt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Files are what a run reads, writes and continues. "" and "-" are no files, and a file
// may not be there yet.
type Files struct{ In, Out, Rejects, AuditLog string }

// paths are the files of a run.
type paths struct {
	out, outPartial         string
	rejects, rejectsPartial string
	checkpoint, manifest    string
}

func pathsOf(out, rejects string) (p paths) {
	if rejects != "" {
		p.rejects, p.rejectsPartial = rejects, rejects+".partial"
	}
	if out != "" && out != "-" {
		p.out, p.outPartial = out, out+".partial"
		p.checkpoint, p.manifest = CheckpointOf(out), ManifestOf(out)
	}
	return p
}

// CheckpointOf returns the file that holds the checkpoint of a run to out.
func CheckpointOf(out string) string { return out + ".checkpoint" }

// ManifestOf returns the file that holds the manifest of a run to out.
func ManifestOf(out string) string { return out + ".manifest.json" }

func base(path string) string {
	if path == "" || path == "-" {
		return path
	}
	return filepath.Base(path)
}

func exists(path string) bool {
	if path == "" {
		return false
	}
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
