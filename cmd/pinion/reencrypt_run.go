package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// softMemory is what the collector keeps to: what lives is some tens of megabytes,
// and files may be as long as they like.
const softMemory = 96 << 20

func (r *reencryptFlags) run(c *cobra.Command, e *env) error {
	o, err := r.options(e)
	if err != nil {
		return err
	}
	ignoreFileSize()
	if os.Getenv("GOMEMLIMIT") == "" { // as the runtime has read it
		debug.SetMemoryLimit(softMemory)
		debug.SetGCPercent(50)
	}
	closeTable, err := r.table.stream(c.Context(), r, e.tellReencrypt, &o)
	if err != nil {
		return err
	}
	defer closeTable()
	h, err := r.device.open(c.Context(), e)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	o.HSM, o.Meter = h, &reencrypt.Meter{}
	end := showProgress(e, o.Meter, r.tick)
	m, err := reencrypt.Run(c.Context(), o)
	end()
	if err != nil {
		return reencryptProblem(err)
	}
	return r.answer(e, m)
}

// options reads the flags.
func (r *reencryptFlags) options(e *env) (o reencrypt.Options, err error) {
	if err := r.table.check(r); err != nil {
		return o, err
	}
	if o.Job, err = r.job(); err != nil {
		return o, err
	}
	o.In, o.Out, o.Rejects, o.Stdin, o.Stdout = r.in, r.out, r.rejects, e.stdin, e.stdout
	o.Sample, o.Resume, o.Force = r.sample, r.resume, r.force
	o.Batch, o.Checkpoint, o.Workers, o.Wait, o.Timeout = r.batch, r.checkpoint, r.workers, r.wait, r.timeout
	o.AuditLog, o.Program = r.auditLog, "pinion "+buildVersion().Version
	switch {
	case r.in == "" && r.table.name == "":
		return o, usage("--in is missing").withHint("it is the file of rows; - is standard input")
	case o.Job.Mode != reencrypt.Translate && r.out != "":
		o.Out = "" // so that a command can be tried as it is
	case o.Job.Mode == reencrypt.Translate && r.out == "":
		return o, usage("--out is missing").withHint("it is the file for the translated rows; - is standard output")
	case o.Job.Mode == reencrypt.Translate && r.rejects == "":
		return o, usage("--rejects is missing").withHint("it is the file for the rows that cannot be translated")
	}
	if r.records != "" {
		if o.Kind, err = reencrypt.ParseKind(r.records); err != nil {
			return o, usage("--records: want csv or ndjson")
		}
	}
	if r.outRecords != "" {
		if o.OutKind, err = reencrypt.ParseKind(r.outRecords); err != nil {
			return o, usage("--out-records: want csv or ndjson")
		}
	}
	if o.MaxRejects, err = reencrypt.ParseLimit(r.maxRejects); err != nil {
		return o, usage("--max-rejects: want a number of rows like 500, a share of them like 2%%, or none")
	}
	o.Compress = reencrypt.CompressionOf(o.Out)
	if r.compress != "" {
		if o.Compress, err = reencrypt.ParseCompression(r.compress); err != nil {
			return o, usage("--compress: want none, gzip or zstd")
		}
	}
	switch {
	case strings.EqualFold(r.delimiter, "tab"):
		o.Delimiter = '\t'
	case len(r.delimiter) == 1:
		o.Delimiter = r.delimiter[0]
	default:
		return o, usage("--delimiter: want one character, or tab")
	}
	o.Map, err = r.mapped()
	return o, err
}

// job reads what is to be done with each row.
func (r *reencryptFlags) job() (j reencrypt.Job, err error) {
	switch {
	case r.check && r.dryRun:
		return j, usage("--check and --dry-run exclude each other")
	case r.check:
		j.Mode = reencrypt.Check
	case r.dryRun:
		j.Mode = reencrypt.DryRun
	}
	if j.From, err = r.from.get(); err != nil {
		return j, err
	}
	j.ToChipCard = r.toChipCard
	if j.Mode == reencrypt.Check && r.to.key == "" && r.to.format == "" {
		return j, nil
	}
	j.To, err = r.to.get()
	return j, err
}

// mapped reads --map.
func (r *reencryptFlags) mapped() (map[reencrypt.Role]string, error) {
	names := map[reencrypt.Role]string{}
	for _, text := range r.columns {
		role, name, ok := strings.Cut(text, "=")
		if !ok || name == "" || !slices.Contains(reencrypt.Roles(), reencrypt.Role(role)) {
			return nil, usage("--map: want ROLE=COLUMN").withHint("like --map pan=account; roles are pan, block, ksn, to_ksn and id")
		}
		if _, twice := names[reencrypt.Role(role)]; twice {
			return nil, usage("--map: %s is there twice", role)
		}
		names[reencrypt.Role(role)] = name
	}
	return names, nil
}

