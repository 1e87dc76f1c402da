package reencrypt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/internal/flock"
)

// paths are the files of a run.
type paths struct {
	out, outPartial         string
	rejects, rejectsPartial string
	checkpoint, manifest    string
}

func pathsOf(o *Options) (p paths) {
	if o.Rejects != "" {
		p.rejects, p.rejectsPartial = o.Rejects, o.Rejects+".partial"
	}
	if o.Out != "" && o.Out != "-" {
		p.out, p.outPartial = o.Out, o.Out+".partial"
		p.checkpoint, p.manifest = CheckpointOf(o.Out), ManifestOf(o.Out)
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

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

func exists(path string) bool {
	if path == "" {
		return false
	}
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// openOutput opens the files that are written, and the checkpoint. It returns a
// manifest if the run that is to be resumed was finished.
func (r *run) openOutput() (*Manifest, error) {
	if m, err := r.before(); m != nil || err != nil {
		return m, err
	}
	if r.files.out != "" {
		if err := r.lock(); err != nil {
			return nil, err
		}
		if m, err := r.before(); m != nil || err != nil { // now that nobody else is at it
			r.leave()
			return m, err
		}
	}
	old := r.point.State.Begun || r.point.Manifest != nil
	flags := os.O_RDWR | os.O_CREATE
	if !old {
		flags |= os.O_TRUNC
	}
	if r.point.Manifest != nil {
		return nil, nil // only names are left to be given
	}
	if r.o.resumable() && !old {
		// First, so that whoever finds the files finds out what they are.
		if err := r.point.save(r.files.checkpoint); err != nil {
			r.leave()
			return nil, err
		}
	}
	if !r.o.resumable() && r.files.checkpoint != "" {
		_ = os.Remove(r.files.checkpoint) // of a run that is replaced
	}
	var err error
	if r.out, err = r.sink(r.files.outPartial, flags, r.o.Job.Mode == Translate); err != nil {
		return nil, err
	}
	if r.rejects, err = r.sink(r.files.rejectsPartial, flags, false); err != nil {
		return nil, err
	}
	r.setFormats()
	if old {
		return nil, r.resume()
	}
	return nil, nil
}

// sink opens one output.
func (r *run) sink(path string, flags int, stream bool) (*sink, error) {
	if path == "" {
		if stream {
			return newSink(nil, r.o.Stdout), nil
		}
		return newSink(nil, nil), nil
	}
	f, err := r.o.open(path, flags)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return newSink(f, nil), nil
}

// setFormats tells the converter how the outputs are written.
func (r *run) setFormats() {
	kind, pack := r.conv.rejects, None
	if r.o.Rejects != "" {
		pack = CompressionOf(r.o.Rejects)
		if named, err := KindOf(r.o.Rejects); err == nil {
			kind = named
		}
	}
	r.conv = r.conv.WriteAs(r.o.Compress, kind, pack)
}

// before looks at what is there, and loads the checkpoint if the run is resumed.
func (r *run) before() (*Manifest, error) {
	c, err := loadCheckpoint(r.files.checkpoint)
	switch {
	case r.o.Force:
		return nil, nil
	case err != nil:
		return nil, err
	case c != nil && !r.o.Resume:
		return nil, ErrBegun
	case c != nil:
		if other := c.Params.differences(r.point.Params); len(other) > 0 {
			return nil, fmt.Errorf("%w: %s", ErrOther, list(other))
		}
		c.Resumed++
		r.point = *c
		return nil, nil
	}
	if r.o.Resume && exists(r.files.out) {
		if m, err := loadManifest(r.files.manifest); err == nil && m.Run == r.point.Params.id() {
			return m, nil // it was finished, and only the word of it got lost
		}
	}
	for _, path := range []string{r.files.out, r.files.rejects} {
		if exists(path) {
			return nil, fmt.Errorf("%w: %s", ErrExists, base(path))
		}
	}
	if info, err := os.Stat(r.files.outPartial); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("%w: %s, and no checkpoint of it", ErrExists, base(r.files.outPartial))
	}
	return nil, nil
}

func list(names []string) string {
	return "different " + strings.Join(names, ", ")
}

// lock keeps other runs from the output as long as this process lives.
func (r *run) lock() error {
	// Nobody's run is waited for, but a process that just ended may have left a child
	// that has the lock for another moment.
	moment, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	unlock, err := flock.Lock(moment, r.files.outPartial)
	switch {
	case err == nil:
		r.unlock = unlock
	case errors.Is(err, context.DeadlineExceeded):
		return ErrBusy
	case !errors.Is(err, errors.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return nil
}

// leave removes the file that the lock made, if there is nothing in it.
func (r *run) leave() {
	if info, err := os.Stat(r.files.outPartial); err == nil && info.Size() == 0 && !exists(r.files.checkpoint) {
		_ = os.Remove(r.files.outPartial)
	}
}

// discard removes what a run wrote that nobody can go on with.
func (r *run) discard() {
	for _, s := range []*sink{r.out, r.rejects} {
		if s != nil {
			_ = s.close()
		}
	}
	for _, path := range []string{r.files.outPartial, r.files.rejectsPartial} {
		if path != "" {
			_ = os.Remove(path)
		}
	}
}
