package pool_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// mode is what is wrong with a faulty device.
type mode int

const (
	well mode = iota
	gone      // it says that it does not answer
	hung      // it says nothing until the context ends
	deaf      // it says nothing, whatever becomes of the context, until it is released
)

// faulty is a soft device that can be switched off.
type faulty struct {
	*soft.Device
	name string

	mu       sync.Mutex
	mode     mode
	took     time.Duration // what an operation takes
	release  chan struct{} // ends deaf calls
	inside   int           // operations that are in the device now
	most     int           // and that were at any time
	calls    int           // operations
	looks    int           // calls of FindKey
	pings    int
	pinging  int
	fails    error // what operations return, if not nil
	loses    bool  // the last item of every batch has no answer
	exposure func(hsm.Work) hsm.Exposure
	derived  int // keys that were derived and are not released
}

func newFaulty(name string) *faulty {
	return &faulty{Device: soft.New(), name: name, took: time.Millisecond, release: make(chan struct{})}
}

func (d *faulty) ThrowAway() bool { return true }

// set changes what is wrong, and returns how many operations were in the device.
func (d *faulty) set(m mode) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m == deaf {
		d.release = make(chan struct{})
	} else if d.mode == deaf {
		close(d.release)
	}
	d.mode = m
	return d.inside
}

func (d *faulty) state() (mode, chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mode, d.release
}

// gate is where a call stops if something is wrong.
func (d *faulty) gate(ctx context.Context) error {
	switch m, release := d.state(); m {
	case gone:
		return &hsm.Error{Err: hsm.ErrUnavailable, Code: "CKR_DEVICE_REMOVED"}
	case hung:
		<-ctx.Done()
		return ctx.Err()
	case deaf:
		<-release
	}
	return ctx.Err()
}

// work is an operation: it takes its time, and if the device dies meanwhile there is no
// answer.
func (d *faulty) work(ctx context.Context, f func() error) error {
	d.mu.Lock()
	d.inside++
	d.calls++
	d.most = max(d.most, d.inside)
	took, fails := d.took, d.fails
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.inside--
		d.mu.Unlock()
	}()
	if err := d.gate(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(took):
	}
	if err := d.gate(ctx); err != nil {
		return err
	}
	if fails != nil {
		return fails
	}
	return f()
}

func (d *faulty) count() (calls, looks, pings, most int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls, d.looks, d.pings, d.most
}

func (d *faulty) Ping(ctx context.Context) error {
	d.mu.Lock()
	d.pings++
	d.pinging++
	if d.pinging > 1 {
		panic("health checks pile up")
	}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.pinging--
		d.mu.Unlock()
	}()
	if err := d.gate(ctx); err != nil {
		return err
	}
	return d.Device.Ping(ctx)
}

func (d *faulty) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	d.mu.Lock()
	d.looks++
	d.mu.Unlock()
	if err := d.gate(ctx); err != nil {
		return nil, err
	}
	return d.Device.FindKey(ctx, ref)
}

func (d *faulty) Exposure(w hsm.Work) (hsm.Exposure, string) {
	if d.exposure != nil {
		return d.exposure(w), "because of " + d.name
	}
	return d.Device.Exposure(w)
}

// of returns a key as the soft device has it.
func of(k hsm.Key) hsm.Key {
	if c, ok := k.(*counted); ok {
		return c.Key
	}
	return k
}

func (d *faulty) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) (block []byte, err error) {
	err = d.work(ctx, func() error { block, err = d.Device.TranslatePIN(ctx, t, of(from), of(to)); return err })
	return block, err
}

func (d *faulty) TranslatePINs(ctx context.Context, b hsm.Batch, from, to hsm.Key) (r []hsm.Result, err error) {
	err = d.work(ctx, func() error { r, err = d.Device.TranslatePINs(ctx, b, of(from), of(to)); return err })
	if err == nil && d.loses {
		r[len(r)-1] = hsm.Result{Err: &hsm.Error{Err: hsm.ErrUnavailable}}
	}
	return r, err
}

func (d *faulty) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	return d.work(ctx, func() error { return d.Device.VerifyPIN(ctx, v, of(from), of(method)) })
}

func (d *faulty) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) (ref []byte, err error) {
	err = d.work(ctx, func() error { ref, err = d.Device.PINReference(ctx, r, of(from), of(method)); return err })
	return ref, err
}

