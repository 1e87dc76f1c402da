package issuer_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

const testPAN = "5432101234567891"

// device is the soft device with a counter, and a plug that can be pulled.
type device struct {
	*soft.Device
	verified  atomic.Int64
	unplugged atomic.Bool
	during    atomic.Pointer[func()] // called while a PIN is verified
}

func (d *device) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	d.verified.Add(1)
	if d.unplugged.Load() {
		return &hsm.Error{Op: hsm.OpVerify, Err: hsm.ErrUnavailable}
	}
	if f := d.during.Load(); f != nil {
		(*f)()
	}
	return d.Device.VerifyPIN(ctx, v, from, method)
}

func (d *device) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) ([]byte, error) {
	if d.unplugged.Load() {
		return nil, &hsm.Error{Op: hsm.OpReference, Err: hsm.ErrUnavailable}
	}
	return d.Device.PINReference(ctx, r, from, method)
}

// store is the real store, which can be made to fail after the decision.
type store struct {
	issuer.Store
	broken  atomic.Bool
	updates atomic.Int64 // cards written
	groups  atomic.Int64
	again   atomic.Bool // the next decision is asked for twice, as after a serialization failure
}

var errBroken = errors.New("the disk is gone")

func (s *store) Transact(ctx context.Context, c issuer.Claim, f func(context.Context, *issuer.Held) (issuer.Changes, error)) error {
	s.groups.Add(1)
	return s.Store.Transact(ctx, c, func(ctx context.Context, h *issuer.Held) (issuer.Changes, error) {
		changes, err := f(ctx, h)
		if s.again.Swap(false) {
			changes, err = f(ctx, h)
		}
		if s.broken.Load() {
			return issuer.Changes{}, errBroken
		}
		s.updates.Add(int64(len(changes.Updated)))
		return changes, err
	})
}

// rig is a service on a real device and a real database.
type rig struct {
	t       *testing.T
	service *issuer.Service
	device  *device
	store   *store
	hsm     *hsm.HSM
	keys    map[string]keys.Key
	file    string
	pan     pinblock.PAN
}

// The keys are known, so that no two PINs of these tests share a PVV by chance.
var testKeys = []struct {
	label string
	alg   keys.Algorithm
	usage keys.Usage
	hex   string
}{
	{"storage", keys.AES128, keys.UsagePIN, "000102030405060708090A0B0C0D0E0F"},
	{"pvk", keys.TDES2, keys.UsageVisaPVV, "0123456789ABCDEFFEDCBA9876543210"},
	{"ibm", keys.TDES2, keys.UsageIBM3624, "FEDCBA98765432100123456789ABCDEF"},
	{"zone", keys.TDES2, keys.UsagePIN, "1123456789ABCDEF0EDCBA9876543210"},
	{"bureau", keys.AES128, keys.UsagePIN, "0F0E0D0C0B0A09080706050403020100"},
}

func profiles() []issuer.Profile {
	table := pinverify.StandardTable()
	return []issuer.Profile{
		{Name: "visa", Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk", Reveal: true},
		{Name: "strict", Method: pinverify.VisaPVV{Index: 2}, MethodKey: "pvk", Rules: pinverify.CommonRules(), MaxTries: 5},
		{Name: "ibm", Method: pinverify.IBM3624{Table: table, Validation: pinverify.ValidationFromPAN(0, 16, 0xF)}, MethodKey: "ibm", Reveal: true},
		{Name: "stored", Method: pinverify.StoredBlock{Format: pinblock.ISO4}, MethodKey: "storage", PINLength: 6, Reveal: true},
		{Name: "long", Method: pinverify.StoredBlock{Format: pinblock.ISO4}, MethodKey: "storage", PINLength: 12, Reveal: true},
	}
}

func newRig(t *testing.T, change ...func(*issuer.Options)) *rig {
	t.Helper()
	r := &rig{t: t, device: &device{Device: soft.New()}, keys: map[string]keys.Key{}, file: filepath.Join(t.TempDir(), "issuer.db")}
	r.hsm = hsm.New(r.device, hsm.AllowInProcess())
	for _, k := range testKeys {
		key, err := cleartext.Parse(k.alg, k.usage, k.hex)
		require.NoError(t, err)
		r.keys[k.label] = key
		_, err = r.hsm.ImportKey(t.Context(), hsm.KeySpec{Label: k.label}, key)
		require.NoError(t, err)
	}
	db, err := sqlstore.Open(t.Context(), "sqlite:"+r.file)
	require.NoError(t, err)
	r.store = &store{Store: db}
	vault, err := issuer.NewVault(make([]byte, issuer.DataKeySize))
	require.NoError(t, err)
	o := issuer.Options{Profiles: profiles(), StorageKey: "storage", Vault: vault}
	for _, c := range change {
		c(&o)
	}
	r.service, err = issuer.New(r.hsm, r.store, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		r.service.Close()
		require.NoError(t, r.hsm.Close())
		require.NoError(t, db.Close())
	})
	r.pan, err = pinblock.ParsePAN(testPAN)
	require.NoError(t, err)
	return r
}

