package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// request is what one operation is asked for: from flags, or from a record. Its
// members are the text of what was given.
type request struct {
	id      json.RawMessage // a record's, given back as it is
	line    int             // a record's, from 1
	members map[string]string
	err     error // what made the record unreadable
}

// errMissing is for a member that there has to be.
var errMissing = errors.New("it is missing")

// fieldError is an error about one member of a record, or the flag of that name.
type fieldError struct {
	field string
	err   error
}

func (f *fieldError) Error() string { return f.field + ": " + f.err.Error() }
func (f *fieldError) Unwrap() error { return f.err }

// pan returns the account number, the zero PAN if none was given.
func (r *request) pan() (pinblock.PAN, error) {
	text, ok := r.members["pan"]
	if !ok {
		return pinblock.PAN{}, nil
	}
	pan, err := pinblock.ParsePAN(text)
	if err != nil {
		return pinblock.PAN{}, &fieldError{"pan", err}
	}
	return pan, nil
}

// block returns a member that is a PIN block of format f.
func (r *request) block(name string, f pinblock.Format) ([]byte, error) {
	text, ok := r.members[name]
	if !ok {
		return nil, &fieldError{name, errMissing}
	}
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != f.BlockSize() {
		// hex's own error quotes what it could not read.
		return nil, &fieldError{name, fmt.Errorf("%s blocks are %d hex digits", f.Name(), 2*f.BlockSize())}
	}
	return b, nil
}

// item returns the block of format f that a request is about, with its PAN and KSN.
func (r *request) item(f pinblock.Format) (it hsm.Item, err error) {
	if it.PAN, err = r.pan(); err != nil {
		return it, err
	}
	if it.Block, err = r.block("block", f); err != nil {
		return it, err
	}
	it.KSN, err = r.ksn("ksn")
	return it, err
}

// field returns what member an error is about, "" if that is not known.
func field(err error) string {
	var f *fieldError
	switch {
	case errors.As(err, &f):
		return f.field
	case errors.Is(err, pinblock.ErrPAN), errors.Is(err, pinblock.ErrPANLength), errors.Is(err, pinverify.ErrPAN):
		return "pan"
	case errors.Is(err, pinverify.ErrReference):
		return "reference"
	case errors.Is(err, dukpt.ErrKSN), errors.Is(err, dukpt.ErrScheme), errors.Is(err, dukpt.ErrCounterZero), errors.Is(err, dukpt.ErrCounterBits):
		return "ksn"
	}
	return ""
}

// words returns what is wrong without naming the member.
func words(err error) string {
	var f *fieldError
	if errors.As(err, &f) {
		err = f.err
	}
	return plain(err)
}

// aboutFlag turns an error about a member into one about the flag of that name.
func aboutFlag(err error) error {
	var f *fieldError
	if errors.As(err, &f) {
		return about("--"+flagOf(f.field), f.err)
	}
	return err
}

// flagOf returns the name of the flag for a member.
func flagOf(member string) string { return strings.ReplaceAll(member, "_", "-") }

// answer is what came of a request.
type answer struct {
	Block     string `json:"block,omitempty"`
	Reference string `json:"reference,omitempty"`
	Verified  *bool  `json:"verified,omitempty"`
}

func verified(yes bool) answer { return answer{Verified: &yes} }

func hexText(b []byte) string { return fmt.Sprintf("%X", b) }
