package dukpt

import (
	"strconv"

	"github.com/pinion-hsm/pinion/keys"
)

// Purpose is what a working key is for. Request is what the terminal sends and
// Response what the host answers, whichever of them derives the key. The zero
// Purpose is invalid.
type Purpose uint8

const (
	// PIN is the encipherment of PIN blocks.
	PIN Purpose = iota + 1
	// MACRequest is the authentication of requests: made by the terminal.
	MACRequest
	// MACResponse is the authentication of responses: made by the host.
	MACResponse
	// MACBoth is the authentication of both. In TDES DUKPT it has the key of
	// MACRequest.
	MACBoth
	// DataRequest is the encipherment of data in requests.
	DataRequest
	// DataResponse is the encipherment of data in responses.
	DataResponse
	// DataBoth is the encipherment of both. In TDES DUKPT it has the key of
	// DataRequest.
	DataBoth
	// KeyEncryption is the encipherment of other keys. AES only.
	KeyEncryption
	// KeyDerivation is the derivation of keys outside DUKPT. AES only.
	KeyDerivation
)

// purposes is indexed by Purpose. code is the key usage indicator of AES DUKPT,
// X9.24-3:2017 6.3.2 table 2, where generation and encryption are the terminal's.
// variant is what TDES DUKPT masks both halves of the transaction key with,
// X9.24-1:2009 A.4.1 table A-1.
var purposes = [...]struct {
	name    string
	code    uint16
	variant uint64
}{
	PIN:           {"pin", 0x1000, 0x00000000000000ff},
	MACRequest:    {"mac-request", 0x2000, 0x000000000000ff00},
	MACResponse:   {"mac-response", 0x2001, 0x00000000ff000000},
	MACBoth:       {"mac-both", 0x2002, 0x000000000000ff00},
	DataRequest:   {"data-request", 0x3000, 0x0000000000ff0000},
	DataResponse:  {"data-response", 0x3001, 0x000000ff00000000},
	DataBoth:      {"data-both", 0x3002, 0x0000000000ff0000},
	KeyEncryption: {"key-encryption", 0x0002, 0},
	KeyDerivation: {"key-derivation", 0x8000, 0},
}

// ParsePurpose returns the purpose with the given name, such as "mac-request". The
// error is [ErrPurpose].
func ParsePurpose(text string) (Purpose, error) {
	for p, row := range purposes {
		if p != 0 && row.name == text {
			return Purpose(p), nil
		}
	}
	return 0, ErrPurpose
}

// Valid reports whether p is one of the constants of this package.
func (p Purpose) Valid() bool { return p != 0 && int(p) < len(purposes) }

// String returns the name of p, such as "mac-request".
func (p Purpose) String() string {
	if !p.Valid() {
		return "Purpose(" + strconv.Itoa(int(p)) + ")"
	}
	return purposes[p].name
}

func (p Purpose) mac() bool  { return MACRequest <= p && p <= MACBoth }
func (p Purpose) data() bool { return DataRequest <= p && p <= DataBoth }

// usage returns the X9.143 usage of a working key. A key is for MACs of one
// kind, and which one its algorithm says: retail MAC for TDES and CMAC for AES.
func (p Purpose) usage(a keys.Algorithm) keys.Usage {
	switch {
	case p == PIN:
		return keys.UsagePIN
	case p.mac() && a.BlockSize() == 8:
		return keys.UsageMAC3
	case p.mac():
		return keys.UsageCMAC
	case p.data():
		return keys.UsageData
	case p == KeyEncryption:
		return keys.UsageKEK
	default:
		return keys.UsageKeyDerivation
	}
}
