package soft

import (
	"context"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// terms is what a key block said of its key beside usage and algorithm. A key
// that was made here has those of its usage.
type terms struct {
	mode          byte
	exportability byte
	keyVersion    string
	optional      []keyblock.OptionalBlock
}

// usual returns the terms of a key that was made here: all that its usage is for,
// and to be exported under a trusted key.
func usual(u keys.Usage) terms { return terms{mode: usualMode(u), exportability: 'E'} }

// usualMode returns the widest mode of use of a usage, ANSI X9.143 table 2.
func usualMode(u keys.Usage) byte {
	switch u {
	case keys.UsageBDK, keys.UsageInitialKey, keys.UsageBaseKeyVariant, keys.UsageKeyDerivation,
		keys.UsageEMVCryptograms, keys.UsageEMVConfidentiality, keys.UsageEMVIntegrity,
		keys.UsageEMVDataAuthentication, keys.UsageEMVDynamicNumbers:
		return 'X'
	case keys.UsagePIN, keys.UsageKEK, keys.UsageKBPK, keys.UsageISO20038KBPK,
		keys.UsageData, keys.UsageDecimalizationTable, keys.UsageSensitiveData:
		return 'B'
	}
	if u == keys.UsagePINGeneration || u != "" && strings.IndexByte("CMV", u[0]) >= 0 {
		return 'C'
	}
	return 'N'
}

// ofHeader returns the terms in a header. Blocks that are about the block and not
// about the key stay behind: padding, label, times, the old protection key.
func ofHeader(h keyblock.Header) terms {
	t := terms{mode: h.Mode, exportability: h.Exportability, keyVersion: h.KeyVersion}
	for _, b := range h.Optional {
		switch b.ID {
		case "PB", "LB", "TS", "KP", "PK":
		default:
			t.optional = append(t.optional, b)
		}
	}
	return t
}

// refuse is what a key says to an operation that its terms do not allow.
func (k *key) refuse(hint string) error {
	return &hsm.Error{Key: k.info.Label, Err: hsm.ErrKeyUsage, Hint: hint}
}

// Encrypt implements [pinblock.Encrypter]. A key whose block said that it only
// deciphers (mode of use D) returns [hsm.ErrKeyUsage].
func (k *key) Encrypt(ctx context.Context, dst, src []byte) error {
	if k.terms.mode == 'D' {
		return k.refuse("the key's mode of use is D: it deciphers and does not encipher")
	}
	return k.Key.Encrypt(ctx, dst, src)
}

// Decrypt implements [pinblock.Decrypter]. A key whose block said that it only
// enciphers (mode of use E) returns [hsm.ErrKeyUsage].
func (k *key) Decrypt(ctx context.Context, dst, src []byte) error {
	if k.terms.mode == 'E' {
		return k.refuse("the key's mode of use is E: it enciphers and does not decipher")
	}
	return k.Key.Decrypt(ctx, dst, src)
}

// VerifyPIN implements [hsm.Device].
func (d *Device) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	if k, ok := method.(*key); ok && k.terms.mode == 'G' {
		return k.refuse("the key's mode of use is G: it makes reference values and does not verify")
	}
	return d.Arithmetic.VerifyPIN(ctx, v, from, method)
}

// PINReference implements [hsm.Device].
func (d *Device) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) ([]byte, error) {
	if err := mayGenerate(method); err != nil {
		return nil, err
	}
	return d.Arithmetic.PINReference(ctx, r, from, method)
}

// GeneratePIN implements [hsm.Device].
func (d *Device) GeneratePIN(ctx context.Context, g hsm.Generation, to, method hsm.Key) (hsm.Generated, error) {
	if err := mayGenerate(method); err != nil {
		return hsm.Generated{}, err
	}
	return d.Arithmetic.GeneratePIN(ctx, g, to, method)
}

func mayGenerate(method hsm.Key) error {
	if k, ok := method.(*key); ok && k.terms.mode == 'V' {
		return k.refuse("the key's mode of use is V: it verifies and makes no reference values")
	}
	return nil
}
