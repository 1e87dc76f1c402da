package reencrypt

import (
	"errors"
	"io"
	"runtime"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/durable"
)

// Options say what [Run] does. HSM, Job, In, and Out and Rejects of a job that
// translates, are needed.
type Options struct {
	HSM *hsm.HSM
	Job Job

	In, Out, Rejects string // files; "-" is Stdin or Stdout, and no rejects
	Stdin            io.Reader
	InName           string // what the manifest calls Stdin; "" is "-"
	Stdout           io.Writer
	Kind             Kind // of In; zero: as the names of the files tell
	OutKind          Kind // of Out; zero: as its name tells, or as In
	Delimiter        byte // of CSV; zero is a comma
	Map              map[Role]string
	Compress         Compression // of Out; Rejects are compressed by their name

	MaxRejects Limit // when a run stops since too many rows are rejected

	Sample int  // so many rows, spread over the file; zero is all
	Resume bool // go on where a run to the same Out was interrupted
	Force  bool // replace what is there

	Batch      int           // rows of one call of the device; zero is 2048
	Checkpoint int           // rows from one checkpoint to the next; zero is 65536
	Workers    int           // calls at the same time; zero is 16, as many as a device has sessions
	Wait       time.Duration // how long a device that does not answer is waited for
	Timeout    time.Duration // after which a call counts as not answered; zero is five minutes

	AuditLog string // a file; "" is none
	Program  string // for the manifest
	Meter    *Meter // may be nil

	open    func(name string, flag int) (file, error) // for tests: nil is the file system's
	replace func(path string, content []byte) error   // writes checkpoints, as open
}

// Limits of what can be asked for.
const (
	MaxBatch  = 1 << 16
	MaxSample = 1 << 20
)

const (
	usualBatch      = 2048
	usualCheckpoint = 1 << 16
	usualWorkers    = 16
	usualTimeout    = 5 * time.Minute
)

// ErrOptions says that options contradict each other or are out of range. The
// error that wraps it says which.
var ErrOptions = errors.New("reencrypt: options")

// settled fills in what was left out.
func (o Options) settled() (Options, error) {
	o.Batch = orElse(o.Batch, usualBatch)
	o.Checkpoint = orElse(o.Checkpoint, usualCheckpoint)
	o.Workers = orElse(o.Workers, max(usualWorkers, runtime.GOMAXPROCS(0)))
	o.Timeout = orElse(o.Timeout, usualTimeout)
	if o.Meter == nil {
		o.Meter = &Meter{}
	}
	if o.open == nil {
		o.open = openFile
	}
	if o.replace == nil {
		o.replace = durable.Replace
	}
	if o.Job.Mode != Translate {
		o.Out = ""
	}
	if o.Sample > 0 && o.MaxRejects == (Limit{}) {
		o.MaxRejects = NoLimit() // its rows are few, and what became of them is the answer
	}
	var err error
	if o.Kind, o.OutKind, err = Kinds(o.In, o.Kind, o.Out, o.OutKind); err != nil {
		return o, err
	}
	return o, o.check()
}

func orElse[T int | time.Duration](v, usual T) T {
	if v == 0 {
		return usual
	}
	return v
}

func (o *Options) check() error {
	pipes := o.In == "-" || o.Out == "-"
	switch {
	case o.HSM == nil:
		return problemf("no device")
	case o.In == "":
		return problemf("no input is named")
	case o.Job.Mode == Translate && (o.Out == "" || o.Rejects == ""):
		return problemf("an output and a file for the rejects are needed")
	case o.Rejects == "-":
		return problemf("rejects go to a file")
	case o.Batch < 1 || o.Batch > MaxBatch:
		return problemf("a batch has 1 to %d rows", MaxBatch)
	case o.Checkpoint < 1 || o.Workers < 1 || o.Workers > 1024 || o.Wait < 0 || o.Timeout < 0:
		return problemf("a number is out of range")
	case o.Sample < 0 || o.Sample > MaxSample:
		return problemf("a sample has 1 to %d rows", MaxSample)
	case o.Resume && (pipes || o.Sample > 0 || o.Job.Mode != Translate):
		return problemf("what can be resumed is a whole translation from a file to a file")
	case o.Resume && o.Force:
		return problemf("to resume and to begin anew exclude each other")
	}
	return Files{In: o.In, Out: o.Out, Rejects: o.Rejects, AuditLog: o.AuditLog}.Apart()
}

// resumable reports whether the run keeps a checkpoint.
func (o *Options) resumable() bool {
	return o.Job.Mode == Translate && o.In != "-" && o.Out != "-" && o.Sample == 0
}
