package explain

import (
	"bytes"

	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// tdesKeyMask makes the second key that the left half or the right one is made with,
// X9.24-1:2009 A.2 and A.6. That it is the library's is checked where it is used.
var tdesKeyMask = bytes.Repeat([]byte{0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0}, 2)

// tdesInitialKey shows the initial key of a TDES BDK: the ID enciphered twice.
func (d *dukptWalk) tdesInitialKey() error {
	variant, err := dukpt.BaseKeyVariant(d.key)
	if err != nil {
		return err
	}
	id := d.ksn.InitialKeyID()
	left, err := enciphered(d.key, id[:])
	if err != nil {
		return err
	}
	right, err := enciphered(variant, id[:])
	if err != nil {
		return err
	}
	masked := xored(cleartext.Bytes(d.key), tdesKeyMask)
	if !bytes.Equal(masked, cleartext.Bytes(variant)) || !bytes.Equal(cleartext.Bytes(d.ik), append(left, right...)) {
		return errNotTheLibrary
	}
	d.add(Step{
		Title: "Derive the initial key",
		Why:   "The KSN's first 8 bytes without the counter are enciphered under the BDK, and for the right half under its variant. X9.24-1:2009 A.6.",
		Rows: []Row{
			partsRow("KSN, first 8 bytes", span(withoutNotes(tdesKSN(d.ksn.String())), 0, 16)),
			done(hexRow("initial key ID", id[:], ID), AND, "FFFFFFFFFFFFFFE0"),
			done(hexRow("left half", left[:8], Key), Encipher, "TDES, BDK"),
			keyRow("BDK", cleartext.Bytes(d.key)),
			hexRow("mask", tdesKeyMask, Fill),
			done(keyRow("BDK variant", masked), XOR, ""),
			hexRow("initial key ID", id[:], ID),
			done(hexRow("right half", right, Key), Encipher, "TDES, BDK variant"),
			done(keyRow("initial key", cleartext.Bytes(d.ik)), Derive, "left half, right half"),
		},
		Facts: []Fact{{Name: "KCV", Value: d.ik.KCV()}},
	})
	return nil
}

// registerOf returns the last 8 bytes of the KSN of another counter: what X9.24-1 has
// in its crypto register.
func registerOf(ksn dukpt.KSN, counter uint32) []byte { return withCounter(ksn, counter).Bytes()[2:] }

// tdesLastStep shows how the transaction key comes from the key above it, of the
// counter parent.
func (d *dukptWalk) tdesLastStep(parent uint32) error {
	above, err := d.keyOf(parent)
	if err != nil {
		return err
	}
	key, masked := d.transaction(), xored(above, tdesKeyMask)
	s := Step{
		Title: "Make the transaction key of the key above it",
		Why: "This is the last step down; the others are done alike, with their registers. The register is the last 8 bytes of the KSN, " +
			"with no more of the counter's one bits than the step has come to. X9.24-1:2009 A.2.",
		Rows: []Row{keyRow(d.parentName(parent), above)},
	}
	s.Rows = append(s.Rows, tdesHalf("right half", d.ksn, above, key[8:])...)
	s.Rows = append(s.Rows,
		keyRow(d.parentName(parent), above),
		hexRow("mask", tdesKeyMask, Fill),
		done(keyRow("masked key", masked), XOR, ""))
	s.Rows = append(s.Rows, tdesHalf("left half", d.ksn, masked, key[:8])...)
	s.Rows = append(s.Rows, done(keyRow("transaction key", key), Derive, "left half, right half"))
	d.add(s)
	return nil
}

// tdesHalf shows half of a key made under key: what DES makes of the register is
// known from the result, since the library has no single DES.
func tdesHalf(name string, ksn dukpt.KSN, key, result []byte) []Row {
	left, right := key[:8], key[8:]
	return []Row{
		partsRow("register", span(withoutNotes(tdesKSN(ksn.String())), 4, 20)),
		hexRow("right half of that key", right, Key),
		done(hexRow("block", xored(registerOf(ksn, ksn.Counter()), right), Mixed), XOR, ""),
		done(hexRow("cryptogram", xored(result, right), Cipher), Encipher, "DES, "+upperHex(left)),
		done(hexRow(name, result, Key), XOR, upperHex(right)),
	}
}

func (d *dukptWalk) parentName(counter uint32) string {
	if counter == 0 {
		return "initial key"
	}
	return "key of counter " + counterText(d.ksn, counter)
}
