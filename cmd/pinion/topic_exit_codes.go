package main

import "github.com/spf13/cobra"

func init() { register("", newExitCodesTopic) }

// newExitCodesTopic is a help topic: a command that cannot be run.
func newExitCodesTopic(*env) *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `The exit code says how a command ended:

  0    done; the answer is yes
  1    the answer is no: a wrong PIN, a block that does not open, a vector or a
       record that failed, a file that was done and has rows among its rejects
  2    the input or the command line is wrong, or a file cannot be read; or
       reencrypt was stopped since too many rows were rejected
  3    refused: by the policy, by the exposure of a PIN, by the usage of a key, or
       the credential by the token, which may lock itself if it is tried again;
       or there is no such key, or there is one already
  4    the device failed or does not answer: trying again may help
  130  interrupted

Only 1 from a verification is a wrong PIN. Do not count 2, 3 or 4 against the
cardholder.

Results go to standard output and nothing else does; notes, prompts and errors
go to standard error.`,
	}
}