// by is a request's sender.
var by = issuer.Request{Actor: "test", UpdatedBy: "John Smith", Description: "why not", Trace: "0af7"}

// card registers a card and returns its token.
func (r *rig) card(product string) string {
	r.t.Helper()
	o, err := r.service.Register(r.t.Context(), issuer.Registration{PAN: r.pan, Product: product}, by)
	require.NoError(r.t, err)
	return o.Token
}

// block returns a PIN under the zone key, as an acquirer would send it.
func (r *rig) block(text string) issuer.PINBlock { return r.blockFor(text, r.pan) }

func (r *rig) blockFor(text string, pan pinblock.PAN) issuer.PINBlock {
	r.t.Helper()
	p, err := pinblock.ParsePIN(text)
	require.NoError(r.t, err)
	b, err := pinblock.Seal(r.t.Context(), nil, r.keys["zone"], pinblock.ISO0, p, pan)
	require.NoError(r.t, err)
	return issuer.PINBlock{Block: b, Key: hsm.PINKey{Key: "zone", Format: pinblock.ISO0}}
}

// set gives a card a PIN.
func (r *rig) set(token, text string) {
	r.t.Helper()
	o, err := r.service.SetPIN(r.t.Context(), token, r.block(text), by)
	require.NoError(r.t, err)
	require.Equal(r.t, issuer.OK, o.Result)
}

// verify verifies a PIN and returns result and tries.
func (r *rig) verify(token, text string) (issuer.Result, int) {
	r.t.Helper()
	o, err := r.service.VerifyPIN(r.t.Context(), token, r.block(text), by)
	require.NoError(r.t, err)
	require.Equal(r.t, token, o.Token)
	return o.Result, o.RemainingTries
}

// tries returns how many tries are left.
func (r *rig) tries(token string) int {
	r.t.Helper()
	s, err := r.service.Status(r.t.Context(), token)
	require.NoError(r.t, err)
	require.Equal(r.t, s.RemainingTries == 0, s.Blocked)
	return s.RemainingTries
}

// shown opens a block that the service gave under the zone key.
func (r *rig) shown(block []byte, pan pinblock.PAN) pinblock.PIN {
	r.t.Helper()
	p, err := pinblock.Open(r.t.Context(), r.keys["zone"], pinblock.ISO0, block, pan)
	require.NoError(r.t, err)
	return p
}

// log returns the audit log, whose chain holds.
func (r *rig) log() []audit.Event {
	r.t.Helper()
	var events []audit.Event
	_, err := audit.Verify(audit.Start(), func(yield func(audit.Entry, error) bool) {
		for e, err := range r.store.Audit(r.t.Context(), 1) {
			events = append(events, e.Event)
			if !yield(e, err) {
				return
			}
		}
	})
	require.NoError(r.t, err)
	return events
}

var zone = hsm.PINKey{Key: "zone", Format: pinblock.ISO0}
