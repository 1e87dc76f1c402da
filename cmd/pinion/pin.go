package main

import "github.com/spf13/cobra"

func init() { register("", newPIN) }

func newPIN(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "pin",
		Short: "Translate, verify and generate PINs on a device",
		Long: `The pin commands work with keys that stay on a device. Keys are named by their
labels; PINs come and go as enciphered blocks, and there is no way to give or to
see one in the clear.

One request is made with flags. Many are made with records: without --block, a
command reads JSON objects from standard input, one in each line, and writes one
line for each, in order:

  in   {"id": "7", "pan": "5432101234567891", "block": "BA2ADC4EBA48F711"}
  out  {"id": "7", "block": "…"}
  or   {"id": "7", "line": 1, "field": "pan", "error": "…", "kind": "input"}

A record may have these members and no others: id (a string or a number, given
back as it is), pan, block, ksn, reference, and for 'pin change' current, new and
new_ksn. All but id are strings. Those that a command has no use for are passed
over, so that one file serves several commands. A record that fails is answered in
its place and the next ones go on; the exit code is then 1.

With DUKPT the key is a base derivation key, and each record has the ksn that came
with its block. With other keys no record may have one.`,
		Example: `  export PINION_DEVICE=softhsm:/var/lib/pinion/token
  pinion pin translate --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 --pan 5432101234567891 --block BA2ADC4EBA48F711
  pinion pin verify --from-key zpk1 --from-format iso-0 --method visa-pvv --pvk pvk1 < records.ndjson
  pinion lab dukpt terminal --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000 --format iso-0 --pin 1234 --pan 5432101234567891 --records`,
	})
}
