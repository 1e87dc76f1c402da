package explain

import (
	"bytes"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// tdesMasks are what makes a working key of the transaction key, for each half,
// X9.24-1:2009 A.4.1 table A-1. That they are the library's is checked at every use.
var tdesMasks = map[dukpt.Purpose]uint64{
	dukpt.PIN:          0x00000000000000ff,
	dukpt.MACRequest:   0x000000000000ff00,
	dukpt.MACResponse:  0x00000000ff000000,
	dukpt.MACBoth:      0x000000000000ff00,
	dukpt.DataRequest:  0x0000000000ff0000,
	dukpt.DataResponse: 0x000000ff00000000,
	dukpt.DataBoth:     0x0000000000ff0000,
}

// tdesWorkingKeys shows the working keys of a TDES transaction.
func (d *dukptWalk) tdesWorkingKeys(a keys.Algorithm, purposes []dukpt.Purpose) error {
	shown := map[uint64]bool{}
	for _, p := range purposes {
		k, err := d.tx.WorkingKey(p, a)
		if err != nil {
			return err
		}
		d.answer(purposeNames[p], k)
		mask := tdesMasks[p]
		if shown[mask] {
			continue
		}
		shown[mask] = true
		s, err := d.tdesWorkingKey(p, mask, k)
		if err != nil {
			return err
		}
		d.add(s)
	}
	d.Notes = append(d.Notes, "The parity of derived keys is not adjusted. A device that adjusts it shows other bytes of the same key.")
	return nil
}

// tdesWorkingKey shows one of them: a variant of the transaction key, which for data
// is then enciphered under itself.
func (d *dukptWalk) tdesWorkingKey(p dukpt.Purpose, mask uint64, k keys.Key) (Step, error) {
	twice := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, mask), mask)
	variant, made := xored(d.transaction(), twice), cleartext.Bytes(k)
	name := purposeNames[p]
	s := Step{
		Title: "Make the " + name,
		Why:   "The mask for the purpose is put over both halves, X9.24-1:2009 A.4.1." + sameKey(p),
		Rows: []Row{
			keyRow("transaction key", d.transaction()),
			partsRow("mask", maskParts(upperHex(twice))),
			done(keyRow(name, variant), XOR, ""),
		},
		Facts: []Fact{keyUse(k)},
	}
	if k.Usage() == keys.UsageData {
		own, err := cleartext.New(keys.TDES2, keys.UsageData, variant)
		if err != nil {
			return s, err
		}
		if variant, err = enciphered(own, variant); err != nil {
			return s, err
		}
		s.Why = "As for the others, and then each half is enciphered under the whole, so that a data key gives nothing away, X9.24-1:2009 A.4.1." + sameKey(p)
		s.Rows[2].Name = "variant"
		s.Rows = append(s.Rows, done(keyRow(name, variant), Encipher, "TDES, the variant itself"))
	}
	if !bytes.Equal(variant, made) {
		return s, errNotTheLibrary
	}
	return s, nil
}

// sameKey says that a key serves for both directions too.
func sameKey(p dukpt.Purpose) string {
	switch p {
	case dukpt.MACRequest, dukpt.DataRequest:
		return " Where one key serves both directions it is this one."
	}
	return ""
}

// maskParts marks the digits of a mask that change something.
func maskParts(text string) (parts []Part) {
	for i := range len(text) {
		kind := Fill
		if text[i] != '0' {
			kind = Taken
		}
		if n := len(parts); n > 0 && parts[n-1].Kind == kind {
			parts[n-1].Text += text[i : i+1]
			continue
		}
		parts = append(parts, Part{Text: text[i : i+1], Kind: kind})
	}
	return parts
}

// keyUse is what a key is, without its bytes.
func keyUse(k keys.Key) Fact {
	return Fact{Name: "usage", Value: string(k.Usage()), Note: k.Usage().Description() + "; " + k.Algorithm().String() + ", KCV " + k.KCV()}
}
