package reencrypt

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pinion-hsm/pinion/internal/durable"
)

// openOutput opens the files that are written, and the checkpoint. It returns a
// manifest if the run that is to be resumed was finished.
func (r *run) openOutput() (*Manifest, error) {
	if m, err := r.before(); m != nil || err != nil {
		return m, err
	}
	if err := r.lock(); err != nil {
		r.leave()
		return nil, err
	}
	if m, err := r.before(); m != nil || err != nil { // now that nobody else is at it
		r.leave()
		return m, err
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
		if err := r.save(&r.point); err != nil {
			r.leave()
			return nil, err
		}
	}
	if !r.o.resumable() && r.files.checkpoint != "" {
		_ = os.Remove(r.files.checkpoint) // of a run that is replaced
	}
	if err := r.openSinks(flags); err != nil {
		if !old && r.o.resumable() {
			_ = os.Remove(r.files.checkpoint) // nothing was begun
		}
		r.leave()
		return nil, err
	}
	r.setFormats()
	if old {
		return nil, r.resume()
	}
	return nil, nil
}

func (r *run) openSinks(flags int) (err error) {
	if r.out, err = r.sink(r.files.outPartial, flags, r.o.Job.Mode == Translate); err != nil {
		return err
	}
	r.rejects, err = r.sink(r.files.rejectsPartial, flags, false)
	return err
}

// sink opens one output. A checkpoint is to find it, so its name is on the disk first.
func (r *run) sink(path string, flags int, stream bool) (*sink, error) {
	if path == "" {
		if stream {
			return newSink(nil, r.o.Stdout), nil
		}
		return newSink(nil, nil), nil
	}
	f, err := r.o.open(path, flags)
	if err == nil {
		err = durable.SyncDir(filepath.Dir(path))
	}
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
			return m, r.hold(m) // it was finished, and only the word of it got lost
		}
	}
	for _, path := range []string{r.files.out, r.files.rejects} {
		if exists(path) {
			return nil, fmt.Errorf("%w: %s", ErrExists, base(path))
		}
	}
	for _, path := range []string{r.files.outPartial, r.files.rejectsPartial} {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return nil, fmt.Errorf("%w: %s, and no checkpoint of it", ErrExists, base(path))
		}
	}
	return nil, nil
}

func list(names []string) string {
	return "different " + strings.Join(names, ", ")
}
