//go:build cgo

package pkcs11

import (
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// abilities are what a token has been found to be good for, by doing it once with
// keys of the test's own. They do not change.
type abilities struct {
	tdes, aes ability // PIN blocks under keys of that kind stay on the token
	tdesDUKPT ability
	aesDUKPT  map[keys.Algorithm]ability // by what is derived
	tests     []Test
}

// ability is something that a token can do, or why not.
type ability struct {
	ok  bool
	why string
}

// of returns the ability for blocks of a size.
func (a *abilities) of(blockSize int) ability {
	if blockSize == 16 {
		return a.aes
	}
	return a.tdes
}

// derives returns nil if keys of an algorithm are derived for AES DUKPT.
func (a *abilities) derives(alg keys.Algorithm) error {
	can := a.aesDUKPT[alg]
	if can.ok {
		return nil
	}
	return &hsm.Error{Err: errors.ErrUnsupported, Hint: "AES DUKPT cannot be derived on this token (" + can.why + "): see pinion device doctor"}
}

// rights returns what a key that this package makes may do: as little as its usage
// needs on this token. Where PIN blocks stay on the token, nothing deciphers them.
func (a *abilities) rights(s hsm.KeySpec) rights {
	onToken := a.of(s.Algorithm.BlockSize()).ok
	switch {
	case s.Usage == keys.UsagePIN && onToken:
		return rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP}
	case s.Usage == keys.UsageVisaPVV && onToken:
		return rights{pkcs11.CKA_WRAP}
	}
	return allows(s)
}

// Exposure implements [hsm.Device].
func (d *Device) Exposure(w hsm.Work) (hsm.Exposure, string) {
	if e, why := (hsm.Arithmetic{}).Exposure(w); e == hsm.Refused {
		return e, why
	}
	if why := d.able.inProcess(w); why != "" {
		return hsm.InProcess, why
	}
	return hsm.OnDevice, ""
}

// inProcess returns why work is done in this process, or "" if it is done on the
// token.
func (a *abilities) inProcess(w hsm.Work) string {
	switch w.Op {
	case hsm.OpTranslate:
		if why := a.opens(w.From, w.FromKey); why != "" {
			return why
		}
		return a.seals(w.To, w.ToKey)
	case hsm.OpGenerate:
		return "no PKCS#11 mechanism draws decimal digits"
	case hsm.OpVerify, hsm.OpReference, hsm.OpChange:
		if why := a.method(w); why != "" {
			return why
		}
		if why := a.opens(w.From, w.FromKey); why != "" {
			return why
		}
		return judged(w.Rules)
	}
	return ""
}

// method returns why a verification method is applied in this process.
func (a *abilities) method(w hsm.Work) string {
	switch m := w.Method.(type) {
	case pinverify.VisaPVV:
		if !a.tdes.ok {
			return a.tdes.why
		}
		return mayWrap(w.MethodKey)
	case pinverify.StoredBlock:
		if why := a.opens(m.Format, w.MethodKey); why != "" {
			return why
		}
		return a.seals(m.Format, w.MethodKey)
	case pinverify.IBM3624, pinverify.GBP, pinverify.NL1:
		return "the natural PIN is looked up in a table, which no token does; it and the offset, which is public, are the PIN"
	}
	return "the method decimalizes a ciphertext into digits of the PIN itself"
}

// judged returns why rules for PINs are applied in this process. How many digits a
// PIN has is known without them.
func judged(r pinverify.Rules) string {
	r.MinLength, r.MaxLength = 0, 0
	if r.IsZero() {
		return ""
	}
	return "the rules look at the digits of the PIN"
}

// What is said of formats that are not done on a token. It is put together once:
// reasons are asked for in every operation.
var notOpened, notMade = map[pinblock.Format]string{}, map[pinblock.Format]string{}

func init() {
	for _, f := range pinblock.Formats() {
		notOpened[f] = "blocks of format " + f.Name() + " are not opened on a token"
		notMade[f] = "blocks of format " + f.Name() + " are not made on a token"
	}
}

// opens returns why a block of a format is opened in this process.
func (a *abilities) opens(f pinblock.Format, k hsm.Key) string {
	if f != 0 && !ontoken.Opens(f) {
		return notOpened[f.Base()]
	}
	if why := a.format(f); why != "" {
		return why
	}
	return may(k, pkcs11.CKA_UNWRAP, "unwrap")
}

// seals returns why a block of a format is made in this process.
func (a *abilities) seals(f pinblock.Format, k hsm.Key) string {
	if f != 0 && !ontoken.Seals(f) {
		return notMade[f.Base()]
	}
	if why := a.format(f); why != "" {
		return why
	}
	return mayWrap(k)
}

// format returns why blocks as long as those of a format do not stay on the token.
// If none is named, any will do.
func (a *abilities) format(f pinblock.Format) string {
	if f == 0 && (a.tdes.ok || a.aes.ok) {
		return ""
	}
	if can := a.of(f.BlockSize()); !can.ok {
		return can.why
	}
	return ""
}

func mayWrap(k hsm.Key) string { return may(k, pkcs11.CKA_WRAP, "wrap") }

// may returns why a key is not used on the token, if it is known.
func may(k hsm.Key, right uint, verb string) string {
	if k, ok := k.(*key); ok && k != nil && !k.rights.has(right) {
		return k.lacks(right, verb)
	}
	return ""
}
