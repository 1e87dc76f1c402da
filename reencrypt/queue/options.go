package queue

import (
	"fmt"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// Options say what [Submit] does. URL, HSM, Job and In or Table are needed, and Out and
// Rejects of a job that translates. The job is no dry run: that needs no workers.
type Options struct {
	URL string
	HSM *hsm.HSM // asked for keys, policy and exposure, and given no block of a row
	Job reencrypt.Job

	In, Out, Rejects string         // files
	Table            *Table         // instead of In
	Kind             reencrypt.Kind // of In; zero: as the names of the files tell
	OutKind          reencrypt.Kind // of Out; zero: as its name tells, or as In
	Delimiter        byte           // of CSV; zero is a comma
	Map              map[reencrypt.Role]string
	Compress         reencrypt.Compression // of Out; Rejects are compressed by their name

	MaxRejects reencrypt.Limit // when the run stops since too many rows are rejected

	Sample int           // so many rows, spread over the input; zero is all
	Batch  int           // rows of a chunk, which is a job and a call of the device; zero is 4096
	Ahead  int           // chunks in the database at most; zero is 1024
	Rescue time.Duration // after which a chunk of a lost worker is given to another; zero is a minute
	Wait   time.Duration // how long a database that does not answer is waited for
	Resume bool          // go on with the run that the same options began
	Force  bool          // replace what is there, and runs that were to write the same files
	Keep   bool          // leave everything in the database when the run is done

	AuditLog string           // a file; "" is none
	Program  string           // for the manifest
	Began    func(run string) // is told the name of the run; may be nil
	Note     func(string)     // is told what happens; may be nil
	Meter    *Meter           // may be nil
}

const (
	usualBatch = 4096
	usualAhead = 1024
	insertions = 16 // chunks of one transaction
)

// MinAhead is how many chunks may be in the database at least, and MaxWorkers how many a
// worker may have in hand.
const (
	MinAhead   = 2 * insertions
	MaxWorkers = 1024
)

// settled fills in what was left out.
func (o Options) settled() (Options, error) {
	if o.Batch == 0 {
		o.Batch = usualBatch
	}
	if o.Ahead == 0 {
		o.Ahead = usualAhead
	}
	if o.Rescue == 0 {
		o.Rescue = usualRescue
	}
	if o.Meter == nil {
		o.Meter = &Meter{}
	}
	if o.Began == nil {
		o.Began = func(string) {}
	}
	if o.Note == nil {
		o.Note = func(string) {}
	}
	if o.Job.Mode != reencrypt.Translate {
		o.Out = ""
	}
	if o.Table != nil && o.Kind == 0 {
		o.Kind = reencrypt.CSV // that is how it is read
	}
	if o.Sample > 0 && o.MaxRejects == (reencrypt.Limit{}) {
		o.MaxRejects = reencrypt.NoLimit() // as of reencrypt.Run
	}
	var err error
	if o.Kind, o.OutKind, err = reencrypt.Kinds(o.In, o.Kind, o.Out, o.OutKind); err != nil {
		return o, err
	}
	return o, o.check()
}

// partials returns what the files that are written are called until all is done.
func (o *Options) partials() (list []string) {
	for _, path := range []string{o.Out, o.Rejects} {
		if path != "" {
			list = append(list, path+".partial")
		}
	}
	return list
}

func (o *Options) check() error {
	switch {
	case o.HSM == nil:
		return problemf("no device")
	case o.Job.Mode == reencrypt.DryRun:
		return problemf("a dry run needs no queue")
	case (o.In == "") == (o.Table == nil):
		return problemf("an input is needed: a file or a table")
	case o.Job.Mode == reencrypt.Translate && (o.Out == "" || o.Rejects == ""):
		return problemf("an output and a file for the rejects are needed")
	case o.In == "-" || o.Out == "-" || o.Rejects == "-":
		return problemf("input, output and rejects are files")
	case o.Batch < 1 || o.Batch > reencrypt.MaxBatch:
		return problemf("a batch has 1 to %d rows", reencrypt.MaxBatch)
	case o.Ahead < MinAhead:
		return problemf("at least %d chunks may be in the database", MinAhead)
	case o.Rescue < time.Second:
		return problemf("a chunk is rescued after a second or more")
	case o.Wait < 0:
		return problemf("how long a database is waited for is not negative")
	case o.Sample < 0 || o.Sample > reencrypt.MaxSample:
		return problemf("a sample has 1 to %d rows", reencrypt.MaxSample)
	case o.Resume && o.Force:
		return problemf("to resume and to begin anew exclude each other")
	}
	return reencrypt.Files{In: o.In, Out: o.Out, Rejects: o.Rejects, AuditLog: o.AuditLog}.Apart()
}

func problemf(format string, a ...any) error {
	return fmt.Errorf("%w: %s", reencrypt.ErrOptions, fmt.Sprintf(format, a...))
}
