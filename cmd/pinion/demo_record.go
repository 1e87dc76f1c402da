package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// demoLine is a line of acquirer.ndjson as it is written.
type demoLine struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Note   string `json:"note"`
	Expect string `json:"expect"` // "right PIN", "wrong PIN" or "refused"
	// Unseen: what is wrong is a digit above 9, which a device that keeps PINs to
	// itself does not see.
	Unseen bool `json:"unseen_on_device"`

	FromKey    string `json:"from_key"`
	FromFormat string `json:"from_format"`
	PAN        string `json:"pan"`
	Block      string `json:"block"`

	Method    string `json:"method"`
	PVK       string `json:"pvk"`
	Reference string `json:"reference"`
	PVKI      int    `json:"pvki"`

	Table  string `json:"decimalization_table"`
	Start  int    `json:"validation_start"`
	Length int    `json:"validation_length"`
	Pad    string `json:"validation_pad"`
}

// demoRecord is a line that was understood.
type demoRecord struct {
	demoLine
	from   hsm.PINKey
	pan    pinblock.PAN
	block  []byte
	method pinverify.Method // nil where the block is to be refused before
}

var demoExpectations = []string{"right PIN", "wrong PIN", "refused"}

// parseDemoRecords reads a file of records. Unlike a stream of requests it is
// read as a whole: a demonstration with a line missing demonstrates nothing.
func parseDemoRecords(data []byte) ([]demoRecord, error) {
	var records []demoRecord
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		r, err := parseDemoRecord(line)
		if err != nil {
			return nil, about(fmt.Sprintf("line %d", n), err)
		}
		records = append(records, r)
	}
	if len(records) == 0 {
		return nil, errors.New("there are no records in it")
	}
	return records, nil
}

func parseDemoRecord(line []byte) (r demoRecord, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if d.Decode(&r.demoLine) != nil || d.More() {
		return r, errors.New("it is not a record: see examples/acquirer.ndjson for the members")
	}
	if !slices.Contains(demoExpectations, r.Expect) {
		return r, &fieldError{"expect", errors.New(`want "right PIN", "wrong PIN" or "refused"`)}
	}
	r.from.Key = r.FromKey
	if r.from.Format, err = pinblock.ParseFormat(r.FromFormat); err != nil {
		return r, &fieldError{"from_format", err}
	}
	if r.pan, err = pinblock.ParsePAN(r.PAN); err != nil {
		return r, &fieldError{"pan", err}
	}
	if r.block, err = hex.DecodeString(r.Block); err != nil || len(r.block) == 0 {
		return r, &fieldError{"block", errors.New("want hex digits")}
	}
	if r.Method != "" {
		r.method, err = r.verification()
	} else if r.Expect != "refused" {
		err = &fieldError{"method", errMissing}
	}
	return r, err
}

// verification returns the method of a record.
func (l *demoLine) verification() (pinverify.Method, error) {
	switch l.Method {
	case "visa-pvv":
		return pinverify.VisaPVV{Index: l.PVKI}, nil
	case "ibm-3624":
		table, err := pinverify.ParseTable(l.Table)
		if err != nil {
			return nil, &fieldError{"decimalization_table", err}
		}
		pad, err := pinverify.ParsePad(l.Pad)
		if err != nil {
			return nil, &fieldError{"validation_pad", err}
		}
		return pinverify.IBM3624{Table: table, Validation: pinverify.ValidationFromPAN(l.Start, l.Length, pad)}, nil
	}
	return nil, &fieldError{"method", errors.New("want visa-pvv or ibm-3624")}
}
