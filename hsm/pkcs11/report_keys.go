//go:build cgo

package pkcs11

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/miekg/pkcs11"
)

// keyFlags are the attributes that are read of each key, in the order in which they
// are shown.
var keyFlags = []struct {
	kind uint
	name string
}{
	{pkcs11.CKA_SENSITIVE, "SENSITIVE"}, {pkcs11.CKA_EXTRACTABLE, "EXTRACTABLE"},
	{pkcs11.CKA_ALWAYS_SENSITIVE, "ALWAYS_SENSITIVE"}, {pkcs11.CKA_NEVER_EXTRACTABLE, "NEVER_EXTRACTABLE"},
	{pkcs11.CKA_LOCAL, "LOCAL"}, {pkcs11.CKA_PRIVATE, "PRIVATE"}, {pkcs11.CKA_MODIFIABLE, "MODIFIABLE"},
	{pkcs11.CKA_ENCRYPT, "ENCRYPT"}, {pkcs11.CKA_DECRYPT, "DECRYPT"}, {pkcs11.CKA_WRAP, "WRAP"}, {pkcs11.CKA_UNWRAP, "UNWRAP"},
	{pkcs11.CKA_DERIVE, "DERIVE"}, {pkcs11.CKA_SIGN, "SIGN"}, {pkcs11.CKA_VERIFY, "VERIFY"},
	{pkcs11.CKA_TRUSTED, "TRUSTED"}, {pkcs11.CKA_WRAP_WITH_TRUSTED, "WRAP_WITH_TRUSTED"},
}

// unwrapTemplate is the name under which a key that has one is shown to have it.
const unwrapTemplate = "UNWRAP_TEMPLATE"

// keyFacts is a key as the findings need it.
type keyFacts struct {
	KeyReport
	kind     uint // CKK_
	id       string
	rights   rights // of allRights
	readable bool
	twins    int // keys with its label, itself included
	variants int // second objects of a BDK
}

// keysFound are the keys of a token.
type keysFound struct {
	keys    []keyFacts
	orphans []string // labels of BDKs that are not there, and of which the second object is
}

// reportKeys reads about every secret key.
func (b *bench) reportKeys() (found keysFound, err error) {
	var hs []pkcs11.ObjectHandle
	err = b.adminCall(func(c *pkcs11.Ctx) (err error) {
		hs, err = findObjects(c, b.s, []*pkcs11.Attribute{attr(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY)}, math.MaxInt)
		return err
	})
	if err != nil {
		return keysFound{}, err
	}
	variants, labels := map[string]int{}, map[string]int{}
	for _, h := range hs {
		if err := b.ctx.Err(); err != nil {
			return keysFound{}, err
		}
		k, err := b.reportKey(h)
		if is(err, pkcs11.CKR_OBJECT_HANDLE_INVALID) {
			continue // deleted since
		}
		if err != nil {
			return keysFound{}, err
		}
		label, isVariant := strings.CutPrefix(k.id, variantPrefix)
		switch {
		case isVariant && k.Label == "":
			variants[label]++
			continue
		case k.Label == "" && k.Ephemeral:
			continue // of an operation that runs now
		}
		labels[k.Label]++
		found.keys = append(found.keys, k)
	}
	for i := range found.keys {
		k := &found.keys[i]
		k.twins, k.variants = labels[k.Label], variants[k.Label]
	}
	for label := range variants {
		if labels[label] == 0 {
			found.orphans = append(found.orphans, label)
		}
	}
	slices.Sort(found.orphans)
	slices.SortStableFunc(found.keys, func(a, b keyFacts) int { return strings.Compare(a.Label, b.Label) })
	return found, nil
}

