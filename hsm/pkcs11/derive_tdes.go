//go:build cgo

package pkcs11

import (
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// tdesDerivation is the source of a PIN key of TDES DUKPT.
type tdesDerivation struct {
	bdk *key
	ksn dukpt.KSN
}

// variant is what the second object of a BDK is combined with. Half of the initial
// key is enciphered under the BDK so combined, X9.24-1:2009 A.6, and tokens do not
// let a key that cannot leave them be combined with anything. So the second object
// is made when the BDK is.
var variant = []byte{0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0, 0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0}

// variantPrefix is what the CKA_ID of the second object begins with; the label of
// its BDK follows. It has no label of its own, so that nobody takes it for a key.
const variantPrefix = "pinion1-variant:"

func (d *Device) tdesDerivation(bdk *key, ksn dukpt.KSN, a keys.Algorithm) (source, error) {
	switch {
	case ksn.IsAES():
		return nil, dukpt.ErrScheme
	case a != keys.TDES2:
		return nil, dukpt.ErrStrength
	case !d.able.tdesDUKPT.ok:
		return nil, &hsm.Error{Key: bdk.info.Label, Err: errors.ErrUnsupported,
			Hint: "TDES DUKPT cannot be derived on this token (" + d.able.tdesDUKPT.why + "): soft: derives it, and AES DUKPT may work"}
	case bdk.info.Usage != keys.UsageBDK:
		return nil, &hsm.Error{Key: bdk.info.Label, Err: errors.ErrUnsupported,
			Hint: "TDES DUKPT from an initial key would need its halves as keys that can leave the token: use the BDK"}
	}
	return &tdesDerivation{bdk, ksn}, nil
}

// object implements source.
func (s *tdesDerivation) object(b *bench) (object, error) {
	bdk, err := b.object(s.bdk, pkcs11.CKA_DERIVE)
	if err != nil {
		return object{}, err
	}
	masked, err := b.variantOf(s.bdk.info.Label)
	if err != nil {
		return object{}, err
	}
	k, err := ontoken.PINKey(b, ontoken.Object(bdk.handle), ontoken.Object(masked), s.ksn)
	if err != nil {
		return object{}, err
	}
	h := pkcs11.ObjectHandle(k.Object)
	b.made = append(b.made, h)
	return object{handle: h, rights: rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP},
		info: hsm.KeyInfo{Label: s.bdk.info.Label, Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true}}, nil
}

// forget implements source.
func (s *tdesDerivation) forget(l *link) { l.handles.forget(variantPrefix + s.bdk.info.Label) }

// variantOf returns the second object of a BDK.
func (b *bench) variantOf(label string) (pkcs11.ObjectHandle, error) {
	id := variantPrefix + label
	if o, ok := b.l.handles.get(id); ok {
		return o.handle, nil
	}
	found, err := b.variants(label)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 {
		return 0, &hsm.Error{Key: label, Err: hsm.ErrKeyNotFound,
			Hint: fmt.Sprintf("the token has %d objects with the BDK combined with C0C0C0C0…, and one is needed: import the BDK anew", len(found))}
	}
	o := object{handle: found[0]}
	if o, err = b.copy(o); err != nil {
		return 0, err
	}
	b.l.handles.put(id, o)
	return o.handle, nil
}

// variants returns the second objects of a BDK.
func (b *bench) variants(label string) (found []pkcs11.ObjectHandle, err error) {
	template := []*pkcs11.Attribute{attr(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY), attr(pkcs11.CKA_ID, variantPrefix+label)}
	err = b.adminCall(func(c *pkcs11.Ctx) (err error) {
		found, err = findObjects(c, b.s, template, 2)
		return err
	})
	return found, err
}
