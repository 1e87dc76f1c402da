package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func init() { register("", newLab) }

func newLab(e *env) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "lab",
		Short: "PIN blocks and keys in the clear, for test data",
		Long: `The lab commands take PINs, PANs and keys in the clear as flags and print what
comes out. They are for test data, for comparing with another implementation,
and for finding out why a block does not decode.

Everybody who may list the processes of this computer sees the flags, and a
shell keeps them in its history: no PIN and no key of the living belongs here.`,
		Example: `  pinion lab encode --format iso-0 --pin 1234 --pan 5432101234567891
  pinion lab seal --format iso-4 --pin 1234 --pan 5432101234567891 --key 00112233445566778899AABBCCDDEEFF
  pinion lab kcv --key 0123456789ABCDEFFEDCBA9876543210`,
	})
	c.PersistentPreRun = func(run *cobra.Command, _ []string) {
		if run != c { // the group itself only prints its help
			_, _ = fmt.Fprintln(e.stderr, "pinion lab: test data only: keys and PINs on the command line are visible to others")
		}
	}
	return c
}
