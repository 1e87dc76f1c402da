package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// The worker's side, which another machine runs: it is told the address of the database
// and has a device with the same keys. Here both sides are one process.
func ExampleWork() {
	pg, err := cluster() // a PostgreSQL of the tests
	if err != nil {
		log.Fatal(err)
	}
	url, err := pg.Database("example")
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "portfolio")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	in := filepath.Join(dir, "cards.csv")
	if err := os.WriteFile(in, []byte("pan,block,branch\n4111111111111111,2A3D408A1977DDE9,7\n"), 0o600); err != nil {
		log.Fatal(err)
	}

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	submitted := make(chan error, 1)
	go func() {
		h := exampleDevice(ctx)
		_, err := queue.Submit(ctx, queue.Options{URL: url, HSM: h,
			Job: reencrypt.Job{From: hsm.PINKey{Key: "old", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "new", Format: pinblock.ISO0}},
			In:  in, Out: filepath.Join(dir, "new.csv"), Rejects: filepath.Join(dir, "rejects.csv")})
		if err != nil {
			stop() // or the worker waits for a run that does not come
		}
		submitted <- errors.Join(err, h.Close())
	}()

	h := exampleDevice(ctx)
	defer h.Close()
	worked, err := queue.Work(ctx, queue.WorkOptions{URL: url, HSM: h})
	if err = errors.Join(err, <-submitted); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "new.csv"))
	fmt.Print(worked.Rows, " row\n", string(text))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 row
	// pan,block,branch
	// 4111111111111111,35407FFCF66A1EED,7
}

// exampleDevice is a soft device with the keys "old" and "new"; in earnest each machine
// has an HSM.
func exampleDevice(ctx context.Context) *hsm.HSM {
	h := hsm.New(soft.New())
	for label, text := range map[string]string{"old": key1, "new": key2} {
		k, err := cleartext.ParseTDES(text, keys.UsagePIN)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: label}, k); err != nil {
			log.Fatal(err)
		}
	}
	return h
}
