package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"golang.org/x/sync/errgroup"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// One machine submits a file, and works on it as well. Others run Work alone, each
// with a device of its own that has the same keys.
func ExampleSubmit() {
	const url = "postgres://pinion@db.example/reencrypt"
	ctx := context.Background()
	h, err := devices.Open(ctx, "pkcs11:token=issuer?module-path=/usr/lib/pkcs11/hsm.so&pin-source=file:/run/secrets/credential", devices.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	var g errgroup.Group
	g.Go(func() error {
		_, err := queue.Work(ctx, queue.WorkOptions{URL: url, HSM: h})
		return err
	})
	m, err := queue.Submit(ctx, queue.Options{URL: url, HSM: h,
		Job: reencrypt.Job{
			From: hsm.PINKey{Key: "zpk-old", Format: pinblock.ISO0},
			To:   hsm.PINKey{Key: "zpk-new", Format: pinblock.ISO4},
		},
		In: "cards.csv.zst", Out: "new.csv.zst", Rejects: "rejects.csv"})
	if stopped := (*reencrypt.Stopped)(nil); errors.As(err, &stopped) {
		fmt.Println("it was begun: the same options with Resume go on")
	}
	if err = errors.Join(err, g.Wait()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Rows, "rows, of which rejected:", m.Rejected)
}
