package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func init() { register("lab dukpt", newLabDUKPTInitial) }

func newLabDUKPTInitial(e *env) *cobra.Command {
	var d labDUKPT
	c := &cobra.Command{
		Use:   "initial",
		Short: "Derive the initial key of a terminal from the BDK",
		Long: `Initial prints the initial key (once called IPEK) of the terminal that the KSN
names: what is loaded into it. The transaction counter in the KSN makes no
difference. With --explain it prints the parts of the KSN, and each encipherment.`,
		Example: `  pinion lab dukpt initial --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000
  pinion lab dukpt initial --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000000 --json
  pinion lab dukpt initial --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000 --explain`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if d.bdk == "" {
				return usage("--bdk is missing")
			}
			ksn, err := d.serial()
			if err != nil {
				return err
			}
			bdk, err := dukptKey("--bdk", d.bdk, keys.UsageBDK, ksn)
			if err != nil {
				return err
			}
			if d.explain {
				x, err := explain.DUKPTInitialKey(bdk, ksn)
				return d.explained(e, x, dukptProblem(err))
			}
			ik, err := dukpt.InitialKey(bdk, ksn)
			if err != nil {
				return dukptProblem(err)
			}
			return d.printDerived(e, ksn, "", ik)
		},
	}
	d.flags(c, "bdk", "ksn")
	d.output.flag(c)
	d.explainFlag(c)
	return c
}
