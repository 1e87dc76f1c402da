package httpapi

import (
	"encoding/hex"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// pinKey names a key of the HSM and the format of the blocks under it.
type pinKey struct {
	Format    string `json:"format" required:"true" minLength:"1" maxLength:"64" description:"Format of the block: iso-0, iso-1, iso-3, iso-4 or another that pinion has." example:"iso-0"`
	Key       string `json:"key" required:"true" minLength:"1" maxLength:"128" description:"Label of the zone key, or of the base derivation key." example:"zpk"`
	KSN       string `json:"ksn,omitempty" pattern:"^([0-9A-Fa-f]{16,20}|[0-9A-Fa-f]{24})$" description:"Key serial number of a DUKPT transaction, hex." example:"FFFF9876543210E00001"`
	Algorithm string `json:"algorithm,omitempty" enum:"TDES2,TDES3,AES128,AES192,AES256" description:"Of the PIN key under AES DUKPT, where it is not the usual one."`
}

// parse returns the key as the service takes it.
func (k *pinKey) parse() (hsm.PINKey, error) {
	parsed := hsm.PINKey{Key: k.Key}
	var err error
	if parsed.Format, err = pinblock.ParseFormat(k.Format); err != nil {
		return hsm.PINKey{}, pinblock.ErrFormat // without the part that was not understood
	}
	if k.KSN != "" {
		if parsed.KSN, err = dukpt.ParseKSN(k.KSN); err != nil {
			return hsm.PINKey{}, dukpt.ErrKSN
		}
	}
	if k.Algorithm != "" {
		if parsed.Algorithm, err = keys.ParseAlgorithm(k.Algorithm); err != nil {
			return hsm.PINKey{}, keys.ErrAlgorithm
		}
	}
	return parsed, nil
}

// pinBlock is an enciphered PIN, as it comes in ISO 8583 field 52, and the key it
// is under.
type pinBlock struct {
	PINBlock string `json:"pinBlock" required:"true" pattern:"^([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})$" description:"The enciphered PIN block, hex: 8 bytes, 16 for iso-4." example:"C1A3D47F0B269E58"`
	pinKey
}

// parse returns the block as the service takes it.
func (b *pinBlock) parse() (issuer.PINBlock, error) {
	key, err := b.pinKey.parse()
	if err != nil {
		return issuer.PINBlock{}, err
	}
	block, err := hex.DecodeString(b.PINBlock)
	if err != nil {
		return issuer.PINBlock{}, pinblock.ErrBlockSize
	}
	return issuer.PINBlock{Block: block, Key: key}, nil
}
