// Command issuer shows this module in an issuer processor: the part of an
// authorization host that is asked about a PIN. It gets the PIN block of field 52,
// the PAN and, from a terminal under DUKPT, a KSN; it answers with a response code.
// Tries are counted by package issuer, in SQLite.
//
// Run, it plays the other side too: a customer who chooses a PIN, an acquirer, and a
// terminal of the issuer's own.
//
//	go run ./examples/issuer                  # a SoftHSM2 token for this run
//	go run ./examples/issuer --device soft:   # or another device
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	uri := flag.String("device", "softhsm:", "URI of the device; its keys are made for this run and gone with it")
	flag.Parse()
	if err := run(context.Background(), *uri, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "issuer:", err)
		os.Exit(1)
	}
}

// run plays everything on a device, with a store that is removed at the end.
func run(ctx context.Context, uri string, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "issuer-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	h, err := open(ctx, uri, "sqlite:"+dir+"/issuer.db")
	if err != nil {
		return err
	}
	defer h.close()
	others, err := makeKeys(ctx, h.device)
	if err != nil {
		return err
	}
	if err := h.pins.CheckKeys(ctx); err != nil { // at start-up, not with the first card
		return err
	}
	return play(ctx, h, others, out)
}
