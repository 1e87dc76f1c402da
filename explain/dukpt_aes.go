package explain

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// aesDerivation is one use of AES DUKPT's derivation function: a key enciphers data, and
// the result is the next key, as much of it as that is long.
type aesDerivation struct {
	parent     keys.Key
	parentName string
	data       []byte // one or two blocks
	size       int    // of the next key in bytes
	usage      string // what the usage indicator says
	algorithm  string // what the algorithm indicator says
	initial    bool   // the data have the initial key ID, and no counter
}

// rows show a derivation down to the key, and return the key.
func (v aesDerivation) rows(name string) ([]Row, []byte, error) {
	out, err := enciphered(v.parent, v.data)
	if err != nil {
		return nil, nil, err
	}
	rows := []Row{
		keyRow(v.parentName, cleartext.Bytes(v.parent)),
		partsRow("derivation data", v.parts()),
		done(keyRow(name, out), Encipher, "AES, "+v.parentName),
	}
	if v.size < len(out) {
		rows[2].Name, rows[2].Parts[0].Kind = "both blocks", Cipher
		rows = append(rows, done(keyRow(name, out[:v.size]), Take, fmt.Sprintf("the first %d bytes", v.size)))
	}
	return rows, out[:v.size], nil
}

// parts are the fields of derivation data, X9.24-3:2017 6.3.3. Those of a second
// block differ in its number.
func (v aesDerivation) parts() (parts []Part) {
	n := len(v.data) / 16
	for i := range n {
		block := v.blockParts(upperHex(v.data[16*i:16*i+16]), fmt.Sprintf("block %d of %d", i+1, n))
		if i > 0 {
			note := block[1].Note
			block = withoutNotes(block)
			block[1].Note = note
		}
		parts = append(parts, block...)
	}
	return parts
}

func (v aesDerivation) blockParts(text, number string) []Part {
	bits := binary.BigEndian.Uint16(v.data[6:])
	parts := []Part{
		{text[:2], Control, "version"},
		{text[2:4], Sequence, number},
		{text[4:8], Header, "usage: " + v.usage},
		{text[8:12], Control, "algorithm: " + v.algorithm},
		{text[12:16], Length, fmt.Sprintf("length of the key: %d bits", bits)},
	}
	if v.initial {
		return append(parts, Part{text[16:], ID, "initial key ID"})
	}
	return append(parts,
		Part{text[16:24], Device, "right half of the initial key ID"},
		Part{text[24:], Counter, "transaction counter"})
}

// aesInitialKey shows the initial key of an AES BDK.
func (d *dukptWalk) aesInitialKey() error {
	rows, key, err := aesDerivation{
		parent: d.key, parentName: "BDK", data: d.first[0].Data, size: d.ik.Algorithm().KeySize(),
		usage: "initial key", algorithm: d.ik.Algorithm().String(), initial: true,
	}.rows("initial key")
	if err != nil {
		return err
	}
	if !bytes.Equal(key, cleartext.Bytes(d.ik)) {
		return errNotTheLibrary
	}
	d.add(Step{
		Title: "Derive the initial key",
		Why:   "The BDK enciphers data that name the terminal; the initial key is as long as the BDK. X9.24-3:2017 6.3.1.",
		Rows:  rows,
		Facts: []Fact{{Name: "KCV", Value: d.ik.KCV()}},
	})
	return nil
}

// intermediateData are the derivation data of the key of a counter. They are the
// same for all counters but for the counter itself.
func (d *dukptWalk) intermediateData(counter uint32) []byte {
	return dataWithCounter(d.first[1].Data, counter)
}

// dataWithCounter returns derivation data with another counter.
func dataWithCounter(data []byte, counter uint32) []byte {
	data = bytes.Clone(data)
	for end := 16; end <= len(data); end += 16 {
		binary.BigEndian.PutUint32(data[end-4:], counter)
	}
	return data
}

// aesLastStep shows how the transaction key comes from the key above it, of the
// counter parent.
func (d *dukptWalk) aesLastStep(parent uint32) error {
	above, err := d.keyOf(parent)
	if err != nil {
		return err
	}
	rows, key, err := d.intermediate(above, d.parentName(parent), d.ksn.Counter()).rows("transaction key")
	if err != nil {
		return err
	}
	if !bytes.Equal(key, d.transaction()) {
		return errNotTheLibrary
	}
	d.add(Step{
		Title: "Derive the transaction key from the key above it",
		Why: "This is the last step down; the others are done alike, with their counters: no more of the one bits than the step has come to. " +
			"X9.24-3:2017 6.3.1.",
		Rows: rows,
	})
	return nil
}

// intermediate is the derivation of the key of a counter.
func (d *dukptWalk) intermediate(above []byte, name string, counter uint32) aesDerivation {
	a := d.key.Algorithm()
	return aesDerivation{
		parent: d.derivationKey(above), parentName: name, data: d.intermediateData(counter), size: a.KeySize(),
		usage: "key derivation", algorithm: a.String(),
	}
}

// derivationKey is a key between as one that enciphers. The library has derived it,
// and so it is a key: of none, the zero Key, the derivation says so.
func (d *dukptWalk) derivationKey(raw []byte) keys.Key {
	k, err := cleartext.New(d.key.Algorithm(), keys.UsageKeyDerivation, raw)
	if err != nil {
		return keys.Key{}
	}
	return k
}