// reportKey reads about one key.
func (b *bench) reportKey(h pkcs11.ObjectHandle) (k keyFacts, err error) {
	err = b.l.m.adminCall(func(c *pkcs11.Ctx) error {
		o, err := describe(c, b.s, h)
		if err != nil {
			return err
		}
		k.KeyInfo = o.info
		a, err := attributes(c, b.s, h, []*pkcs11.Attribute{attr(pkcs11.CKA_ID, nil), attr(pkcs11.CKA_KEY_TYPE, nil)})
		if err == nil {
			k.id, k.kind = string(a[0].Value), number(a[1].Value)
		}
		return err
	})
	if err != nil {
		return keyFacts{}, err
	}
	k.Type = typeName(k.kind)
	kinds := make([]uint, len(keyFlags))
	for i, f := range keyFlags {
		kinds[i] = f.kind
	}
	answers, err := b.flags(h, kinds)
	if err != nil {
		return keyFacts{}, err
	}
	for i, f := range keyFlags {
		k.Attributes = append(k.Attributes, KeyAttribute{f.name, answers[i]})
		if answers[i] == Yes && allRights.has(f.kind) {
			k.rights = append(k.rights, f.kind)
		}
	}
	if k.rights.has(pkcs11.CKA_UNWRAP) {
		k.Attributes = append(k.Attributes, KeyAttribute{unwrapTemplate, b.hasTemplate(h)})
	}
	k.readable = b.readable(h)
	return k, nil
}

// flags reads attributes that are yes or no. Tokens are asked for all of them at
// once, and if they do not like that one by one: some give none if there is one that
// they do not know.
func (b *bench) flags(h pkcs11.ObjectHandle, kinds []uint) ([]Answer, error) {
	answers := make([]Answer, len(kinds))
	t := make([]*pkcs11.Attribute, len(kinds))
	for i, kind := range kinds {
		t[i] = attr(kind, nil)
	}
	err := b.l.m.adminCall(func(c *pkcs11.Ctx) error {
		all, err := c.GetAttributeValue(b.s, h, t)
		for i := range t {
			if err == nil {
				answers[i] = yesOrNo(all[i].Value)
				continue
			}
			one, err := c.GetAttributeValue(b.s, h, t[i:i+1])
			if gone(err) || is(err, pkcs11.CKR_OBJECT_HANDLE_INVALID) {
				return err
			}
			if err == nil {
				answers[i] = yesOrNo(one[0].Value)
			}
		}
		return nil
	})
	return answers, err
}

// yesOrNo returns a CK_BBOOL.
func yesOrNo(v []byte) Answer {
	switch {
	case len(v) != 1:
		return Unsaid
	case v[0] == 0:
		return No
	}
	return Yes
}

// hasTemplate reports whether a key says what the keys that it unwraps are.
func (b *bench) hasTemplate(h pkcs11.ObjectHandle) Answer {
	var a []*pkcs11.Attribute
	err := b.l.m.adminCall(func(c *pkcs11.Ctx) (err error) {
		a, err = c.GetAttributeValue(b.s, h, []*pkcs11.Attribute{attr(pkcs11.CKA_UNWRAP_TEMPLATE, nil)})
		return err
	})
	switch {
	case err != nil:
		return Unsaid
	case len(a[0].Value) == 0:
		return No
	}
	return Yes
}

// typeName returns a CKK_ by name.
func typeName(kind uint) string {
	names := map[uint]string{pkcs11.CKK_GENERIC_SECRET: "GENERIC_SECRET", pkcs11.CKK_DES: "DES", pkcs11.CKK_DES2: "DES2",
		pkcs11.CKK_DES3: "DES3", pkcs11.CKK_AES: "AES", pkcs11.CKK_RC2: "RC2", pkcs11.CKK_RC4: "RC4", pkcs11.CKK_RC5: "RC5",
		pkcs11.CKK_CAMELLIA: "CAMELLIA", pkcs11.CKK_ARIA: "ARIA", pkcs11.CKK_SEED: "SEED", pkcs11.CKK_BLOWFISH: "BLOWFISH",
		pkcs11.CKK_SHA_1_HMAC: "SHA_1_HMAC", pkcs11.CKK_SHA256_HMAC: "SHA256_HMAC"}
	if name, ok := names[kind]; ok {
		return name
	}
	return fmt.Sprintf("0x%08X", kind)
}
