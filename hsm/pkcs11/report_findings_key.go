//go:build cgo

package pkcs11

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// verifiers are the usages of PIN verification keys.
var verifiers = []keys.Usage{keys.UsagePVKOther, keys.UsageIBM3624, keys.UsageVisaPVV,
	keys.UsageX9132Alg1, keys.UsageX9132Alg2, keys.UsageX9132Alg3}

// role returns what a key of a usage is called, if PINs depend on it.
func role(u keys.Usage) string {
	switch {
	case u == keys.UsagePIN:
		return "PIN key"
	case slices.Contains(verifiers, u):
		return "PIN verification key"
	case u == keys.UsageBDK:
		return "base derivation key"
	case u == keys.UsageInitialKey:
		return "initial key"
	case u == keys.UsageKEK, u == keys.UsageKBPK:
		return "key encryption key"
	}
	return ""
}

// anew is the advice for a key that cannot be mended.
func (k *keyFacts) anew() string {
	if k.Usage == "" {
		return "have its owner make it anew, sensitive and not extractable"
	}
	return fmt.Sprintf("make it anew: 'pinion key generate --usage %s' under another label, or 'pinion key import' of a fresh one; exchange it with whoever shares it, then 'pinion key delete' this one", k.Usage)
}

// unwrapsPINs reports whether PIN blocks can be unwrapped under the key into
// anything.
func (k *keyFacts) unwrapsPINs() bool {
	return k.Usage == keys.UsagePIN && k.rights.has(pkcs11.CKA_UNWRAP) && k.Is(unwrapTemplate) != Yes
}

// keyFindings judges one key.
func (a *abilities) keyFindings(k *keyFacts) []Finding {
	var all []Finding
	add := func(level Level, code, text, advice string) {
		all = append(all, Finding{Level: level, Code: code, Key: k.Label, Text: text, Advice: advice})
	}
	k.secrecy(add)
	k.identity(add)
	told := a.attacks(k, add)
	if k.Usage != "" {
		a.suits(k, told, add)
	}
	return all
}

type adder func(level Level, code, text, advice string)

// secrecy is about who can get at the key's value.
func (k *keyFacts) secrecy(add adder) {
	level, what := Warning, "a key"
	if r := role(k.Usage); r != "" {
		level, what = Danger, "a "+r
		if strings.HasPrefix(r, "i") {
			what = "an " + r
		}
	}
	switch {
	case k.readable:
		add(Danger, "readable", "its value can be read by whoever is logged in", "count it as known: "+k.anew())
	case k.Is("SENSITIVE") == No:
		add(Danger, "not_sensitive", "it is not CKA_SENSITIVE: its value may be shown", "have the token's administrator set CKA_SENSITIVE to true, which is for good; better, "+k.anew())
	}
	if k.Is("EXTRACTABLE") == Yes {
		add(level, "extractable", what+" that is CKA_EXTRACTABLE leaves the token under any key that wraps",
			"have the token's administrator set CKA_EXTRACTABLE to false, which is for good; if it may have left already, "+k.anew())
	}
	if k.Is("PRIVATE") == No {
		add(Warning, "not_private", "it is not CKA_PRIVATE: it can be used without login", k.anew())
	}
}

// identity is about what the key is.
func (k *keyFacts) identity(add adder) {
	label := k.Label
	if label == "" {
		label = "LABEL"
	}
	switch {
	case strings.HasPrefix(k.id, "pinion1-new:"):
		add(Warning, "unfinished", "its making was cut short: nothing knows what it is for", "delete it: 'pinion key delete --label "+label+"'")
	case k.Label == "":
		add(Note, "no_label", fmt.Sprintf("a key of type %s has no label, so pinion does not see it", k.Type), "have the software that made it give it a label, if it is for PINs")
	case k.Usage == "" && k.Algorithm != 0:
		add(Note, "no_usage", "other software made it: no operation takes it, because nothing says what it is for", "if it is for PINs, 'pinion key adopt --label "+label+" --usage P0' (or its usage)")
	}
	if k.twins > 1 && k.Label != "" {
		add(Warning, "label_twice", fmt.Sprintf("%d keys have this label, so none of them can be used", k.twins), "have the software that made them give each a label of its own")
	}
	if k.kind == pkcs11.CKK_DES {
		add(Warning, "single_des", "it is a single DES key, which is found by trying: pinion does not use it", "replace it, wherever it is used")
	}
}

