// Package pool makes one device of several that hold the same keys: HSMs that
// share the work, or one that works and others that stand by. It is an
// [hsm.Device]: a program gives it to [hsm.New] and knows no more of it.
//
//	p, err := pool.New([]pool.Member{
//		{Name: "east", Device: east, Limit: 16}, // from pkcs11.Open, or devices.OpenDevice
//		{Name: "west", Device: west, Limit: 16},
//	}, pool.WithTryTimeout(2*time.Second))
//	h := hsm.New(p)
//
// # What it does
//
// An operation goes to the member with the fewest operations in flight, in turn
// among equals; with [WithStandby] to the first member, in the order they were given,
// that serves. If a member does not answer ([hsm.ErrUnavailable], or longer than
// [WithTryTimeout] allows), it is ejected, and the operation is done on another
// one: at most those operations that were in flight are tried again. Nothing else
// is: a wrong PIN, a block that does not open, and what a device refuses are answers.
//
// Every member is asked for its health in the background. One that was ejected
// serves again when it answers and has the keys that the pool has seen, so that no
// caller's operation is the one to find out. A device that does not implement
// [hsm.Pinger] serves again with the next check.
//
// The pool believes what its members promise of contexts: that a call returns when
// its context ends.
//
// # Keys
//
// Keys are not copied between HSMs: import the same key, under the same label, into
// each. The pool compares algorithm, usage and check value, and where two members that
// serve have different keys under one label, the error is [ErrDiffers]: never a wrong answer.
// A member without the key is passed over. [Pool.ImportKey] imports into every
// member; [Pool.Check] says what is missing where.
//
// # Exposure
//
// The pool says of each operation what the worst of the members that can do it would do
// with the clear PIN. A member that turns out to be worse than was said is passed over;
// [WithOnDevice] leaves those out that work in this process. A
// member that cannot do an operation at all does not take part in it, and its place
// is then empty when another one dies: see that the members can do the same.
//
// # Monitoring
//
// [Pool.Stats] has the state of every member, and its counts; [WithStateFunc] has a
// function called when a member is ejected, and when it serves again. A pool that
// works on one leg works well: watch the legs.
package pool
