package testvectors

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// operation is what the runner knows of one "op". An operation adds itself from
// its own file with define, and nowhere else.
type operation struct {
	// check reports inputs or expectations that are not those of the operation.
	check func(v *Vector) error
	// library and device run a vector and return what it gave, a struct whose
	// JSON members are those of "expected".
	library func(ctx context.Context, v *Vector) (any, error)
	device  func(ctx context.Context, b *bench, v *Vector) (any, error) // nil: no device does it
}

var operations = map[string]operation{}

// Ops returns the names of the operations that the runner knows, sorted.
func Ops() []string { return slices.Sorted(maps.Keys(operations)) }

// on is how a device runs an operation. want is what the vector expects, nil if
// the inputs must be refused: a device that draws its own fill, or that verifies
// instead of telling, is asked about the expected value, and an answer that
// amounts to it is returned as that value.
type on[I, R any] func(ctx context.Context, b *bench, v *Vector, in I, want *R) (R, error)

// define adds an operation. I and R are structs whose JSON tags name the inputs
// and the expected values; those tagged omitempty are optional. dev is nil where
// a device has no part in the operation.
func define[I, R any](name string, lib func(ctx context.Context, v *Vector, in I) (R, error), dev on[I, R]) {
	op := operation{
		check: func(v *Vector) error {
			_, _, err := read[I, R](v)
			return err
		},
		library: func(ctx context.Context, v *Vector) (any, error) {
			in, _, err := read[I, R](v)
			if err != nil {
				return nil, err
			}
			return lib(ctx, v, in)
		},
	}
	if dev != nil {
		op.device = func(ctx context.Context, b *bench, v *Vector) (any, error) {
			in, want, err := read[I, R](v)
			if err != nil {
				return nil, err
			}
			return dev(ctx, b, v, in, want)
		}
	}
	add(name, op)
}

// add adds an operation under a name of its own.
func add(name string, op operation) {
	if _, ok := operations[name]; ok {
		panic("testvectors: two operations are named " + name)
	}
	operations[name] = op
}

// read decodes a vector's inputs and, if it has any, its expectations.
func read[I, R any](v *Vector) (in I, want *R, err error) {
	if err := decode(v.Inputs, &in); err != nil {
		return in, nil, fmt.Errorf("inputs: %w", err)
	}
	if v.Expected == nil {
		return in, nil, nil
	}
	want = new(R)
	if err := decode(v.Expected, want); err != nil {
		return in, nil, fmt.Errorf("expected: %w", err)
	}
	return in, want, nil
}

// notRun is why a vector was not tried.
type notRun string

func (n notRun) Error() string { return string(n) }
