package hsm

import (
	"context"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Operation is what can be asked of a device.
type Operation uint8

// The operations. The zero Operation is invalid.
const (
	OpTranslate Operation = 1 + iota
	OpVerify
	OpGenerate
	OpReference
	OpChange
	OpKeys
)

var operationNames = [...]string{"", "translate PIN", "verify PIN", "generate PIN", "PIN reference", "change PIN", "keys"}

// String returns the operation in words.
func (o Operation) String() string {
	if int(o) < len(operationNames) && o > 0 {
		return operationNames[o]
	}
	return "invalid operation"
}

// Exposure says where a clear PIN is while a device performs an operation.
type Exposure uint8

const (
	// Refused: the device cannot perform the operation.
	Refused Exposure = iota
	// InProcess: the clear PIN is in this process's memory for the length of one
	// call, and is wiped.
	InProcess
	// OnDevice: the clear PIN never enters this process.
	OnDevice
)

// String returns "refused", "in-process" or "on-device".
func (e Exposure) String() string {
	switch e {
	case InProcess:
		return "in-process"
	case OnDevice:
		return "on-device"
	}
	return "refused"
}

// Work is what is to be done, as far as the exposure of a clear PIN may depend on
// it. What is zero is not known, or plays no part: the answer is then the best that
// there is for any.
type Work struct {
	Op        Operation
	Method    pinverify.Method
	From, To  pinblock.Format // of the block that comes in, and of the one that goes out
	Rules     pinverify.Rules // by which the PIN is to be judged
	FromKey   Key
	ToKey     Key
	MethodKey Key
}

// Capability is one row of a device's report.
type Capability struct {
	Operation Operation
	Method    string // verification method, where the answer depends on it
	Exposure  Exposure
	Why       string // why it is not less exposed, if the device says
	Allowed   bool   // by the options of the HSM
}

// Capabilities reports what the device does with each operation, and whether
// this HSM's options allow it. An operation can be more exposed than that for some
// formats and some keys. The error is [ErrClosed], or the context's.
func (h *HSM) Capabilities(ctx context.Context) ([]Capability, error) {
	if err := h.ready(ctx); err != nil {
		return nil, fail(OpKeys, "", err)
	}
	var cs []Capability
	row := func(op Operation, m pinverify.Method) {
		w := Work{Op: op, Method: m}
		c := Capability{Operation: op, Allowed: h.exposed(w) == nil}
		c.Exposure, c.Why = h.device.Exposure(w)
		if m != nil {
			c.Method = m.Name()
		}
		cs = append(cs, c)
	}
	row(OpTranslate, nil)
	row(OpGenerate, nil)
	for _, op := range []Operation{OpVerify, OpReference, OpChange} {
		for _, m := range pinverify.Methods() {
			row(op, m)
		}
	}
	return cs, nil
}

// mayAsk is exposed before the keys are known, so that a device is not even asked for
// them in vain. Where everything is allowed, there is nothing to find out.
func (h *HSM) mayAsk(w Work) error {
	if h.allowInProcess {
		return nil
	}
	return h.exposed(w)
}

// exposed returns nil if the work may be done the way the device does it.
func (h *HSM) exposed(w Work) error {
	e, why := h.device.Exposure(w)
	if e == OnDevice || e == InProcess && h.allowInProcess {
		return nil
	}
	if why != "" {
		why += ": "
	}
	if e == InProcess {
		return &Error{Op: w.Op, Err: ErrExposure, Hint: why + "allow it with hsm.AllowInProcess() (--allow-in-process on the command line), or use a device that works on-device"}
	}
	return &Error{Op: w.Op, Err: ErrDevice, Hint: why + "the device cannot do this at all: see pinion device doctor"}
}