func (d *faulty) GeneratePIN(ctx context.Context, g hsm.Generation, to, method hsm.Key) (made hsm.Generated, err error) {
	err = d.work(ctx, func() error { made, err = d.Device.GeneratePIN(ctx, g, of(to), of(method)); return err })
	return made, err
}

func (d *faulty) ImportKey(ctx context.Context, s hsm.KeySpec, k keys.Key) (i hsm.KeyInfo, err error) {
	err = d.work(ctx, func() error { i, err = d.Device.ImportKey(ctx, s, k); return err })
	return i, err
}

func (d *faulty) GenerateKey(ctx context.Context, s hsm.KeySpec) (i hsm.KeyInfo, err error) {
	err = d.work(ctx, func() error { i, err = d.Device.GenerateKey(ctx, s); return err })
	return i, err
}

func (d *faulty) DeleteKey(ctx context.Context, ref string) error {
	return d.work(ctx, func() error { return d.Device.DeleteKey(ctx, ref) })
}

func (d *faulty) ListKeys(ctx context.Context) (l []hsm.KeyInfo, err error) {
	err = d.work(ctx, func() error { l, err = d.Device.ListKeys(ctx); return err })
	return l, err
}

// counted is a derived key that has to be released, once.
type counted struct {
	hsm.Key
	d    *faulty
	once sync.Once
}

func (k *counted) Release() {
	k.once.Do(func() {
		k.d.mu.Lock()
		k.d.derived--
		k.d.mu.Unlock()
	})
}

func (d *faulty) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	if err := d.gate(ctx); err != nil {
		return nil, err
	}
	k, err := d.Device.DerivePINKey(ctx, bdk, ksn, a)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.derived++
	d.mu.Unlock()
	return &counted{Key: k, d: d}, nil
}

// The keys that every member has.
const (
	zpkHex = "0123456789ABCDEFFEDCBA9876543210"
	toHex  = "23456789ABCDEF01DCBA98765432EF10"
	pvkHex = "C8199237EA5857BC40EF9DA2B5E96BBF"
	bdkHex = "FEDCBA9876543210F1F1F1F1F1F1F1F1"
)

func parse(t testing.TB, a keys.Algorithm, u keys.Usage, hex string) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(a, u, hex)
	require.NoError(t, err)
	return k
}

