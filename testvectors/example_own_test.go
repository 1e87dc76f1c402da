package testvectors_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/testvectors"
)

// The same vectors on a device. Its policy is open, so that every translation is tried.
func ExampleRun_device() {
	f, err := testvectors.Load(testvectors.FS, "translate.json")
	if err != nil {
		log.Fatal(err)
	}
	device := soft.New()
	defer device.Close()
	r := testvectors.Run(context.Background(), f, testvectors.Options{HSM: hsm.New(device, hsm.WithPolicy(hsm.PolicyOpen()))})
	fmt.Println("failed:", r.Count(testvectors.Failed))
	// Output: failed: 0
}

// A file of your own is looked at before it is run: what is missing is told, and nothing
// passes because nobody read it.
func ExampleLintData() {
	problems := testvectors.LintData([]byte(`{
  "schema": "pin-vectors/1",
  "topic": "ours",
  "description": "one vector",
  "conventions": {},
  "count": 2,
  "vectors": []
}`))
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// the file has no vectors
	// the file has 0 vectors, and says 2
}
