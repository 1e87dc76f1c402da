package reencrypt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// Rows that come from elsewhere than a file are converted in chunks. The second of these
// has a block that nobody made.
func ExampleConverter() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	for label, text := range map[string]string{"old": "0123456789ABCDEFFEDCBA9876543210", "new": "23456789ABCDEF01DCBA98765432EF10"} {
		k, err := cleartext.ParseTDES(text, keys.UsagePIN)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: label}, k); err != nil {
			log.Fatal(err)
		}
	}

	layout, err := reencrypt.NewLayout(reencrypt.CSV, ',', nil)
	if err != nil {
		log.Fatal(err)
	}
	rows := strings.NewReader("pan,block\n4111111111111111,2A3D408A1977DDE9\n4111111111111111,0000000000000000\n")
	_, next, err := reencrypt.Chunks(rows, layout, 1000)
	if err != nil {
		log.Fatal(err)
	}
	converter, err := reencrypt.NewConverter(ctx, h, reencrypt.Job{
		From: hsm.PINKey{Key: "old", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "new", Format: pinblock.ISO0},
	}, layout)
	if err != nil {
		log.Fatal(err)
	}
	for {
		chunk, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		outcome, err := converter.Convert(ctx, chunk)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d rows\n%s%s", outcome.Rows, outcome.Out, outcome.Rejects)
	}
	// Output:
	// 2 rows
	// 4111111111111111,35407FFCF66A1EED
	// 2,,411111******1111,block,"the PIN block does not open: wrong key, format or account number, or a damaged block"
}
