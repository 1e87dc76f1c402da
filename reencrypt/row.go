package reencrypt

import (
	"bytes"
	"encoding/hex"
	"slices"

	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// row is a row as it was read.
type row struct {
	text   []byte // with its line end
	number int64
	reason Reason
	block  span // of the block's hex digits in text
	slot   int  // where in its batch the block is
	id     []byte
	pan    pinblock.PAN
	ksn    dukpt.KSN
	toKSN  dukpt.KSN
}

// values are the texts of a row's roles; nil is one that is not there.
type values struct {
	text [5][]byte
	at   span // of the block in the row
}

// Places in values, in the order of Roles.
const (
	panText = iota
	blockText
	ksnText
	toKSNText
	idText
)

var roles = Roles()

// read reads a row, and its block. What is wrong is in its reason, with the id if that
// could be read.
func (c *Converter) read(r *row, block []byte, fields []field) []field {
	var v values
	if c.layout.Kind == CSV {
		fields = c.readCSV(r, fields[:0], &v)
	} else {
		c.readNDJSON(r, &v)
	}
	r.id, r.block = v.text[idText], v.at
	if r.reason == "" {
		r.reason = c.interpret(r, block, &v)
	}
	if r.reason == "" && c.layout.Out != nil {
		r.reason = c.layout.rewrite(r, fields)
	}
	return fields
}

// readCSV finds the values of a CSV record.
func (c *Converter) readCSV(r *row, fields []field, v *values) []field {
	rec := chomp(r.text)
	fields, ok := csvFields(rec, c.layout.Delimiter, fields)
	if !ok {
		r.reason = Malformed
		return fields
	}
	if len(fields) != c.layout.Width {
		r.reason = Columns
		return fields
	}
	for i, at := range c.places {
		if at != none {
			v.text[i] = field{fields[at].trim(rec), fields[at].quoted}.text(rec)
		}
	}
	v.at = fields[c.places[blockText]].trim(rec)
	return fields
}

// readNDJSON finds the values of a JSON object.
func (c *Converter) readNDJSON(r *row, v *values) {
	rec := chomp(r.text)
	var seen [len(v.text)]bool
	var noString Reason
	ok := members(rec, func(m member) bool {
		name, _ := memberName(m)
		i := slices.IndexFunc(c.titles[:], func(title string) bool { return title == string(name) })
		if i < 0 || len(name) == 0 {
			return true
		}
		if seen[i] {
			return false // twice: nobody knows which counts
		}
		seen[i] = true
		value := m.value.of(rec)
		text, isString := unquoted(value)
		switch {
		case bytes.Equal(value, []byte("null")):
			return true
		case !isString && i == idText:
			text = value
		case !isString:
			noString = notStrings[i]
			return true
		}
		v.text[i] = bytes.Trim(text, " \t") // as in CSV
		if i == blockText {
			v.at = span{m.value.start + 1, m.value.end - 1}.trim(rec)
		}
		return true
	})
	if r.reason = noString; !ok {
		r.reason = Malformed
	}
}

// notStrings are what a row is rejected for whose JSON has something else than a string
// in a role. A PAN that is a number is none: programs that read it make a float of it.
var notStrings = [len(values{}.text)]Reason{panText: BadPAN, blockText: BadBlock, ksnText: BadKSN, toKSNText: BadKSN}

// interpret makes what a device is given of the values.
func (c *Converter) interpret(r *row, block []byte, v *values) (reason Reason) {
	pan, digits := v.text[panText], v.text[blockText]
	if len(pan) > 0 {
		var err error
		if r.pan, err = pinblock.ParsePAN(pan); err != nil {
			return BadPAN
		}
	}
	from, to := c.job.From.Format, c.job.To.Format
	if n := max(from.MinPANLength(), to.MinPANLength()); r.pan.Len() < n {
		if len(pan) == 0 {
			return MissingPAN
		}
		return ShortPAN
	}
	if len(digits) == 0 {
		return MissingBlock
	}
	if len(digits) != 2*from.BlockSize() {
		return BadBlock
	}
	if _, err := hex.Decode(block, digits); err != nil {
		return BadBlock
	}
	if r.ksn, reason = ksn(v.text[ksnText], c.fromBDK); reason != "" {
		return reason
	}
	if c.job.toSame {
		r.toKSN = r.ksn
		return ""
	}
	r.toKSN, reason = ksn(v.text[toKSNText], c.toBDK)
	return reason
}

// ksn reads a key serial number, which is there if the key is a BDK and not if it
// is none.
func ksn(text []byte, bdk bool) (dukpt.KSN, Reason) {
	switch {
	case len(text) == 0 && bdk:
		return dukpt.KSN{}, MissingKSN
	case len(text) == 0:
		return dukpt.KSN{}, ""
	case !bdk:
		return dukpt.KSN{}, UnexpectedKSN
	}
	k, err := dukpt.ParseKSN(string(text))
	if err != nil || k.Check() != nil {
		return dukpt.KSN{}, BadKSN
	}
	return k, ""
}
