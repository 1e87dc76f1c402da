package testvectors

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
)

// Options say what vectors are tried on. The zero Options are the library.
type Options struct {
	// HSM is the device to try them on; nil is the library. Its policy should be
	// open: a translation that the policy of the HSM does not allow is not run.
	// Keys are imported as ephemeral ones and deleted after every vector.
	HSM *hsm.HSM
	// Policed is the same device under the default policy, for the vectors whose
	// refusal is the policy's. Nil: they are not run on the device.
	Policed *hsm.HSM
	// Strict also compares the reason of a refusal, as far as it can be told.
	Strict bool
}

// Run tries every vector of a file. What cannot be told to have passed has
// failed: an unknown operation, a member that nobody reads, and an error that
// is no refusal of the input, such as a device that does not answer. A file that
// is not as [Parse] wants it fails as a whole, in a Result without ID.
func Run(ctx context.Context, f *File, o Options) Report {
	r := Report{Topic: f.Topic, Results: make([]Result, 0, len(f.Vectors))}
	for _, p := range f.structure() {
		r.Results = append(r.Results, Result{ID: p.ID, Outcome: Failed, Detail: p.Text})
	}
	if len(r.Results) > 0 {
		return r
	}
	for i := range f.Vectors {
		r.Results = append(r.Results, run(ctx, &f.Vectors[i], o))
	}
	return r
}

func run(ctx context.Context, v *Vector, o Options) Result {
	op, ok := operations[v.Op]
	if !ok {
		return failed(v, fmt.Sprintf("unknown operation %q", v.Op))
	}
	if err := op.check(v); err != nil {
		return failed(v, err.Error())
	}
	if err := ctx.Err(); err != nil {
		return failed(v, err.Error())
	}
	if o.HSM == nil {
		got, err := op.library(ctx, v)
		return judge(v, got, err, o.Strict)
	}
	if op.device == nil {
		return judge(v, nil, notRun("not run on a device"), false)
	}
	b := &bench{front: o.HSM, policed: o.Policed}
	got, err := op.device(ctx, b, v)
	if e := b.clean(ctx); e != nil {
		return failed(v, "the vector's keys could not be deleted from the device: "+e.Error())
	}
	return judge(v, got, err, o.Strict)
}
