package diagnose

import (
	"bytes"
	"encoding/hex"
	"slices"
)

// blockReading is one way of reading the bytes that were given as a block.
type blockReading struct {
	step
	bytes []byte
}

// blockReadings returns the block as given, and as it would be had it met one
// of the accidents of transport.
func blockReadings(b []byte) []blockReading {
	out := []blockReading{{bytes: b}}
	if text, ok := unhex(b); ok {
		out = append(out, blockReading{step{
			what: "given as the hex digits of its hex digits (ASCII)",
			fix:  "The block was converted to hex twice: convert it once.",
			bits: 1,
		}, text})
	}
	if text, ok := unhex(fromEBCDIC(b)); ok {
		out = append(out, blockReading{step{
			what: "given as the hex digits of its hex digits in EBCDIC",
			fix:  "The block is EBCDIC text of hex digits: convert the text to ASCII and the hex digits to bytes.",
			bits: 1,
		}, text})
	}
	if len(b) == 16 {
		out = append(out, blockReading{step{
			what: "in the first 8 of 16 bytes",
			fix:  "Only the first 8 bytes are the block, the others are padding: encipher without padding.",
			bits: 6,
		}, b[:8]})
	}
	reversed := bytes.Clone(b)
	slices.Reverse(reversed)
	out = append(out, blockReading{step{
		what: "with its bytes in reverse order",
		fix:  "Turn the order of the block's bytes round: somebody took them for a little-endian number.",
		bits: 7,
	}, reversed})
	swapped := bytes.Clone(b)
	for i, c := range swapped {
		swapped[i] = c<<4 | c>>4
	}
	return append(out, blockReading{step{
		what: "with the two digits of each byte swapped",
		fix:  "Swap the two hex digits of each byte of the block.",
		bits: 9,
	}, swapped})
}

// unhex returns the 8 or 16 bytes that b, 16 or 32 ASCII hex digits, stands for.
func unhex(b []byte) ([]byte, bool) {
	if len(b) != 16 && len(b) != 32 {
		return nil, false
	}
	out := make([]byte, len(b)/2)
	_, err := hex.Decode(out, b)
	return out, err == nil
}

// fromEBCDIC returns b with the EBCDIC hex digits, which are the same in every
// code page, as ASCII, and nothing if it has anything else.
func fromEBCDIC(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		switch {
		case 0xf0 <= c && c <= 0xf9:
			out[i] = '0' + c - 0xf0
		case 0xc1 <= c && c <= 0xc6:
			out[i] = 'A' + c - 0xc1
		case 0x81 <= c && c <= 0x86:
			out[i] = 'A' + c - 0x81
		default:
			return nil
		}
	}
	return out
}
