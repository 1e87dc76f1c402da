package reencrypt

import (
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Reason is why a row is among the rejects: a code that does not change. The zero
// Reason is none.
type Reason string

// The reasons.
const (
	Malformed     Reason = "malformed"
	TooLong       Reason = "too-long"
	Columns       Reason = "columns"
	MissingBlock  Reason = "block-missing"
	BadBlock      Reason = "block-form"
	MissingPAN    Reason = "pan-missing"
	BadPAN        Reason = "pan"
	ShortPAN      Reason = "pan-short"
	MissingKSN    Reason = "ksn-missing"
	BadKSN        Reason = "ksn"
	UnexpectedKSN Reason = "ksn-unexpected"
	NotText       Reason = "text"
	MoreMembers   Reason = "members"
	DoesNotOpen   Reason = "block"
	DeviceRefused Reason = "device"
)

var reasonTexts = map[Reason]string{
	Malformed:     "the row is not well-formed",
	TooLong:       "the row is longer than 64 KiB",
	Columns:       "the row has not as many columns as the header",
	MissingBlock:  "there is no PIN block",
	BadBlock:      "the PIN block is not hex digits (in JSON a string of them), or not as many as the format has",
	MissingPAN:    "there is no account number, and the format needs one",
	BadPAN:        "the account number is not 1 to 19 decimal digits (in JSON a string of them)",
	ShortPAN:      "the account number is too short for the format",
	MissingKSN:    "there is no key serial number, and the key is a base derivation key",
	BadKSN:        "the key serial number is none (in JSON a string), or none of a transaction under that key",
	UnexpectedKSN: "there is a key serial number, and the key is no base derivation key",
	NotText:       "the row is not UTF-8, and is to be JSON or was",
	MoreMembers:   "the row has members that the first row has not, and no column is for them",
	DoesNotOpen:   "the PIN block does not open: wrong key, format or account number, or a damaged block",
	DeviceRefused: "the device refused this PIN block, twice",
}

// Text returns the reason in words.
func (r Reason) Text() string { return reasonTexts[r] }

// reasonOf returns why one block was not translated, "" if the error is not about
// that block.
func reasonOf(err error) Reason {
	for _, c := range []struct {
		err    error
		reason Reason
	}{
		{hsm.ErrBlock, DoesNotOpen}, {pinblock.ErrBlockSize, BadBlock}, {pinblock.ErrPANLength, ShortPAN},
		{dukpt.ErrKSN, BadKSN}, {dukpt.ErrCounterZero, BadKSN}, {dukpt.ErrCounterBits, BadKSN}, {dukpt.ErrScheme, BadKSN},
		{hsm.ErrDevice, DeviceRefused},
	} {
		if errors.Is(err, c.err) {
			return c.reason
		}
	}
	return ""
}