// attacks is about rights by which somebody gets what they should not have. It
// returns those that it has told of.
func (a *abilities) attacks(k *keyFacts, add adder) (told rights) {
	s := hsm.KeySpec{Usage: k.Usage, Algorithm: k.Algorithm}
	const noDecrypt = "have the token's administrator set CKA_DECRYPT to false; if the token does not let them, "
	switch decrypts := k.rights.has(pkcs11.CKA_DECRYPT); {
	case !decrypts:
	case k.Usage == keys.UsagePIN && a.of(s.Algorithm.BlockSize()).ok:
		add(Danger, "pin_key_deciphers", "a PIN key that may decipher: whoever holds a session can have the clear PIN of a block in one call, and this token needs no such right", noDecrypt+k.anew())
		told = rights{pkcs11.CKA_DECRYPT}
	case slices.Contains(verifiers, k.Usage):
		add(Danger, "pvk_deciphers", "a PIN verification key that may decipher: nothing that deciphers under it is of use to anybody but a thief", noDecrypt+k.anew())
		told = rights{pkcs11.CKA_DECRYPT}
	case k.rights.has(pkcs11.CKA_WRAP):
		add(Danger, "wrap_and_decrypt", "it may wrap and decipher: whoever holds a session can wrap any extractable key under it, and decipher what comes out", noDecrypt+k.anew())
		told = rights{pkcs11.CKA_WRAP, pkcs11.CKA_DECRYPT}
	}
	derives := k.Usage == keys.UsageBDK || k.Usage == keys.UsageInitialKey
	if derives && k.rights.has(pkcs11.CKA_ENCRYPT) && !a.rights(s).has(pkcs11.CKA_ENCRYPT) {
		add(Danger, "bdk_enciphers", "it may encipher: whoever holds a session computes the keys of its terminals by it, in the clear",
			"have the token's administrator set CKA_ENCRYPT to false; if the token does not let them, "+k.anew())
		told = append(told, pkcs11.CKA_ENCRYPT)
	}
	return told
}

// suits is about whether the key's rights are those of its usage, but for those that
// were told of.
func (a *abilities) suits(k *keyFacts, told rights, add adder) {
	s := hsm.KeySpec{Usage: k.Usage, Algorithm: k.Algorithm}
	if k.Usage == keys.UsagePIN && a.of(s.Algorithm.BlockSize()).ok && !(k.rights.has(pkcs11.CKA_WRAP) && k.rights.has(pkcs11.CKA_UNWRAP)) {
		add(Warning, "pins_in_process", "PINs under it come into the process, though the token could keep them: it may not wrap and unwrap", k.anew())
	}
	needed := slices.Concat(a.rights(s), told)
	if k.Usage == keys.UsagePIN || k.Usage == keys.UsageVisaPVV {
		needed = append(needed, mayHave(s)...) // no worse than what is needed
	}
	if extra := without(k.rights, needed); len(extra) > 0 {
		add(Warning, "rights_unneeded", fmt.Sprintf("the token lets it do what usage %s does not need: %s", k.Usage, extra), "have the token's administrator set them to false; if the token does not let them, "+k.anew())
	}
	if right, lacks := a.lacks(s, k.rights); lacks {
		add(Warning, "rights_missing", fmt.Sprintf("a key of usage %s %s, and %s is false: it cannot be used", k.Usage, rightNames[right].verb, rightNames[right].name), k.anew())
	}
	if wantsVariant(s) && a.tdesDUKPT.ok && k.variants != 1 {
		add(Warning, "bdk_half_missing", fmt.Sprintf("the token has %d second objects of this BDK (the BDK combined with C0C0C0C0…), and TDES DUKPT needs one", k.variants),
			"delete the BDK and import it anew with 'pinion key import'")
	}
}

// without returns the rights that are not among others.
func without(r, others rights) rights {
	var left rights
	for _, x := range r {
		if !others.has(x) {
			left = append(left, x)
		}
	}
	return left
}

// String returns rights as attributes, like "CKA_SIGN, CKA_VERIFY".
func (r rights) String() string {
	var names []string
	for _, x := range r {
		for _, f := range keyFlags {
			if f.kind == x {
				names = append(names, "CKA_"+f.name)
			}
		}
	}
	return strings.Join(names, ", ")
}
