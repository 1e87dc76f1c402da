package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/testvectors"
)

func init() { register("vectors", newVectorsLint) }

func newVectorsLint(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Say what is wrong with files of test vectors, without running them",
		Long: `Lint reads files of vectors as documents: their schema, counts, ids, operations,
inputs and reasons. It prints each problem with its file, and exits with 1 if there
is any. Without a path it looks at the files inside this program.`,
		Example: `  pinion vectors lint
  pinion vectors lint vectors/mine.json`,
		Args: cobra.ArbitraryArgs,
	}
	var out output
	out.flag(c)
	c.RunE = func(_ *cobra.Command, paths []string) error {
		l := vectorLint{Problems: []vectorProblem{}}
		var broken error
		for _, file := range vectorFiles(paths) {
			data, err := file.read()
			if err != nil {
				if broken != nil {
					_ = report(e, broken)
				}
				broken = cannotRead(file.name, err)
				continue
			}
			l.add(file.name, testvectors.LintData(data))
		}
		if err := out.write(e, l.text(), l); err != nil {
			return err
		}
		if broken == nil && len(l.Problems) > 0 {
			return answerNo()
		}
		return broken
	}
	return c
}

// vectorLint is what lint found, as --json prints it.
type vectorLint struct {
	Files    int             `json:"files"`
	Problems []vectorProblem `json:"problems"`
}

type vectorProblem struct {
	File string `json:"file"`
	ID   string `json:"id,omitempty"`
	Text string `json:"text"`
}

func (l *vectorLint) add(file string, ps []testvectors.Problem) {
	l.Files++
	for _, p := range ps {
		l.Problems = append(l.Problems, vectorProblem{file, p.ID, p.Text})
	}
}

func (l *vectorLint) text() string {
	var b strings.Builder
	for _, p := range l.Problems {
		fmt.Fprintf(&b, "%s: %s\n", p.File, testvectors.Problem{ID: p.ID, Text: p.Text})
	}
	fmt.Fprintf(&b, "%d files, %d problems\n", l.Files, len(l.Problems))
	return b.String()
}
