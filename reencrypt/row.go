package reencrypt

import (
	"bytes"
	"encoding/hex"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// row is a row as it was read.
type row struct {
	text   []byte // with its line end
	number int64
	reason Reason
	block  span // of the block's hex digits in text
	id     []byte
	pan    pinblock.PAN
	item   hsm.Item
	toKSN  dukpt.KSN
}

// values are the texts of a row's roles; nil is one that is not there.
type values struct {
	pan, block, ksn, toKSN, id []byte
	at                         span // of block in the row
}

// read reads a row. What is wrong is in its reason, with the id if that could be
// read.
func (c *Converter) read(r *row, fields []field) []field {
	var v values
	if c.layout.Kind == CSV {
		fields = c.layout.readCSV(r, fields[:0], &v)
	} else {
		c.layout.readNDJSON(r, &v)
	}
	r.id, r.block = v.id, v.at
	if r.reason == "" {
		r.reason = c.interpret(r, &v)
	}
	if r.reason == "" && c.layout.Out != nil {
		r.reason = c.layout.rewrite(r, fields)
	}
	return fields
}

// readCSV finds the values of a CSV record.
func (l *Layout) readCSV(r *row, fields []field, v *values) []field {
	rec := chomp(r.text)
	fields, ok := csvFields(rec, l.Delimiter, fields)
	if !ok {
		r.reason = Malformed
		return fields
	}
	if len(fields) != l.Width {
		r.reason = Columns
		return fields
	}
	get := func(role Role) []byte {
		at, ok := l.Columns[role]
		if !ok {
			return nil
		}
		return bytes.TrimSpace(fields[at].text(rec))
	}
	v.pan, v.block, v.ksn, v.toKSN, v.id = get(RolePAN), get(RoleBlock), get(RoleKSN), get(RoleToKSN), get(RoleID)
	v.at = fields[l.Columns[RoleBlock]].trim(rec)
	return fields
}

// readNDJSON finds the values of a JSON object.
func (l *Layout) readNDJSON(r *row, v *values) {
	rec := chomp(r.text)
	var seen [5]bool
	ok := members(rec, func(m member) bool {
		name := m.name
		if bytes.IndexByte(name, '\\') >= 0 {
			if name, _ = unquoted(append(append([]byte{'"'}, name...), '"')); name == nil {
				return true
			}
		}
		for i, role := range roles {
			if string(name) != l.Names[role] || len(name) == 0 {
				continue
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
			case !isString && role == RoleID:
				text = value
			case !isString:
				return false
			}
			switch role {
			case RolePAN:
				v.pan = text
			case RoleBlock:
				v.block, v.at = text, span{m.value.start + 1, m.value.end - 1}
			case RoleKSN:
				v.ksn = text
			case RoleToKSN:
				v.toKSN = text
			case RoleID:
				v.id = text
			}
		}
		return true
	})
	if !ok {
		r.reason = Malformed
	}
}

var roles = Roles()

// interpret makes an item for the device of the values.
func (c *Converter) interpret(r *row, v *values) Reason {
	if len(v.pan) > 0 {
		pan, err := pinblock.ParsePAN(v.pan)
		if err != nil {
			return BadPAN
		}
		r.pan, r.item.PAN = pan, pan
	}
	from, to := c.job.From.Format, c.job.To.Format
	if n := max(from.MinPANLength(), to.MinPANLength()); r.pan.Len() < n {
		if len(v.pan) == 0 {
			return MissingPAN
		}
		return ShortPAN
	}
	if len(v.block) == 0 {
		return MissingBlock
	}
	if len(v.block) != 2*from.BlockSize() {
		return BadBlock
	}
	if _, err := hex.Decode(r.item.Block, v.block); err != nil {
		return BadBlock
	}
	var reason Reason
	if r.item.KSN, reason = ksn(v.ksn, c.fromBDK); reason != "" {
		return reason
	}
	if c.job.toSame {
		r.toKSN = r.item.KSN
		return ""
	}
	r.toKSN, reason = ksn(v.toKSN, c.toBDK)
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
