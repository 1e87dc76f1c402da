// Package examples has the input of "pinion demo": PIN blocks, PVVs and offsets
// from published test vectors, as a record each ([Acquirer]), and the test keys
// that belong to them ([Keys]).
//
// Everything in it is test data, and its keys are known to everybody.
package examples

import _ "embed"

// Acquirer is acquirer.ndjson: a JSON object in each line, with the block, its
// key and format, the reference value, and what must come of it. "source" names
// the test vectors, in the folder testvectors, that block and reference are from.
//
//go:embed acquirer.ndjson
var Acquirer []byte

// Keys is keys.txt: a key in each line, LABEL:USAGE:ALGORITHM:HEX, and comments
// that begin with #.
//
//go:embed keys.txt
var Keys []byte
