package main

import (
	"context"
	"fmt"
)

// The program runs the same on a SoftHSM2 token and with keys in memory.
func Example() {
	for _, uri := range []string{"softhsm:", "soft:"} {
		if err := run(context.Background(), uri); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// 543210******7891: 8 bytes in, 16 bytes out, right PIN
	// 543210******7891: 8 bytes in, 16 bytes out, right PIN
}
