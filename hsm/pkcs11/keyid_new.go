//go:build cgo

package pkcs11

import (
	"crypto/rand"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
)

// newKeyID returns the CKA_ID of a new key.
func newKeyID(s hsm.KeySpec, kcv string) string {
	return KeyID{s.Usage, s.Algorithm, kcv, drawSerial()}.String()
}

// drawSerial returns the number of a new key.
func drawSerial() string {
	var b [4]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return fmt.Sprintf("%X", b)
}

// unfinished returns the CKA_ID of a key that is not ready to be used: it has no
// usage.
func unfinished() string { return "pinion1-new:" + drawSerial() }
