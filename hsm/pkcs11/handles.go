//go:build cgo

package pkcs11

import (
	"fmt"
	"sync"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// object is a key on the token, as one link sees it.
type object struct {
	handle pkcs11.ObjectHandle
	info   hsm.KeyInfo
	rights rights // those the token gives it, of rightsRead
	may    rights // those its usage has; nil is all
	key    *key   // which is handed out, for an object that was found by its label
	copied *copied
}

// mayUse returns nil unless the token would let the key do what its usage does
// not: one that was adopted may have rights that it would not have been made with.
// What the token refuses it says itself.
func (o object) mayUse(right uint) error {
	if o.may == nil || !o.rights.has(right) || o.may.has(right) {
		return nil
	}
	return &hsm.Error{Key: o.info.Label, Err: hsm.ErrKeyUsage, Hint: fmt.Sprintf("the token would let it, but not its usage %s", o.info.Usage)}
}

// handles are the objects a link has found, by label. Objects that were not
// found are not remembered: somebody may make them.
type handles struct {
	mu sync.RWMutex
	m  map[string]object
}

func (h *handles) get(label string) (object, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	o, ok := h.m[label]
	return o, ok
}

func (h *handles) put(label string, o object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.m == nil {
		h.m = map[string]object{}
	}
	h.m[label] = o
}

// forget returns what it forgets.
func (h *handles) forget(label string) object {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.m[label]
	delete(h.m, label)
	return o
}

// forget forgets a key, with its copy and that of its second object.
func (b *bench) forget(label string) {
	for _, at := range []string{label, variantPrefix + label} {
		if o := b.l.handles.forget(at); o.copied != nil {
			b.destroyPinned(o.handle)
		}
	}
}

// lookup returns the key of a label: one that was found before, or one that is
// searched for.
func (b *bench) lookup(label string) (object, error) {
	if o, ok := b.l.handles.get(label); ok && b.stillThere(o) {
		return o, nil
	}
	o, err := b.fetch(label)
	if staleHandle(err) { // it went when it had just been found; that may be a logout
		o, err = b.fetch(label)
	}
	if err == nil && o.info.Usage != "" { // one without may be adopted
		b.l.handles.put(label, o)
	}
	return o, err
}

// fetch finds the key of a label, and copies it where that is done.
func (b *bench) fetch(label string) (object, error) {
	o, err := b.find(label)
	if err != nil || o.info.Usage == "" {
		return o, err
	}
	o.may = append(rights{}, mayHave(hsm.KeySpec{Usage: o.info.Usage, Algorithm: o.info.Algorithm})...)
	return b.copy(o)
}

// find returns the key of a label as it is on the token now.
func (b *bench) find(label string) (object, error) {
	found, err := b.search(label, 2)
	switch {
	case err != nil:
		return object{}, err
	case len(found) == 0:
		return object{}, &hsm.Error{Key: label, Err: hsm.ErrKeyNotFound}
	case len(found) > 1:
		return object{}, &hsm.Error{Key: label, Err: ErrAmbiguous, Hint: "give each key of the token a label of its own"}
	}
	o := found[0]
	o.key = &key{d: b.d, info: o.info, rights: o.rights, from: &labelled{o.info}}
	return o, nil
}

// search returns at most limit secret keys of a label, or of any label if it is
// empty.
func (b *bench) search(label string, limit int) (found []object, err error) {
	if err := b.ctx.Err(); err != nil {
		return nil, err
	}
	template := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY)}
	if label != "" {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_LABEL, label))
	}
	err = b.adminCall(func(c *pkcs11.Ctx) error {
		hs, err := findObjects(c, b.s, template, limit)
		if err != nil {
			return err
		}
		for _, h := range hs {
			o, err := describe(c, b.s, h)
			if is(err, pkcs11.CKR_OBJECT_HANDLE_INVALID) {
				continue // deleted since
			}
			if err != nil {
				return err
			}
			found = append(found, o)
		}
		if len(found) == 0 && b.l.token.LoginRequired {
			return loggedIn(c, b.s)
		}
		return nil
	})
	return found, err
}

// loggedIn returns CKR_USER_NOT_LOGGED_IN if somebody logged this process out. A
// token does not say so when it is searched: it finds no private objects.
func loggedIn(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
	info, err := c.GetSessionInfo(s)
	if err == nil && info.State != pkcs11.CKS_RO_USER_FUNCTIONS && info.State != pkcs11.CKS_RW_USER_FUNCTIONS {
		err = pkcs11.Error(pkcs11.CKR_USER_NOT_LOGGED_IN)
	}
	return err
}

// findObjects runs a whole search, so that the session is left in none.
func findObjects(c *pkcs11.Ctx, s pkcs11.SessionHandle, template []*pkcs11.Attribute, limit int) (all []pkcs11.ObjectHandle, err error) {
	if err := c.FindObjectsInit(s, template); err != nil {
		return nil, err
	}
	defer func() {
		if e := c.FindObjectsFinal(s); err == nil {
			err = e
		}
	}()
	for len(all) < limit {
		some, _, err := c.FindObjects(s, min(limit-len(all), 64))
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		all = append(all, some...)
	}
	return all, nil
}