// answer says what was done.
func (r *reencryptFlags) answer(e *env, m *reencrypt.Manifest) error {
	if r.out == "-" && m.Output != nil {
		e = &env{stdout: e.stderr} // the rows are on standard output
	}
	if err := r.write(e, r.manifestText(m), m); err != nil {
		return err
	}
	if r.out != "-" && m.Output != nil && r.auditLog == "" {
		_, _ = io.WriteString(e.stderr, "reencrypt: the manifest is in no audit log: with --audit-log FILE its hash is kept in a chain\n")
	}
	if m.Rejected > 0 {
		return answerNo()
	}
	return nil
}

func (r *reencryptFlags) manifestText(m *reencrypt.Manifest) string {
	var b strings.Builder
	done := map[string]string{"translate": "translated", "check": "opened", "dry-run": "well-formed"}[m.Mode]
	fmt.Fprintf(&b, "%d rows: %d %s, %d rejected\n", m.Rows, m.Translated, done, m.Rejected)
	if m.SampledFrom > 0 {
		fmt.Fprintf(&b, "a sample of %d rows\n", m.SampledFrom)
	}
	for _, reason := range slices.Sorted(maps.Keys(m.Reasons)) {
		fmt.Fprintf(&b, "  %d %s: %s\n", m.Reasons[reason], reason, reason.Text())
	}
	for _, f := range []*reencrypt.FileHash{m.Output, m.Rejects} {
		if f != nil {
			fmt.Fprintf(&b, "%s sha256 %s\n", f.Name, f.SHA256)
		}
	}
	if sum, err := m.SHA256(); err == nil && m.Output != nil && r.out != "-" {
		fmt.Fprintf(&b, "%s sha256 %s\n", reencrypt.ManifestOf(m.Output.Name), sum)
	}
	return b.String()
}

// reencryptProblem says what to do about an error.
func reencryptProblem(err error) error {
	p := about("", err)
	p.what = plain(err)
	if errors.Is(err, context.Canceled) {
		p.what = "interrupted"
	}
	for _, h := range []struct {
		err  error
		hint string
	}{
		{reencrypt.ErrExists, "--force replaces it"},
		{reencrypt.ErrBegun, "--resume goes on with it, --force begins anew"},
		{reencrypt.ErrBusy, "wait for it to end"},
		{reencrypt.ErrOther, "resume with the command line and the input it was begun with, or begin anew with --force"},
		{reencrypt.ErrChanged, "put it back as it was and --resume, or begin anew with --force"},
		{reencrypt.ErrCheckpoint, "begin anew with --force"},
		{reencrypt.ErrKind, "give --records csv or --records ndjson"},
	} {
		if errors.Is(err, h.err) {
			return p.withHint("%s", h.hint)
		}
	}
	if column := (*reencrypt.ColumnError)(nil); errors.As(err, &column) {
		return p.withHint("--map %s=COLUMN says what its column is called", column.Role)
	}
	var stopped *reencrypt.Stopped
	if !errors.As(err, &stopped) {
		return err
	}
	p.what = fmt.Sprintf("stopped after %d rows: %s", stopped.Rows, p.what)
	p.hint = ""
	if errors.Is(err, reencrypt.ErrRejects) {
		// Not exitNo, which is a run that was done to its end.
		p.code, p.hint = exitUsage, "look at the key and the format; if so many may be rejected, --max-rejects none"
	}
	if h := hintOf(stopped.Err); h != "" && !errors.Is(err, hsm.ErrUnavailable) {
		p.hint = h
	}
	if stopped.Resumable {
		p.hint = strings.TrimPrefix(p.hint+"; "+howToGoOn(err), "; ")
	}
	if errors.Is(err, context.Canceled) {
		p.code = exitInterrupted
	}
	return p
}

// howToGoOn says what to do after a run that can be resumed, with the same input.
func howToGoOn(err error) string {
	switch {
	case errors.Is(err, reencrypt.ErrRows):
		return "--force begins anew, with an input that was put right"
	case errors.Is(err, reencrypt.ErrInput):
		return "--force begins anew, with an input that was put right; if this one can be read after all, the same command with --resume goes on from there"
	}
	return "the same command with --resume goes on from there"
}
