package reencrypt

import (
	"errors"
	"fmt"
)

// Errors of [Run] beside those of the device, of the file system and of the
// other variables of this package.
var (
	ErrExists     = errors.New("reencrypt: there is a file already")
	ErrBegun      = errors.New("reencrypt: a run to this output was begun already")
	ErrBusy       = errors.New("reencrypt: another run to this output is at work")
	ErrOther      = errors.New("reencrypt: the run that was begun is another one")
	ErrChanged    = errors.New("reencrypt: a file is not as it was")
	ErrCheckpoint = errors.New("reencrypt: the checkpoint cannot be read")
	ErrInput      = errors.New("reencrypt: the input cannot be read")
	ErrWrite      = errors.New("reencrypt: the output cannot be written")
	ErrAudit      = errors.New("reencrypt: the audit log cannot be continued")
)

// problemf returns an error about the options.
func problemf(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, a...))
}

// Stopped is what a run ends with that began to work and did not finish.
type Stopped struct {
	Rows      int64 // how many are done
	Resumable bool  // a checkpoint was kept: see Options.Resume
	Err       error // why
}

// Error says why.
func (s *Stopped) Error() string { return s.Err.Error() }

// Unwrap returns why.
func (s *Stopped) Unwrap() error { return s.Err }
