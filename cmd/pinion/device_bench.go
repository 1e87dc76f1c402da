package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func init() { register("device", newDeviceBench) }

// mostSessions is the most that can be asked for.
const mostSessions = 1024

func newDeviceBench(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure one device: how many PIN blocks a second, with how many sessions",
		Long: `Bench measures PIN operations on a device, with 1, 2, 4 and 8 sessions at work at
the same time: blocks a second, how long a call takes (p50 and p99, so half and
99 of 100 calls take no longer), and how that compares with the first number of
sessions.

It works with random keys, PINs and accounts of its own. The keys are ephemeral:
they are removed at the end, and gone if the program is killed. Keys that are on
the device are not touched. Every answer is checked once.

An operation that would bring a clear PIN into this program is left out unless
that is allowed: by --allow-in-process, or by the device itself (soft:, softhsm:,
nss:). So is one that the device does not have. Both are said.

The numbers are of this machine, now, with whatever else it does.`,
		Example: `  pinion device bench --device nss:
  pinion device bench --device softhsm: --seconds 0.2 --sessions 1,8 --json`,
		Args: noArgs,
	}
	var device deviceFlags
	var out output
	var seconds, sessions string
	device.add(c)
	c.Flags().StringVar(&seconds, "seconds", "1", "how long each line is measured")
	c.Flags().StringVar(&sessions, "sessions", "1,2,4,8", "numbers of sessions to measure with")
	out.flag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		opts, err := device.options()
		if err != nil {
			return err
		}
		s, err := strconv.ParseFloat(seconds, 64)
		if err != nil || !(s > 0 && s <= 3600) {
			return usage("--seconds: want a number of seconds, like 1 or 0.2")
		}
		counts, err := parseSessions(sessions)
		if err != nil {
			return err
		}
		device.sessions = slices.Max(counts)
		raw, err := device.openDevice(c.Context(), e)
		if err != nil {
			return err
		}
		defer func() { _ = raw.Close() }()
		const most = 10 // lines for each number of sessions
		if about := time.Duration(s * 1.1 * most * float64(len(counts)) * float64(time.Second)); about > 5*time.Second {
			_, _ = fmt.Fprintf(e.stderr, "this takes about %v; --seconds says how long for each line\n", about.Round(time.Second))
		}
		r, err := bench(c.Context(), raw, opts, time.Duration(s*float64(time.Second)), counts)
		if err != nil {
			return err
		}
		return out.write(e, r.text(), r)
	}
	return c
}

// parseSessions reads numbers of sessions, with commas between them.
func parseSessions(text string) ([]int, error) {
	var counts []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > mostSessions {
			return nil, usage("--sessions: want numbers from 1 to %d with commas between them, like 1,2,4,8", mostSessions)
		}
		counts = append(counts, n)
	}
	return counts, nil
}

// benchReport is what bench measured, as --json prints it.
type benchReport struct {
	Device  string      `json:"device"`
	Library string      `json:"library,omitempty"`
	Machine string      `json:"machine"`
	CPUs    int         `json:"cpus"`
	Seconds float64     `json:"seconds"` // for each row
	Rows    []benchRow  `json:"rows"`
	LeftOut []benchGone `json:"left_out"`
}

type benchRow struct {
	Operation string  `json:"operation"`
	Exposure  string  `json:"exposure"`
	Blocks    int     `json:"blocks_per_call"` // 1 is one by one
	Sessions  int     `json:"sessions"`
	Rate      float64 `json:"blocks_per_second"`
	P50       float64 `json:"p50_us"` // of a call
	P99       float64 `json:"p99_us"`
	Ratio     float64 `json:"ratio"` // to the first number of sessions
}

// benchGone is an operation that was left out.
type benchGone struct {
	Operation string `json:"operation"`
	Why       string `json:"why"`
}

// bench measures every operation.
func bench(ctx context.Context, raw hsm.Device, opts []hsm.Option, each time.Duration, sessions []int) (_ *benchReport, err error) {
	r := &benchReport{Device: raw.Name(), Machine: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		Seconds: each.Seconds(), Rows: []benchRow{}, LeftOut: []benchGone{}}
	if l, ok := raw.(interface {
		Library(context.Context) (pkcs11.Library, error)
	}); ok {
		library, err := l.Library(ctx)
		if err != nil {
			return nil, err
		}
		r.Library = fmt.Sprintf("%s %s (%s)", library.Description, library.Version, library.Manufacturer)
	}
	w, err := newWorkload(ctx, hsm.New(raw, opts...))
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := w.remove(context.WithoutCancel(ctx)); err == nil {
			err = e
		}
	}()
	for _, job := range w.jobs() {
		if err := r.measure(ctx, w, raw, job, each, sessions); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// measure measures one operation with every number of sessions, or says why not.
func (r *benchReport) measure(ctx context.Context, w *workload, raw hsm.Device, j benchJob, each time.Duration, sessions []int) error {
	why, err := w.leaveOut(ctx, j)
	if err != nil {
		return err
	}
	if why != "" {
		r.LeftOut = append(r.LeftOut, benchGone{j.name, why})
		return nil
	}
	exposure := w.exposure(raw, j).String()
	calls := []call{j.single}
	sizes := []int{1}
	if j.batch != nil {
		size := w.batchSize(ctx, j, each)
		calls, sizes = append(calls, j.batch(size)), append(sizes, size)
	}
	for i, f := range calls {
		var first float64
		for _, n := range sessions {
			s, err := sample(ctx, f, n, each)
			if err != nil {
				return err
			}
			row := benchRow{Operation: j.name, Exposure: exposure, Blocks: sizes[i], Sessions: n,
				Rate: round(s.rate * float64(sizes[i])), P50: micros(s.p50), P99: micros(s.p99)}
			if first == 0 {
				first = row.Rate
			}
			row.Ratio = round(row.Rate / first)
			r.Rows = append(r.Rows, row)
		}
	}
	return nil
}
