package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// pinion finds a subcommand and its flags. "…" stands for what the reader knows.
func (c *commandReader) pinion(words []string) {
	c.read++
	said := strings.Join(words, " ")
	at, rest, err := c.root.Find(words)
	require.NoError(c, err, "%s: pinion %s", c.page, said)
	if at.Name() == "help" {
		for at = c.root; len(rest) > 0; rest = rest[1:] {
			at = child(at, rest[0])
			require.NotNil(c, at, "%s: pinion %s", c.page, said)
		}
	}
	for i, w := range rest {
		name, isFlag := strings.CutPrefix(w, "--")
		name, _, _ = strings.Cut(name, "=")
		switch {
		case isFlag:
			require.True(c, hasFlag(at, name), "%s: pinion %s: no flag --%s", c.page, said, name)
		case w == "…" || !at.HasSubCommands():
		default:
			require.Fail(c, "no such command", "%s: pinion %s: %s", c.page, said, rest[i])
		}
	}
}

// hasFlag reports whether a command has a flag, or one of those below it.
func hasFlag(at *cobra.Command, name string) bool {
	at.InitDefaultHelpFlag()
	for _, flags := range []*pflag.FlagSet{at.Flags(), at.InheritedFlags()} {
		if flags.Lookup(name) != nil {
			return true
		}
	}
	for _, c := range at.Commands() {
		if hasFlag(c, name) {
			return true
		}
	}
	return false
}
