package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// builder makes one command for an env.
type builder func(e *env) *cobra.Command

// commands holds the builders of the commands below each parent. The parent is
// named as it is typed, without "pinion": "" is the root, "lab" is lab.
var commands = map[string][]builder{}

// register adds a command below a parent. Each command's own file calls it from
// init, so that a new command is a new file and nothing else.
func register(parent string, b builder) { commands[parent] = append(commands[parent], b) }

// newRoot builds the whole tree.
func newRoot(e *env) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "pinion",
		Short: "PIN blocks, PIN verification and the HSMs behind them",
		Long: `pinion makes, opens, translates and verifies PIN blocks.

Under "pin" and "device", keys stay in an HSM and no PIN is ever in the clear.
Under "lab", everything is: it is for test data, and for finding out why a block
does not decode.`,
		Example: `  pinion lab encode --format iso-0 --pin 1234 --pan 5432101234567891
  pinion lab diagnose --block BA2ADC4EBA48F711 --key 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891
  pinion help formats`,
	})
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	attach(root, "", e)
	root.InitDefaultCompletionCmd()
	group(child(root, "completion")) // alone it has no fault to find with a shell it does not know
	return root
}

// attach adds the registered commands below parent, and theirs.
func attach(parent *cobra.Command, path string, e *env) {
	for _, build := range commands[path] {
		c := build(e)
		attach(c, strings.TrimPrefix(path+" "+c.Name(), " "), e)
		parent.AddCommand(c)
	}
}

// group completes a command that only holds others: alone it prints its help,
// and a name it does not have is an error with the nearest names as a hint.
func group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return unknownCommand(c, args[0])
	}
	return c
}

func unknownCommand(c *cobra.Command, name string) error {
	c.SuggestionsMinimumDistance = 2
	hint := "'" + c.CommandPath() + " --help' lists the commands"
	if s := c.SuggestionsFor(name); len(s) > 0 {
		slices.SortStableFunc(s, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
		hint = "did you mean '" + c.CommandPath() + " " + strings.Join(s, "' or '") + "'?"
	}
	return usage("%s has no command %q", c.CommandPath(), word(name)).withHint("%s", hint)
}

// noArgs refuses arguments that are not flags. It does not quote them: a stray
// argument is often the second half of a value.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage("%s takes flags only, and there is something that belongs to no flag", c.CommandPath()).
		withHint("a value with spaces needs quotes; see '%s --help'", c.CommandPath())
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, e *env) int {
	root := newRoot(e)
	root.SetArgs(args)
	out := &written{w: e.stdout}
	root.SetOut(out)
	err := out.err(root.ExecuteContext(ctx))
	if ctx.Err() != nil {
		err = afterInterrupt(err)
	}
	return report(e, err)
}
