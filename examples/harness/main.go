// Command harness tries a device with the work of a whole trip: it plays a terminal
// under DUKPT (TDES with ISO-0, AES with ISO-4), an acquirer that translates each PIN
// block for a zone key, and an issuer that verifies it by PVV.
//
//	go run ./examples/harness --device softhsm: --count 1000
//
// PINs, accounts and keys are random, and made in this process: the terminal is
// software, and the PVVs that the device has to agree with are computed here. The keys
// that the device is given are gone when it is closed. Exit code 0: everything passed
// that the device can do; 1: something did not; 2: it could not be tried.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
)

// maxCount is what one TDES DUKPT terminal has transactions for, rounded down.
const maxCount = 1_000_000

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("harness", flag.ContinueOnError)
	flags.SetOutput(stderr)
	uri := flags.String("device", "softhsm:", "URI of the device")
	count := flags.Int("count", 100, "PIN blocks for each line of the table")
	inProcess := flags.Bool("allow-in-process", false, "let test PINs be in this process's memory, for devices that cannot keep them")
	if flags.Parse(args) != nil {
		return 2
	}
	if *count < 1 || *count > maxCount || flags.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "harness: --count is 1 to %d, and there is nothing but flags\n", maxCount)
		return 2
	}
	var opts []hsm.Option
	if *inProcess {
		opts = append(opts, hsm.AllowInProcess())
	}
	h, err := devices.Open(ctx, *uri, devices.Options{}, opts...)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "harness:", err)
		return 2
	}
	defer func() { _ = h.Close() }()
	var results []result
	for _, t := range trips {
		results = append(results, t.play(ctx, h, *count))
	}
	return report(stdout, h.Device(), *count, results)
}
