package nss

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
)

// errForm is returned for a library that cannot be given names of its own.
var errForm = fmt.Errorf("nss: the library is not of a form that several tokens of a process can have copies of: %w", errors.ErrUnsupported)

// origin has the loader look for libraries beside the file that asks for them.
const origin = "$ORIGIN"

// rename returns a shared library that asks for other libraries under other names,
// which are as long as the old ones, and has them looked for in its own directory
// first. No byte is moved: names are overwritten where they are, and for the
// directory the library's own name is given up, which who loads it by its path
// has no need of.
func rename(library []byte, names map[string]string) ([]byte, error) {
	f, err := elf.NewFile(bytes.NewReader(library))
	if err != nil {
		return nil, errForm
	}
	defer f.Close()
	library = slices.Clone(library)
	if err := lookBeside(f, library); err != nil {
		return nil, err
	}
	for name, other := range names {
		replace(library, name, other)
	}
	return library, nil
}

// lookBeside turns the library's own name, DT_SONAME, into a DT_RUNPATH.
func lookBeside(f *elf.File, library []byte) error {
	for _, tag := range []elf.DynTag{elf.DT_RPATH, elf.DT_RUNPATH} {
		if paths, err := f.DynString(tag); err != nil || len(paths) > 0 {
			return errForm
		}
	}
	dynamic := f.SectionByType(elf.SHT_DYNAMIC)
	if dynamic == nil || int(dynamic.Link) >= len(f.Sections) {
		return errForm
	}
	text := f.Sections[dynamic.Link]
	size := 8
	word := func(b []byte) uint64 { return uint64(f.ByteOrder.Uint32(b)) }
	set := func(b []byte, v uint32) { f.ByteOrder.PutUint32(b, v) }
	if f.Class == elf.ELFCLASS64 {
		size = 16
		word = f.ByteOrder.Uint64
		set = func(b []byte, v uint32) { f.ByteOrder.PutUint64(b, uint64(v)) }
	}
	entries, err := part(library, dynamic.Offset, dynamic.Size)
	if err != nil {
		return err
	}
	for ; len(entries) >= size; entries = entries[size:] {
		if elf.DynTag(word(entries)) != elf.DT_SONAME {
			continue
		}
		at := word(entries[size/2:])
		if at == 0 || at >= text.Size {
			return errForm
		}
		name, err := part(library, text.Offset+at-1, text.Size-at+1)
		if err != nil {
			return err
		}
		// A string table may have one string be the end of another: this one must not.
		if end := bytes.IndexByte(name[1:], 0); name[0] != 0 || end < len(origin) {
			return errForm
		}
		copy(name[1:], origin+"\x00")
		set(entries, uint32(elf.DT_RUNPATH))
		return nil
	}
	return errForm
}

func part(b []byte, from, size uint64) ([]byte, error) {
	if from > uint64(len(b)) || size > uint64(len(b))-from {
		return nil, errForm
	}
	return b[from : from+size], nil
}

// replace overwrites a name wherever it is a whole string.
func replace(library []byte, name, other string) {
	old := []byte("\x00" + name + "\x00")
	for rest := library; ; {
		i := bytes.Index(rest, old)
		if i < 0 {
			return
		}
		copy(rest[i+1:], other)
		rest = rest[i+len(name):]
	}
}
