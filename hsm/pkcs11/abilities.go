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
	if e, why := d.Arithmetic.Exposure(w); e == hsm.Refused {
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
		return first(a.opens(w.From, w.FromKey), a.seals(w.To, w.ToKey))
	case hsm.OpGenerate:
		return "no PKCS#11 mechanism draws decimal digits"
	case hsm.OpVerify, hsm.OpReference, hsm.OpChange:
		return first(a.method(w), a.opens(w.From, w.FromKey), judged(w.Rules))
	}
	return ""
}

// method returns why a verification method is applied in this process.
func (a *abilities) method(w hsm.Work) string {
	switch m := w.Method.(type) {
	case pinverify.VisaPVV:
		return first(can(a.tdes), mayWrap(w.MethodKey))
	case pinverify.StoredBlock:
		return first(a.opens(m.Format, w.MethodKey), a.seals(m.Format, w.MethodKey))
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

// opens returns why a block of a format is opened in this process.
func (a *abilities) opens(f pinblock.Format, k hsm.Key) string {
	if f != 0 && !ontoken.Opens(f) {
		return "blocks of format " + f.Name() + " are not opened on a token"
	}
	return first(a.format(f), may(k, pkcs11.CKA_UNWRAP, "unwrap"))
}

// seals returns why a block of a format is made in this process.
func (a *abilities) seals(f pinblock.Format, k hsm.Key) string {
	if f != 0 && !ontoken.Seals(f) {
		return "blocks of format " + f.Name() + " are not made on a token"
	}
	return first(a.format(f), mayWrap(k))
}

// format returns why blocks as long as those of a format do not stay on the token.
// If none is named, any will do.
func (a *abilities) format(f pinblock.Format) string {
	if f == 0 && (a.tdes.ok || a.aes.ok) {
		return ""
	}
	return can(a.of(f.BlockSize()))
}

func can(a ability) string {
	if a.ok {
		return ""
	}
	return a.why
}

func mayWrap(k hsm.Key) string { return may(k, pkcs11.CKA_WRAP, "wrap") }

// may returns why a key is not used on the token, if it is known.
func may(k hsm.Key, right uint, verb string) string {
	if k, ok := k.(*key); ok && k != nil && !k.rights.has(right) {
		return "key " + k.info.Label + " may not " + verb + " (" + rightNames[right].name + " is false): a key that is made now may"
	}
	return ""
}

// first returns the first text that says something.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
