package diagnose

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// Masks of X9.24-1:2009 annex A, each for both halves of a key.
const (
	pinVariant          = 0x00000000000000ff
	dataRequestVariant  = 0x0000000000ff0000
	dataResponseVariant = 0x000000ff00000000
	initialMask         = 0xc0c0c0c000000000
)

// masked returns a double length key with its halves masked.
func masked(key []byte, left, right uint64) []byte {
	out := make([]byte, 16)
	binary.BigEndian.PutUint64(out, binary.BigEndian.Uint64(key)^left)
	binary.BigEndian.PutUint64(out[8:], binary.BigEndian.Uint64(key[8:])^right)
	return out
}

// oneWay enciphers the halves of a key under itself, as for data keys.
func oneWay(key []byte) []byte {
	c := tdesCipher(key)
	if c == nil {
		return nil
	}
	out := make([]byte, 16)
	c.Encrypt(out, key)
	c.Encrypt(out[8:], key[8:])
	return out
}

// mistakenTDES returns what is made of a transaction key with the wrong variant.
func mistakenTDES(b base, tx dukpt.Transaction, raw []byte) []derivedKey {
	const is = "The PIN key is the transaction key with 00000000000000FF combined into both of its halves (X9.24-1): "
	add := func(bytes []byte, bits float64, what, fix string) derivedKey {
		return derivedKey{step: step{what, fix, bits}, algorithm: keys.TDES2, bytes: bytes}
	}
	out := []derivedKey{
		transactionKey(keys.TDES2, raw, is+"the other side leaves the variant out."),
		add(masked(raw, dataRequestVariant, dataRequestVariant), 5,
			"under the data request variant, without the step that makes a data key of it, instead of the PIN variant", is+"the other side takes another variant."),
		add(masked(raw, dataResponseVariant, dataResponseVariant), 5,
			"under the data response variant, without the step that makes a data key of it, instead of the PIN variant", is+"the other side takes another variant."),
		add(oneWay(masked(raw, pinVariant, pinVariant)), 5,
			"under the PIN variant enciphered under itself, as is done for data keys", is+"the other side does more to it."),
		add(masked(raw, pinVariant, 0), 5, "under the transaction key with the PIN variant in its left half only", is+"the other side leaves out the right half."),
		add(masked(raw, 0, pinVariant), 5, "under the transaction key with the PIN variant in its right half only", is+"the other side leaves out the left half."),
	}
	out = append(out, add(masked(cleartext.Bytes(b.key), pinVariant, pinVariant), 5,
		"under the PIN variant of the key given, with nothing derived from it",
		"The other side takes the BDK or the initial key as if it were the transaction key: it must derive the initial key, and from that the transaction's."))
	if b.key.Usage() != keys.UsageBDK {
		return out
	}
	if ik, err := dukpt.InitialKey(b.key, tx.KSN()); err == nil {
		out = append(out, add(masked(cleartext.Bytes(ik), pinVariant, pinVariant), 4,
			"under the PIN variant of the terminal's initial key",
			"The other side takes the initial key as if it were the transaction key, which is derived from it with the counter in the KSN."))
	}
	return out
}

// tdesBases returns initial keys that were made wrong of a BDK. ik is the right
// one.
func tdesBases(bdk, ik []byte, ksn dukpt.KSN) (out []base) {
	add := func(raw []byte, bits float64, what, fix string) {
		if k, err := cleartext.New(keys.TDES2, keys.UsageInitialKey, raw); err == nil {
			out = append(out, base{step: step{what, fix, bits}, key: k})
		}
	}
	add(cleartext.OddParity(ik), 4, "under the PIN key derived from the initial key after that was adjusted to odd parity",
		"The other side adjusts the parity of the initial key. DUKPT uses every bit: the initial key must be loaded as it was derived.")
	b := ksn.Bytes()
	const id = "The initial key is made of the left 8 bytes of the KSN, with FF in front of a short one and the counter's bits zero: the other side "
	add(wrongInitial(bdk, b[:8], initialMask), 5, "under a PIN key whose initial key was made of a KSN with the counter in it", id+"leaves the counter's bits in.")
	add(wrongInitial(bdk, b[2:], initialMask), 5, "under a PIN key whose initial key was made of the right 8 bytes of the KSN", id+"takes the right 8 bytes.")
	right := ksn.InitialKeyID()
	add(wrongInitial(bdk, right[:], 0), 5, "under a PIN key whose initial key has two equal halves",
		"The right half of the initial key is made with the BDK masked by C0C0C0C000000000 in both halves: the other side leaves the mask out.")
	return out
}

// wrongInitial makes an initial key of other data, or another mask.
func wrongInitial(bdk, data []byte, mask uint64) []byte {
	out := make([]byte, 16)
	left, right := tdesCipher(bdk), tdesCipher(masked(bdk, mask, mask))
	if left == nil || right == nil {
		return nil
	}
	left.Encrypt(out, data)
	right.Encrypt(out[8:], data)
	return out
}
