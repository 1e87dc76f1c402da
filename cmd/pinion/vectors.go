package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/testvectors"
)

func init() { register("", newVectors) }

func newVectors(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "vectors",
		Short: "Run, check and list test vectors",
		Long: `Vectors are files of known answers: JSON by the schema pin-vectors/1. The ones this
program was built with are inside it; yours are named as files or folders.`,
		Example: `  pinion vectors run
  pinion vectors run --device softhsm: vectors/
  pinion vectors lint vectors/mine.json`,
	})
}

// vectorFile is a file of vectors that is to be read.
type vectorFile struct {
	name string
	read func() ([]byte, error)
}

// vectorFiles returns the files of the paths, those of a folder sorted by name,
// or without paths the embedded ones. A path that cannot be looked at becomes a
// file that cannot be read, so that the others are run before it is reported.
func vectorFiles(paths []string) []vectorFile {
	var files []vectorFile
	if len(paths) == 0 {
		for _, name := range testvectors.Names() {
			files = append(files, vectorFile{name, func() ([]byte, error) { return fs.ReadFile(testvectors.FS, name) }})
		}
		return files
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			files = append(files, brokenFile(path, err))
		case info.IsDir():
			files = append(files, vectorFolder(path)...)
		default:
			files = append(files, vectorFile{path, func() ([]byte, error) { return os.ReadFile(path) }})
		}
	}
	return files
}

// vectorFolder returns the *.json files of a folder and the folders in it. JSON
// Schemas are no vectors: folders called schema are passed over.
func vectorFolder(root string) []vectorFile {
	var files []vectorFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			files = append(files, brokenFile(path, err))
			return nil
		case d.IsDir() && path != root && d.Name() == "schema":
			return filepath.SkipDir
		case !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".json"):
			files = append(files, vectorFile{path, func() ([]byte, error) { return os.ReadFile(path) }})
		}
		return nil
	})
	if err != nil {
		files = append(files, brokenFile(root, err))
	}
	if len(files) == 0 {
		files = append(files, brokenFile(root, errors.New("there is no .json file in this folder")))
	}
	slices.SortFunc(files, func(a, b vectorFile) int { return strings.Compare(a.name, b.name) })
	return files
}

func brokenFile(name string, err error) vectorFile {
	return vectorFile{name, func() ([]byte, error) { return nil, err }}
}

// load reads and parses a file.
func (f vectorFile) load() (*testvectors.File, error) {
	data, err := f.read()
	if err != nil {
		return nil, cannotRead(f.name, err)
	}
	v, err := testvectors.Parse(data)
	if err != nil {
		return nil, usage("%s: %s", f.name, plain(err))
	}
	return v, nil
}

// cannotRead says that a file cannot be read, and why.
func cannotRead(name string, err error) *problem {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err // the path is named already
	}
	return usage("%s: %s", name, err.Error())
}
