//go:build cgo

package pkcs11

import (
	"sync/atomic"
	"time"

	"github.com/miekg/pkcs11"
)

// copied is what an object is a copy of.
type copied struct {
	of      pkcs11.ObjectHandle
	checked atomic.Int64 // when it was seen last, in nanoseconds
}

// fresh is how long a copy is used before the key it is a copy of is looked for
// again: somebody may have deleted it.
const fresh = time.Second

// copy makes a copy of a key of the token that is the session's: tokens in software
// read a key from its file, and decipher it, each time it is used (NSS takes
// milliseconds). The copy is as little to be read as the key, and it goes with the
// link. It has no label, so that it is not found in the place of the key.
func (b *bench) copy(o object) (object, error) {
	if !b.l.m.quirks.slowKeys || o.info.Ephemeral {
		return o, nil
	}
	t := []*pkcs11.Attribute{attr(pkcs11.CKA_TOKEN, false), attr(pkcs11.CKA_LABEL, ""), attr(pkcs11.CKA_ID, "pinion1-copy:"+drawSerial())}
	c := &copied{of: o.handle}
	err := b.pinned(func(p *pkcs11.Ctx, s pkcs11.SessionHandle) (err error) {
		o.handle, err = p.CopyObject(s, c.of, t)
		return err
	})
	if err != nil {
		return object{}, inCall("C_CopyObject", err)
	}
	c.checked.Store(time.Now().UnixNano())
	o.copied = c
	return o, nil
}

// stillThere reports whether a key is on the token that was there. Of one that is
// not a copy, the token will say so itself.
func (b *bench) stillThere(o object) bool {
	c := o.copied
	if c == nil {
		return true
	}
	now := time.Now()
	if now.Sub(time.Unix(0, c.checked.Load())) < fresh {
		return true
	}
	var id []*pkcs11.Attribute
	err := b.l.m.adminCall(func(p *pkcs11.Ctx) (err error) {
		id, err = p.GetAttributeValue(b.s, c.of, []*pkcs11.Attribute{attr(pkcs11.CKA_LABEL, nil)})
		return err
	})
	if err == nil && string(id[0].Value) == o.info.Label {
		c.checked.Store(now.UnixNano())
		return true
	}
	b.forget(o.info.Label)
	return false
}

// age has the copies of a key, whoever has them in this process, looked after at
// their next use: the key was deleted.
func (m *module) age(label string) {
	m.links.Lock()
	defer m.links.Unlock()
	for l := range m.links.m {
		if o, ok := l.handles.get(label); ok && o.copied != nil {
			o.copied.checked.Store(0)
		}
	}
}
