package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// runsFlags ask for the runs of a database, or have some removed.
type runsFlags struct {
	list   bool
	forget []string
	idle   time.Duration
}

const runsHelp = `

A RUN stays in the database, with the rows that were not fetched, until it is done or
forgotten. --runs lists the runs there are: their names, how many rows are written, the
labels of their keys, and what has become of them. One is at work, left (its command with
--in was lost, and can go on with --resume), stopped (by too many rejects; --resume goes on
with it too, and workers leave it until then), or finished and kept by --keep. --forget RUN
removes one for good, and --forget-idle all whose command with --in was not there for so
long; each with its rows, results and jobs, and no file is touched. One that is at work is
left as it is; a command that was killed counts as at work for 30 seconds. --force removes
what it replaces: the run of the same command, and any other that was to write the same
--out in the same folder. That is told by OUT.run (REJECTS.run of a --check), which is there
as long as the run is.`

func (f *runsFlags) add(c *cobra.Command) {
	fs := c.Flags()
	fs.BoolVar(&f.list, "runs", false, "with --queue: list the runs that are in the database")
	fs.StringArrayVar(&f.forget, "forget", nil, "with --queue: remove the run of this `name` for good; repeat for more")
	fs.DurationVar(&f.idle, "forget-idle", 0, "with --queue: remove all runs whose command with --in was not there for so long, like 24h")
	c.Long += runsHelp
	c.Example += `
  pinion reencrypt --queue 'postgres://db.example/pinion?sslmode=verify-full' --runs
  pinion reencrypt --queue 'postgres://db.example/pinion?sslmode=verify-full' --forget-idle 24h`
}

// flagsOfRuns are those that go together with one of runsFlags.
var flagsOfRuns = []string{"queue", "wait", "json"}

// asked reports whether a command is about the runs, and holds it to be about nothing
// else.
func (f *runsFlags) asked(c *cobra.Command) (bool, error) {
	var mine []string
	for _, name := range []string{"runs", "forget", "forget-idle"} {
		if c.Flags().Changed(name) {
			mine = append(mine, name)
		}
	}
	if len(mine) == 0 {
		return false, nil
	}
	if other := otherThan(c, append(flagsOfRuns, mine[0])); other != "" {
		return true, usage("--%s and --%s exclude each other", mine[0], other)
	}
	return true, nil
}

// do lists runs or forgets them.
func (f *runsFlags) do(c *cobra.Command, e *env, r *reencryptFlags, url string) error {
	switch {
	case f.list:
		runs, err := queue.List(c.Context(), url, r.wait)
		if err != nil {
			return runsProblem(err)
		}
		return r.write(e, runsText(runs), map[string]any{"runs": append([]queue.Run{}, runs...)})
	case len(f.forget) > 0:
		if err := queue.Forget(c.Context(), url, r.wait, f.forget...); err != nil {
			return runsProblem(err)
		}
		return r.write(e, forgotten(f.forget), map[string]any{"forgotten": f.forget})
	}
	runs, err := queue.ForgetIdle(c.Context(), url, r.wait, f.idle)
	if err != nil {
		return runsProblem(err)
	}
	return r.write(e, forgotten(runs), map[string]any{"forgotten": append([]string{}, runs...)})
}

func runsText(runs []queue.Run) string {
	if len(runs) == 0 {
		return "no runs"
	}
	var b strings.Builder
	for _, r := range runs {
		fmt.Fprintf(&b, "%s  %s, begun %s, last there %s\n", r.ID, r.State, stamp(r.Begun), stamp(r.Seen))
		what := fmt.Sprintf("%s %s to %s %s", r.From, r.FromFormat, r.To, r.ToFormat)
		if r.To == "" {
			what = r.From + " " + r.FromFormat
		}
		if r.Out != "" {
			what += ", to the file " + r.Out
		}
		fmt.Fprintf(&b, "  %s %s\n", r.Mode, printable(what))
		fmt.Fprintf(&b, "  %d rows so far, %d rejected; in the database %d chunks to be done and %d results\n", r.Rows, r.Rejected, r.Chunks, r.Results)
	}
	return b.String()
}

func forgotten(runs []string) string {
	if len(runs) == 0 {
		return "no runs were forgotten"
	}
	return "forgotten: " + strings.Join(runs, ", ")
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// otherThan returns a flag that was given and is not in a list; "" is none.
func otherThan(c *cobra.Command, list []string) (name string) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(list, f.Name) && c.InheritedFlags().Lookup(f.Name) == nil {
			name = f.Name
		}
	})
	return name
}

// printable returns text of the database so that it does nothing to a terminal.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return '?'
	}, text)
}
