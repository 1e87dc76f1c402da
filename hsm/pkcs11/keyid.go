package pkcs11

import (
	"strings"

	"github.com/pinion-hsm/pinion/keys"
)

// KeyID is what the CKA_ID of a key says of it, as text of the form
//
//	pinion1:P0:TDES2:08D7B4
//
// with the key's X9.143 usage, its algorithm, and its check value, which may be
// empty. PKCS#11 has no attribute for the first, and CKA_CHECK_VALUE, where
// tokens have it, is made by ECB also for AES keys, whose payment check value is
// made by CMAC.
//
// CKA_ID is a note and not a guard: who may write to the token may change it.
// The rights a key was made with are the token's own affair.
type KeyID struct {
	Usage     keys.Usage
	Algorithm keys.Algorithm
	KCV       string // 6 upper case hex digits, or empty
}

const keyIDPrefix = "pinion1"

// String returns the text of the CKA_ID.
func (id KeyID) String() string {
	return strings.Join([]string{keyIDPrefix, string(id.Usage), id.Algorithm.String(), id.KCV}, ":")
}

// ParseKeyID parses a CKA_ID. It reports false for that of a key which other
// software made.
func ParseKeyID(b []byte) (KeyID, bool) {
	part := strings.Split(string(b), ":")
	if len(part) != 4 || part[0] != keyIDPrefix {
		return KeyID{}, false
	}
	algorithm, err := keys.ParseAlgorithm(part[2])
	if err != nil {
		return KeyID{}, false
	}
	id := KeyID{Usage: keys.Usage(part[1]), Algorithm: algorithm, KCV: part[3]}
	if !id.Usage.Valid() || len(id.KCV) != 0 && len(id.KCV) != 6 ||
		strings.Trim(id.KCV, "0123456789ABCDEF") != "" || id.String() != string(b) {
		return KeyID{}, false
	}
	return id, true
}
