package testvectors_test

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/testvectors"
)

func ExampleRun() {
	f, err := testvectors.Load(testvectors.FS, "pvv.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	r := testvectors.Run(context.Background(), f, testvectors.Options{})
	for _, res := range r.Results {
		if res.Outcome == testvectors.Failed {
			fmt.Println(res.ID, res.Detail, res.Want, res.Got)
		}
	}
	fmt.Printf("%s: %d passed, %d failed\n", r.Topic, r.Count(testvectors.Passed), r.Count(testvectors.Failed))
	// Output: pvv: 42 passed, 0 failed
}
