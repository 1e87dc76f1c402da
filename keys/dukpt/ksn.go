package dukpt

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
)

// Lengths in bytes.
const (
	tdesKSNSize    = 10
	minTDESKSNSize = 8
	aesKSNSize     = 12
)

// KSN is a key serial number: it names a terminal's initial key and one of its
// transactions. It is public. KSNs can be compared with ==, and used as keys of a
// map. The zero KSN is no serial number: operations on it return [ErrKSN].
type KSN struct {
	b    [aesKSNSize]byte // of a TDES KSN the first ten
	size uint8
}

// NewKSN returns the KSN in b: 8 to 10 bytes for TDES DUKPT, where one shorter
// than 10 bytes is filled with FF on its left, X9.24-1:2009 A.1; or 12 bytes for
// AES DUKPT, X9.24-3:2017 6.1. The error is [ErrKSN].
func NewKSN(b []byte) (KSN, error) {
	var k KSN
	switch n := len(b); {
	case n == aesKSNSize:
		k.size = aesKSNSize
	case minTDESKSNSize <= n && n <= tdesKSNSize:
		k.size = tdesKSNSize
	default:
		return KSN{}, ErrKSN
	}
	fill := k.b[:int(k.size)-len(b)]
	for i := range fill {
		fill[i] = 0xff
	}
	copy(k.b[len(fill):], b)
	return k, nil
}

// ParseKSN returns the KSN written in hex digits of either case: 16 to 20 for
// TDES DUKPT, where F is put before those that are fewer than 20, or 24 for AES.
// The error is [ErrKSN].
func ParseKSN(hexText string) (KSN, error) {
	if n := len(hexText); n != 2*aesKSNSize && (n < 2*minTDESKSNSize || n > 2*tdesKSNSize) {
		return KSN{}, ErrKSN
	}
	if len(hexText)%2 != 0 {
		hexText = "F" + hexText
	}
	b, err := hex.DecodeString(hexText)
	if err != nil {
		return KSN{}, ErrKSN
	}
	return NewKSN(b)
}

// IsZero reports whether k is the zero KSN.
func (k KSN) IsZero() bool { return k.size == 0 }

// IsAES reports whether k is a KSN of AES DUKPT.
func (k KSN) IsAES() bool { return k.size == aesKSNSize }

// InitialKeyID returns the part of k that is the same for all transactions under
// one initial key: of an AES KSN the 8 bytes left of the counter, of a TDES KSN
// the first 59 of its 80 bits and five zeros, as they are enciphered to make the
// initial key.
func (k KSN) InitialKeyID() (id [8]byte) {
	copy(id[:], k.b[:])
	if !k.IsAES() {
		id[7] &= 0xe0
	}
	return id
}

// Counter returns the transaction counter: 32 bits of an AES KSN, 21 of a TDES
// KSN.
func (k KSN) Counter() uint32 {
	if k.IsAES() {
		return binary.BigEndian.Uint32(k.b[8:])
	}
	return binary.BigEndian.Uint32(k.b[6:]) & tdesCounter.mask()
}

// withCounter returns k with another counter, which fits.
func (k KSN) withCounter(c uint32) KSN {
	if k.IsAES() {
		binary.BigEndian.PutUint32(k.b[8:], c)
		return k
	}
	upper := binary.BigEndian.Uint32(k.b[6:]) &^ tdesCounter.mask()
	binary.BigEndian.PutUint32(k.b[6:], upper|c)
	return k
}

// Bytes returns the KSN as 10 bytes (TDES) or 12 (AES), nil for the zero KSN.
func (k KSN) Bytes() []byte { return append([]byte(nil), k.b[:k.size]...) }

// String returns Bytes as hex digits in upper case, "" for the zero KSN.
func (k KSN) String() string { return strings.ToUpper(hex.EncodeToString(k.b[:k.size])) }

// MarshalText returns what String does.
func (k KSN) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText sets k to what [ParseKSN] reads in text, to the zero KSN if text
// is empty.
func (k *KSN) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*k = KSN{}
		return nil
	}
	parsed, err := ParseKSN(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}

// Next returns the KSN of the terminal's next transaction. Counters with too many
// one bits are left out; there are no more than about 1 million (TDES) or 2.4
// thousand million (AES) others. The error is [ErrEndOfLife] after the last one,
// or [ErrKSN].
func (k KSN) Next() (KSN, error) {
	if k.IsZero() {
		return KSN{}, ErrKSN
	}
	c, ok := k.rule().next(k.Counter())
	if !ok {
		return KSN{}, ErrEndOfLife
	}
	return k.withCounter(c), nil
}

// Check returns nil if k can be that of a transaction, as a host sees it: up to 10
// one bits in the counter of TDES DUKPT, and 17 in that of AES DUKPT, where terminals
// have up to 16. The errors are [ErrKSN],
// [ErrCounterZero] and [ErrCounterBits].
func (k KSN) Check() error {
	c := k.Counter()
	switch {
	case k.IsZero():
		return ErrKSN
	case c == 0:
		return ErrCounterZero
	case bits.OnesCount32(c) > k.rule().host:
		return ErrCounterBits
	}
	return nil
}

func (k KSN) rule() counter {
	if k.IsAES() {
		return aesCounter
	}
	return tdesCounter
}
