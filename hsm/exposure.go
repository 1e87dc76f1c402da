package hsm

import (
	"context"

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

// Capability is one row of a device's report.
type Capability struct {
	Operation Operation
	Method    string // verification method, where the answer depends on it
	Exposure  Exposure
	Allowed   bool // by the options of the HSM
}

// Capabilities reports what the device does with each operation, and whether
// this HSM's options allow it.
func (h *HSM) Capabilities(ctx context.Context) ([]Capability, error) {
	if err := h.ready(ctx); err != nil {
		return nil, fail(OpKeys, "", err)
	}
	var cs []Capability
	row := func(op Operation, m pinverify.Method) {
		c := Capability{Operation: op, Exposure: h.device.Exposure(op, m)}
		if m != nil {
			c.Method = m.Name()
		}
		c.Allowed = h.exposed(op, m) == nil
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

// exposed returns nil if the operation may be done the way the device does it.
func (h *HSM) exposed(op Operation, m pinverify.Method) error {
	switch e := h.device.Exposure(op, m); {
	case e == OnDevice, e == InProcess && h.allowInProcess:
		return nil
	case e == InProcess:
		return &Error{Op: op, Err: ErrExposure, Hint: "allow it with hsm.AllowInProcess() (--allow-in-process on the command line), or use a device that works on-device"}
	}
	return &Error{Op: op, Err: ErrDevice, Hint: "the device cannot do this at all: see pinion device doctor"}
}
