// Pinion makes, opens, translates and verifies PIN blocks: with keys in an HSM,
// or with test data on the command line.
//
// Each subcommand is a file of its own that registers itself. What a command
// may touch of the world is its env.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(mainStatus()) }

// mainStatus is main with deferred calls: the first interrupt asks the command
// to stop and clean up, a second one ends the process.
func mainStatus() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], osEnv())
}