// load puts a key on a device, past the pool.
func load(t testing.TB, d hsm.KeyManager, label string, k keys.Key) {
	t.Helper()
	_, err := d.ImportKey(context.Background(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
	require.NoError(t, err)
}

// stocked returns n devices with the keys of the tests.
func stocked(t testing.TB, n int) []*faulty {
	t.Helper()
	list := make([]*faulty, n)
	for i := range list {
		d := newFaulty(string(rune('a' + i)))
		load(t, d.Device, "zpk", parse(t, keys.TDES2, keys.UsagePIN, zpkHex))
		load(t, d.Device, "to", parse(t, keys.TDES2, keys.UsagePIN, toHex))
		load(t, d.Device, "pvk", parse(t, keys.TDES2, keys.UsageVisaPVV, pvkHex))
		load(t, d.Device, "bdk", parse(t, keys.AES128, keys.UsageBDK, bdkHex))
		list[i] = d
	}
	return list
}

func members(devices []*faulty, limit int) []pool.Member {
	list := make([]pool.Member, len(devices))
	for i, d := range devices {
		list[i] = pool.Member{Name: d.name, Device: d, Limit: limit}
	}
	return list
}

// newPool returns a pool of devices, and its front. It is closed after the test.
func newPool(t testing.TB, devices []*faulty, limit int, opts ...pool.Option) (*pool.Pool, *hsm.HSM) {
	t.Helper()
	p, err := pool.New(members(devices, limit), opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p, hsm.New(p, hsm.AllowInProcess())
}

var (
	errAnswer = errors.New("a wrong answer")
	account   = "4111111111111111"
)

// caller is somebody with PINs of his own. His methods return errAnswer if he gets what
// is not his.
type caller struct {
	zpk, to, pvk keys.Key
	pan          pinblock.PAN
	pin          pinblock.PIN
	block        []byte
	ref          []byte
}

func newCaller(t testing.TB, pin string) *caller {
	t.Helper()
	c := &caller{zpk: parse(t, keys.TDES2, keys.UsagePIN, zpkHex), to: parse(t, keys.TDES2, keys.UsagePIN, toHex),
		pvk: parse(t, keys.TDES2, keys.UsageVisaPVV, pvkHex)}
	var err error
	c.pan, err = pinblock.ParsePAN(account)
	require.NoError(t, err)
	c.pin, err = pinblock.ParsePIN(pin)
	require.NoError(t, err)
	ctx := context.Background()
	c.block, err = pinblock.Seal(ctx, nil, c.zpk, pinblock.ISO0, c.pin, c.pan)
	require.NoError(t, err)
	c.ref, err = pinverify.VisaPVV{Index: 1}.Reference(ctx, c.pvk, c.pin, c.pan)
	require.NoError(t, err)
	return c
}

var zone = hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}

func (c *caller) translation() hsm.Translation {
	return hsm.Translation{Block: c.block, PAN: c.pan, From: zone, To: hsm.PINKey{Key: "to", Format: pinblock.ISO3}}
}

func (c *caller) translate(ctx context.Context, h *hsm.HSM) error {
	block, err := h.TranslatePIN(ctx, c.translation())
	if err != nil {
		return err
	}
	return c.mine(ctx, c.to, pinblock.ISO3, block)
}

func (c *caller) mine(ctx context.Context, k keys.Key, f pinblock.Format, block []byte) error {
	pin, err := pinblock.Open(ctx, k, f, block, c.pan)
	if err != nil || !pin.Equal(c.pin) {
		return errAnswer
	}
	return nil
}

func (c *caller) batch(ctx context.Context, h *hsm.HSM) error {
	results, err := h.TranslatePINs(ctx, hsm.Batch{From: zone, To: hsm.PINKey{Key: "to", Format: pinblock.ISO3},
		Items: []hsm.Item{{Block: c.block, PAN: c.pan}, {Block: c.block[:3], PAN: c.pan}, {Block: c.block, PAN: c.pan}}})
	if err != nil {
		return err
	}
	if len(results) != 3 || results[1].Err == nil {
		return errAnswer
	}
	for _, i := range []int{0, 2} {
		if results[i].Err != nil {
			return results[i].Err
		}
		if err := c.mine(ctx, c.to, pinblock.ISO3, results[i].Block); err != nil {
			return err
		}
	}
	return nil
}

func (c *caller) verify(ctx context.Context, h *hsm.HSM) error {
	v := hsm.Verification{Block: c.block, PAN: c.pan, From: zone, Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk", Reference: c.ref}
	if err := h.VerifyPIN(ctx, v); err != nil {
		return err
	}
	v.Reference = []byte{(c.ref[0]-'0'+1)%10 + '0', c.ref[1], c.ref[2], c.ref[3]}
	switch err := h.VerifyPIN(ctx, v); {
	case err == nil:
		return errAnswer
	case errors.Is(err, hsm.ErrWrongPIN):
		return nil
	default:
		return err
	}
}

func (c *caller) reference(ctx context.Context, h *hsm.HSM) error {
	ref, err := h.PINReference(ctx, hsm.Reference{Block: c.block, PAN: c.pan, From: zone, Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk"})
	if err == nil && string(ref) != string(c.ref) {
		err = errAnswer
	}
	return err
}

func (c *caller) generate(ctx context.Context, h *hsm.HSM) error {
	m := pinverify.VisaPVV{Index: 1}
	g, err := h.GeneratePIN(ctx, hsm.Generation{PAN: c.pan, To: zone, Method: m, MethodKey: "pvk"})
	if err != nil {
		return err
	}
	pin, err := pinblock.Open(ctx, c.zpk, pinblock.ISO0, g.Block, c.pan)
	if err != nil {
		return errAnswer
	}
	if ref, err := m.Reference(ctx, c.pvk, pin, c.pan); err != nil || string(ref) != string(g.Reference) {
		return errAnswer
	}
	return nil
}

// all are the operations of a caller.
func (c *caller) all() []func(context.Context, *hsm.HSM) error {
	return []func(context.Context, *hsm.HSM) error{c.translate, c.verify, c.batch, c.reference, c.generate}
}

// stat returns the statistics of one member.
func stat(p *pool.Pool, name string) pool.MemberStats {
	for _, s := range p.Stats() {
		if s.Name == name {
			return s
		}
	}
	return pool.MemberStats{}
}

func retries(p *pool.Pool) (n uint64) {
	for _, s := range p.Stats() {
		n += s.Retries
	}
	return n
}
