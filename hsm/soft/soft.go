package soft

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// Device keeps keys in memory and forgets them when it is closed. It is safe
// for concurrent use.
type Device struct {
	hsm.Arithmetic

	mu     sync.RWMutex
	keys   map[string]*key // nil after Close
	closed bool
}

// key is a software key with what the device says of it.
type key struct {
	keys.Key
	info  hsm.KeyInfo
	terms terms
	block string // as it is in the file of a [Keystore]; "" for a key in memory only
}

// newKey returns a key that was made here.
func newKey(s hsm.KeySpec, k keys.Key) *key {
	info := hsm.KeyInfo{Label: s.Label, Algorithm: s.Algorithm, Usage: s.Usage, KCV: k.KCV(), Ephemeral: s.Ephemeral}
	return &key{Key: k, info: info, terms: usual(s.Usage)}
}

// Info implements [hsm.Key].
func (k *key) Info() *hsm.KeyInfo { return &k.info }

// New returns a device without keys.
func New() *Device { return &Device{keys: map[string]*key{}} }

// Name implements [hsm.Device].
func (d *Device) Name() string { return "soft" }

// ThrowAway implements [hsm.ThrowAway]: whoever takes this device, or a [Keystore], knows
// that everything is in this process.
func (d *Device) ThrowAway() bool { return true }

// Ping implements [hsm.Pinger].
func (d *Device) Ping(ctx context.Context) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return hsm.ErrClosed
	}
	return ctx.Err()
}

// FindKey implements [hsm.Device]: the reference is the key's label.
func (d *Device) FindKey(_ context.Context, ref string) (hsm.Key, error) {
	k, err := d.find(ref)
	if err != nil {
		return nil, err // and not k, which would be a Key that is not nil
	}
	return k, nil
}

func (d *Device) find(ref string) (*key, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, hsm.ErrClosed
	}
	k, ok := d.keys[ref]
	if !ok {
		return nil, &hsm.Error{Key: ref, Err: hsm.ErrKeyNotFound}
	}
	return k, nil
}

// GenerateKey implements [hsm.KeyManager].
func (d *Device) GenerateKey(_ context.Context, s hsm.KeySpec) (hsm.KeyInfo, error) {
	k, err := keys.Generate(s.Algorithm, s.Usage)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return d.put(newKey(s, k))
}

// ImportKey implements [hsm.KeyManager].
func (d *Device) ImportKey(_ context.Context, s hsm.KeySpec, k keys.Key) (hsm.KeyInfo, error) {
	return d.put(newKey(s, k))
}

// put puts a key on the device, unless its label is taken.
func (d *Device) put(k *key) (hsm.KeyInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return hsm.KeyInfo{}, hsm.ErrClosed
	}
	if _, ok := d.keys[k.info.Label]; ok {
		return hsm.KeyInfo{}, &hsm.Error{Key: k.info.Label, Err: hsm.ErrKeyExists}
	}
	d.keys[k.info.Label] = k
	return k.info, nil
}

// ListKeys implements [hsm.KeyManager].
func (d *Device) ListKeys(context.Context) ([]hsm.KeyInfo, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, hsm.ErrClosed
	}
	list := make([]hsm.KeyInfo, 0, len(d.keys))
	for _, k := range d.keys {
		list = append(list, k.info)
	}
	slices.SortFunc(list, func(a, b hsm.KeyInfo) int { return strings.Compare(a.Label, b.Label) })
	return list, nil
}

// DeleteKey implements [hsm.KeyManager].
func (d *Device) DeleteKey(_ context.Context, ref string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return hsm.ErrClosed
	}
	if _, ok := d.keys[ref]; !ok {
		return &hsm.Error{Key: ref, Err: hsm.ErrKeyNotFound}
	}
	delete(d.keys, ref)
	return nil
}

// Close forgets the keys.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keys, d.closed = nil, true
	return nil
}

var (
	_ hsm.Device       = (*Device)(nil)
	_ hsm.BatchDeriver = (*Device)(nil)
	_ hsm.Deriver      = (*Device)(nil)
	_ hsm.KeyManager   = (*Device)(nil)
	_ hsm.Pinger       = (*Device)(nil)
	_ hsm.ThrowAway    = (*Device)(nil)
)
