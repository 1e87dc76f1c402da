package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/testvectors"
)

func init() { register("vectors", newVectorsRun) }

func newVectorsRun(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "run [PATH...]",
		Short: "Try test vectors on this library, or on a device",
		Long: `Run tries every vector of the files and folders named, or of the files inside this
program if none is. A vector that fails is shown in full: it is test data. The last
line is "N passed, N failed"; if some were not run, the line before it says how
many and why.

With --device, everything that a device can do goes through the device. The
vectors' keys are put on it as session keys and removed after each vector. A clear
PIN in this process is allowed, since the PINs are in the files.

The exit code is 1 if a vector failed, and 2 if a file could not be read, which is
said after the other files were run.`,
		Example: `  pinion vectors run
  pinion vectors run --device softhsm:
  pinion vectors run --json testvectors/pvv.json`,
		Args: cobra.ArbitraryArgs,
	}
	var device deviceFlags
	var out output
	device.addURI(c)
	out.flag(c)
	c.RunE = func(c *cobra.Command, paths []string) error {
		o, closeDevice, err := device.vectorOptions(c.Context(), e)
		if err != nil {
			return err
		}
		defer closeDevice()
		run := runVectors(c.Context(), vectorFiles(paths), o)
		if c.Context().Err() != nil {
			return interrupted()
		}
		run.Device = deviceName(o.HSM)
		if err := out.write(e, run.text(), run); err != nil {
			return err
		}
		return run.verdict(e)
	}
	return c
}

// vectorOptions returns what to run vectors on: a device, if one is named with
// --device, under both policies that the vectors need.
func (d *deviceFlags) vectorOptions(ctx context.Context, e *env) (testvectors.Options, func(), error) {
	if d.uri == "" { // $PINION_DEVICE does not count: vectors are the library's unless asked
		return testvectors.Options{}, func() {}, nil
	}
	raw, err := d.openDevice(ctx, e)
	if err != nil {
		return testvectors.Options{}, nil, err
	}
	open := hsm.New(raw, hsm.AllowInProcess(), hsm.WithPolicy(hsm.PolicyOpen()))
	policed := hsm.New(raw, hsm.AllowInProcess())
	return testvectors.Options{HSM: open, Policed: policed}, func() { _ = raw.Close() }, nil
}

func deviceName(h *hsm.HSM) string {
	if h == nil {
		return ""
	}
	return h.Device()
}

// vectorRun is the outcome of some files, as --json prints it.
type vectorRun struct {
	Device string         `json:"device,omitempty"` // none: the library
	Passed int            `json:"passed"`
	Failed int            `json:"failed"`
	NotRun int            `json:"not_run"`
	Files  []vectorReport `json:"files"`
	Errors []string       `json:"errors,omitempty"` // files that could not be read
}

type vectorReport struct {
	File   string `json:"file"`
	Passed int    `json:"passed"`
	Failed int    `json:"failed"`
	NotRun int    `json:"not_run"`
	testvectors.Report
}

func runVectors(ctx context.Context, files []vectorFile, o testvectors.Options) *vectorRun {
	run := &vectorRun{Files: []vectorReport{}}
	for _, file := range files {
		f, err := file.load()
		if err != nil {
			run.Errors = append(run.Errors, plain(err))
			continue
		}
		r := testvectors.Run(ctx, f, o)
		v := vectorReport{file.name, r.Count(testvectors.Passed), r.Count(testvectors.Failed), r.Count(testvectors.NotRun), r}
		run.Passed += v.Passed
		run.Failed += v.Failed
		run.NotRun += v.NotRun
		run.Files = append(run.Files, v)
	}
	return run
}

// text returns the failures in full, and the sums.
func (run *vectorRun) text() string {
	var b strings.Builder
	reasons := map[string]int{}
	for _, f := range run.Files {
		for _, r := range f.Results {
			switch r.Outcome {
			case testvectors.Failed:
				fmt.Fprintf(&b, "FAILED %s %s (%s): %s\n", f.File, r.ID, r.Op, r.Detail)
				if r.Want != "" {
					fmt.Fprintf(&b, "  want %s\n", r.Want)
				}
				if r.Got != "" {
					fmt.Fprintf(&b, "  got  %s\n", r.Got)
				}
			case testvectors.NotRun:
				reasons[r.Detail]++
			}
		}
		fmt.Fprintf(&b, "%s: %d passed, %d failed", f.File, f.Passed, f.Failed)
		if f.NotRun > 0 {
			fmt.Fprintf(&b, ", %d not run", f.NotRun)
		}
		b.WriteString("\n")
	}
	if run.NotRun > 0 {
		b.WriteString(run.notRun(reasons))
	}
	fmt.Fprintf(&b, "%d passed, %d failed\n", run.Passed, run.Failed)
	return b.String()
}

// notRun returns the line about vectors that were not run.
func (run *vectorRun) notRun(reasons map[string]int) string {
	if run.Device != "" {
		return fmt.Sprintf("%d not run on this device\n", run.NotRun)
	}
	var why []string
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		why = append(why, fmt.Sprintf("%d (%s)", reasons[reason], reason))
	}
	return fmt.Sprintf("%d not run: %s\n", run.NotRun, strings.Join(why, ", "))
}

// verdict returns the error that the outcome is.
func (run *vectorRun) verdict(e *env) error {
	switch {
	case len(run.Errors) > 0:
		for _, text := range run.Errors[1:] {
			_ = report(e, errors.New(text))
		}
		return usage("%s", run.Errors[0])
	case run.Failed > 0:
		return answerNo()
	}
	return nil
}
