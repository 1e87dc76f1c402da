package pool

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pinion-hsm/pinion/hsm"
)

// key is a key of the pool, by its label: what was seen of it on the members, at
// one time. It does not change. An operation looks for it again, on the member that does
// it, so that a key which was deleted or replaced there is not used.
type key struct {
	p    *Pool
	ref  string
	info hsm.KeyInfo
	on   []copyOf // by member
}

// copyOf is a key as one member has it. The zero value says that it is not known.
type copyOf struct {
	key    hsm.Key
	absent bool // it was looked for, and was not there
}

// Info implements [hsm.Key].
func (k *key) Info() *hsm.KeyInfo { return &k.info }

// with returns the key with what was seen on one member.
func (k *key) with(m *member, c copyOf) *key {
	n := *k
	n.on = slices.Clone(k.on)
	n.on[m.index] = c
	return &n
}

// somewhere reports whether any member has the key, or may have it.
func (k *key) somewhere() bool {
	return slices.ContainsFunc(k.on, func(c copyOf) bool { return !c.absent })
}

// known are the keys that the pool has seen. Labels under which there was nothing are
// not remembered: somebody may make a key.
type known struct {
	mu   sync.RWMutex
	m    map[string]*key
	turn uint64 // counts what was forgotten: what was seen before that is not put back
}

func (n *known) get(ref string) (k *key, turn uint64) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.m[ref], n.turn
}

func (n *known) put(k *key, turn uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.turn != turn {
		return
	}
	if n.m == nil {
		n.m = map[string]*key{}
	}
	n.m[k.ref] = k
}

// saw adds what was seen of a key on one member, unless the key has been forgotten.
func (n *known) saw(ref string, m *member, c copyOf, turn uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	k := n.m[ref]
	if k == nil || n.turn != turn {
		return
	}
	if k = k.with(m, c); k.somewhere() {
		n.m[ref] = k
	} else {
		delete(n.m, ref)
	}
}

func (n *known) forget(ref string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.m, ref)
	n.turn++
}

func (n *known) all() (list []*key, turn uint64) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, k := range n.m {
		list = append(list, k)
	}
	return list, n.turn
}

// same returns nil if two members' keys may be one key.
func same(one string, a *hsm.KeyInfo, other string, b *hsm.KeyInfo) error {
	if a.Algorithm == b.Algorithm && a.Usage == b.Usage && (a.KCV == b.KCV || a.KCV == "" || b.KCV == "") {
		return nil
	}
	return &hsm.Error{Key: a.Label, Err: ErrDiffers, Hint: fmt.Sprintf("%s has %s, and %s has %s: give every member the same key under a label",
		one, describe(a), other, describe(b))}
}

func describe(i *hsm.KeyInfo) string {
	usage, kcv := "no usage", "no KCV"
	if i.Usage != "" {
		usage = "usage " + string(i.Usage)
	}
	if i.KCV != "" {
		kcv = "KCV " + i.KCV
	}
	return fmt.Sprintf("%v, %s, %s", i.Algorithm, usage, kcv)
}

// resolve replaces a key of the pool by the one of a member. made says that it was
// derived for this, and has to be released.
func (p *Pool) resolve(ctx context.Context, m *member, k *hsm.Key) (made bool, err error) {
	switch wanted := (*k).(type) {
	case nil:
		return false, nil
	case *key:
		if wanted.p != p {
			return false, errForeign
		}
		*k, err = p.find(ctx, m, wanted)
		return false, err
	case *derived:
		if wanted.bdk.p != p {
			return false, errForeign
		}
		if wanted.on == m {
			*k = wanted.key
			return false, nil
		}
		bdk, err := p.find(ctx, m, wanted.bdk)
		if err != nil {
			return false, err
		}
		*k, err = derive(ctx, m, bdk, wanted.ksn, wanted.algorithm)
		return err == nil, err
	}
	return false, errForeign
}

var errForeign = &hsm.Error{Err: hsm.ErrKeyNotFound, Hint: "the key is not of this pool"}

// find looks for a key on a member, and holds it to what the pool knows of it.
func (p *Pool) find(ctx context.Context, m *member, k *key) (hsm.Key, error) {
	found, err := m.device.FindKey(ctx, k.ref)
	if err == nil {
		err = same("the pool", &k.info, m.name, found.Info())
	}
	if err != nil {
		if !failed(ctx, err) && ctx.Err() == nil {
			p.keys.forget(k.ref) // so that all members are looked at again
		}
		return nil, err
	}
	return found, nil
}
