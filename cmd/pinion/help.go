package main

import "github.com/spf13/cobra"

// newHelp returns the help command. Unlike cobra's own it fails when there is
// nothing of that name, so that a script notices.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command or topic]",
		Short: "Help about any command or topic",
		Long: `Help prints the help of a command, or of a topic:

  pinion help formats       the PIN block formats and their names
  pinion help exit-codes    what the exit codes mean`,
		Example: `  pinion help lab diagnose
  pinion help exit-codes`,
		RunE: func(c *cobra.Command, args []string) error {
			at := c.Root()
			for _, name := range args {
				next := child(at, name)
				if next == nil {
					return unknownCommand(at, name)
				}
				at = next
			}
			at.InitDefaultHelpFlag()
			return at.Help()
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			at := c.Root()
			for _, name := range args {
				if at = child(at, name); at == nil {
					return nil, cobra.ShellCompDirectiveNoFileComp
				}
			}
			var names []string
			for _, s := range at.Commands() {
				if !s.Hidden {
					names = append(names, s.Name()+"\t"+s.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func child(c *cobra.Command, name string) *cobra.Command {
	for _, s := range c.Commands() {
		if s.Name() == name || s.HasAlias(name) {
			return s
		}
	}
	return nil
}
