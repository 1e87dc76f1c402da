package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// KCVMethod is a way to compute a key check value (KCV). The zero KCVMethod is
// invalid.
type KCVMethod uint8

const (
	// TDESECBZero enciphers eight zero bytes. What everybody does for TDES keys,
	// ANSI X9.24-1:2017 annex A.
	TDESECBZero KCVMethod = iota + 1
	// AESECBZero enciphers sixteen zero bytes. Common outside X9: PKCS#11's
	// CKA_CHECK_VALUE, for one.
	AESECBZero
	// AESCMACZero is the CMAC of sixteen zero bytes. What X9.24-1:2017 annex A and
	// X9.143 ask for AES keys.
	AESCMACZero
	// TDESCMACZero is the CMAC of eight zero bytes.
	TDESCMACZero
	// AESCMAC is the CMAC of other data.
	AESCMAC
	// TDESCMAC is the CMAC of other data.
	TDESCMAC
	// HMACSHA256 is the HMAC of other data, for HMAC keys.
	HMACSHA256
)

// Lengths in hex digits: the shortest and the usual check value.
const (
	minKCVDigits     = 4
	defaultKCVDigits = 6
)

// minHMACKey is the shortest HMAC key in bytes: 112 bits, NIST SP 800-131A
// section 10. With GODEBUG=fips140=only crypto/hmac panics on a shorter one.
const minHMACKey = 14

var kcvMethods = [...]string{
	TDESECBZero:  "tdes-ecb-zero",
	AESECBZero:   "aes-ecb-zero",
	AESCMACZero:  "aes-cmac-zero",
	TDESCMACZero: "tdes-cmac-zero",
	AESCMAC:      "aes-cmac",
	TDESCMAC:     "tdes-cmac",
	HMACSHA256:   "hmac-sha256",
}

// ParseKCVMethod returns the method with the given name, such as
// "tdes-ecb-zero", in any case. The error is [ErrKCVMethod].
func ParseKCVMethod(text string) (KCVMethod, error) {
	name := upper(text)
	for m, n := range kcvMethods {
		if upper(n) == name && m != 0 {
			return KCVMethod(m), nil
		}
	}
	return 0, ErrKCVMethod
}

// String returns the name of m, such as "tdes-ecb-zero".
func (m KCVMethod) String() string {
	if m == 0 || int(m) >= len(kcvMethods) {
		return "KCVMethod(" + strconv.Itoa(int(m)) + ")"
	}
	return kcvMethods[m]
}

// tdes and aes report whether m is a method for keys of that cipher.
func (m KCVMethod) tdes() bool { return m == TDESECBZero || m == TDESCMACZero || m == TDESCMAC }
func (m KCVMethod) aes() bool  { return m == AESECBZero || m == AESCMACZero || m == AESCMAC }

func (a Algorithm) defaultKCV() KCVMethod {
	if a.tdes() {
		return TDESECBZero
	}
	return AESCMACZero
}

// KCV returns the key's check value as 6 hex digits in upper case: for TDES of
// [TDESECBZero], for AES of [AESCMACZero], as ANSI X9.24-1:2017 annex A has them.
// It is empty for the zero Key.
func (k Key) KCV() string {
	kcv, err := k.KCVWith(k.m().alg.defaultKCV(), defaultKCVDigits)
	if err != nil {
		return "" // the zero Key
	}
	return kcv
}

// KCVWith returns the key's check value by a method of its algorithm, as that
// many hex digits in upper case, cut on the right: any number from 4 to 16 for
// TDES and 32 for AES, odd ones included. The methods over other data are over no
// data here: over data of the caller's choice they would make a MAC key of every
// key. The errors are [ErrKCVMethod], [ErrKCVLength] and [ErrZeroKey].
//
// Show no more digits than needed. X9.24-1 allows six for TDES and ten for AES: a
// whole block helps whoever searches for the key.
func (k Key) KCVWith(m KCVMethod, hexDigits int) (string, error) {
	if k.IsZero() {
		return "", ErrZeroKey
	}
	if k.m().alg.tdes() && !m.tdes() || !k.m().alg.tdes() && !m.aes() {
		return "", ErrKCVMethod
	}
	return SecretKCV(k.m().bytes, m, nil, hexDigits)
}

// SecretKCV returns a check value over the bytes in s, whatever the strength of
// the key. It is for the packages under keys: see cleartext.KCV.
func SecretKCV(s secret.Bytes, m KCVMethod, data []byte, hexDigits int) (kcv string, err error) {
	secret.Lend(s, func(raw []byte) {
		var sum []byte
		if sum, err = m.sum(raw, data); err != nil {
			return
		}
		text := strings.ToUpper(hex.EncodeToString(sum))
		if hexDigits < minKCVDigits || hexDigits > len(text) {
			err = ErrKCVLength
			return
		}
		kcv = text[:hexDigits]
	})
	return kcv, err
}

// sum returns the whole output of m.
func (m KCVMethod) sum(raw, data []byte) ([]byte, error) {
	if m == HMACSHA256 {
		if len(raw) < minHMACKey {
			return nil, ErrKeySize
		}
		h := hmac.New(sha256.New, raw)
		h.Write(data)
		return h.Sum(nil), nil
	}
	if !m.tdes() && !m.aes() {
		return nil, ErrKCVMethod
	}
	b, err := newBlock(m.tdes(), raw)
	if err != nil {
		return nil, err
	}
	zeros := make([]byte, b.BlockSize())
	switch m {
	case TDESECBZero, AESECBZero:
		b.Encrypt(zeros, zeros)
		return zeros, nil
	case TDESCMACZero, AESCMACZero:
		return cmac.Sum(b, zeros), nil
	default:
		return cmac.Sum(b, data), nil
	}
}
