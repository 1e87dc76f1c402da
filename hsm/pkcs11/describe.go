//go:build cgo

package pkcs11

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// rightsRead are the rights that a key is asked for.
var rightsRead = rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DECRYPT, pkcs11.CKA_DERIVE, pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP}

// describe reads what a key says of itself.
func describe(c *pkcs11.Ctx, s pkcs11.SessionHandle, h pkcs11.ObjectHandle) (object, error) {
	t := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, nil),
		pkcs11.NewAttribute(pkcs11.CKA_ID, nil),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, nil),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, nil),
	}
	for _, right := range rightsRead {
		t = append(t, pkcs11.NewAttribute(right, nil))
	}
	a, err := attributes(c, s, h, t)
	if err != nil {
		return object{}, err
	}
	var r rights
	for i, right := range rightsRead {
		if v := a[4+i].Value; len(v) == 1 && v[0] != 0 {
			r = append(r, right)
		}
	}
	info := hsm.KeyInfo{Label: string(a[0].Value), Ephemeral: isFalse(a[2].Value)}
	switch number(a[3].Value) {
	case pkcs11.CKK_DES2:
		info.Algorithm = keys.TDES2
	case pkcs11.CKK_DES3:
		info.Algorithm = keys.TDES3
	case pkcs11.CKK_AES:
		if info.Algorithm, err = aesAlgorithm(c, s, h); err != nil {
			return object{}, err
		}
	}
	id, ours := parseKeyID(a[1].Value)
	if ours && info.Algorithm == 0 && number(a[3].Value) == pkcs11.CKK_AES && id.Algorithm.BlockSize() == 16 {
		info.Algorithm = id.Algorithm // NSS does not say how long some AES keys are
	}
	switch {
	case ours && id.Algorithm == info.Algorithm:
		info.Usage, info.KCV = id.Usage, id.KCV
	case info.Algorithm.BlockSize() == 8:
		info.KCV = checkValue(c, s, h)
	}
	return object{handle: h, info: info, rights: r}, nil
}

// attributes reads attributes of an object. One that the object does not have is
// empty: some tokens give no others if one is asked for that is not there.
func attributes(c *pkcs11.Ctx, s pkcs11.SessionHandle, h pkcs11.ObjectHandle, t []*pkcs11.Attribute) ([]*pkcs11.Attribute, error) {
	a, err := c.GetAttributeValue(s, h, t)
	if !is(err, pkcs11.CKR_ATTRIBUTE_TYPE_INVALID) {
		return a, err
	}
	a = make([]*pkcs11.Attribute, len(t))
	for i := range t {
		one, err := c.GetAttributeValue(s, h, t[i:i+1])
		switch {
		case is(err, pkcs11.CKR_ATTRIBUTE_TYPE_INVALID):
			a[i] = &pkcs11.Attribute{Type: t[i].Type}
		case err != nil:
			return nil, err
		default:
			a[i] = one[0]
		}
	}
	return a, nil
}

func aesAlgorithm(c *pkcs11.Ctx, s pkcs11.SessionHandle, h pkcs11.ObjectHandle) (keys.Algorithm, error) {
	a, err := attributes(c, s, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE_LEN, nil)})
	if err != nil {
		return 0, err
	}
	for _, alg := range []keys.Algorithm{keys.AES128, keys.AES192, keys.AES256} {
		if number(a[0].Value) == uint(alg.KeySize()) {
			return alg, nil
		}
	}
	return 0, nil
}

// checkValue returns the CKA_CHECK_VALUE of a TDES key that other software made,
// where it is the same as the payment check value, or "".
func checkValue(c *pkcs11.Ctx, s pkcs11.SessionHandle, h pkcs11.ObjectHandle) string {
	a, err := c.GetAttributeValue(s, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CHECK_VALUE, nil)})
	if err != nil || len(a[0].Value) != 3 {
		return ""
	}
	return fmt.Sprintf("%X", a[0].Value)
}

// number returns a CK_ULONG: a machine word.
func number(b []byte) uint {
	switch len(b) {
	case 4:
		return uint(binary.NativeEndian.Uint32(b))
	case 8:
		if unsafe.Sizeof(uint(0)) == 8 {
			return uint(binary.NativeEndian.Uint64(b))
		}
	}
	return ^uint(0)
}
