//go:build cgo

package pkcs11

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// keyID is what the CKA_ID of a key says of it, as text of the form
//
//	pinion1:P0:TDES2:08D7B4:5F0C93A1
//
// with the key's X9.143 usage, its algorithm, its check value, which may be empty,
// and a number drawn for this key alone: to some tokens (NSS) two keys of one CKA_ID
// are one key, and the second takes the place of the first. PKCS#11 has no attribute
// for a usage, and its CKA_CHECK_VALUE is made by ECB also for AES keys, whose check
// value in payments is made by CMAC.
type keyID struct {
	Usage     keys.Usage
	Algorithm keys.Algorithm
	KCV       string // 6 upper case hex digits, or empty
	Serial    string // 8 upper case hex digits, or empty in keys of before there was one
}

const keyIDPrefix = "pinion1"

// newKeyID returns the CKA_ID of a new key.
func newKeyID(s hsm.KeySpec, kcv string) string {
	return keyID{s.Usage, s.Algorithm, kcv, drawSerial()}.String()
}

// unfinished returns the CKA_ID of a key that is not ready to be used: it has no
// usage.
func unfinished() string { return "pinion1-new:" + drawSerial() }

// drawSerial returns the number of a new key.
func drawSerial() string {
	var b [4]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return fmt.Sprintf("%X", b)
}

// String returns the text of the CKA_ID.
func (id keyID) String() string {
	parts := []string{keyIDPrefix, string(id.Usage), id.Algorithm.String(), id.KCV}
	if id.Serial != "" {
		parts = append(parts, id.Serial)
	}
	return strings.Join(parts, ":")
}

// parseKeyID parses a CKA_ID. It reports false for that of a key which other
// software made.
func parseKeyID(b []byte) (keyID, bool) {
	part := strings.Split(string(b), ":")
	if len(part) < 4 || len(part) > 5 || part[0] != keyIDPrefix {
		return keyID{}, false
	}
	algorithm, err := keys.ParseAlgorithm(part[2])
	if err != nil {
		return keyID{}, false
	}
	id := keyID{Usage: keys.Usage(part[1]), Algorithm: algorithm, KCV: part[3]}
	if len(part) == 5 {
		id.Serial = part[4]
	}
	if !id.Usage.Valid() || !isHex(id.KCV, 6) || !isHex(id.Serial, 8) || id.String() != string(b) {
		return keyID{}, false
	}
	return id, true
}

// isHex reports whether s is empty, or n upper case hex digits.
func isHex(s string, n int) bool {
	return s == "" || len(s) == n && strings.Trim(s, "0123456789ABCDEF") == ""
}
