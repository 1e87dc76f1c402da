package session_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	pinclear "github.com/pinion-hsm/pinion/pinblock/clear"
)

// rig is Sessions on a device that also has a zone key, as a service's has.
type rig struct {
	*session.Sessions
	hsm  *hsm.HSM
	keys *session.Keys
	log  *text
}

const zone = "zone"

func newRig(t *testing.T, d hsm.Device) *rig {
	t.Helper()
	h := hsm.New(d)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	_, err := h.GenerateKey(t.Context(), hsm.KeySpec{Label: zone, Algorithm: keys.AES256, Usage: keys.UsagePIN})
	require.NoError(t, err)
	k := someKeys(t)
	log := new(text)
	s, err := session.New(h, k, slog.New(slog.NewJSONHandler(log, nil)))
	require.NoError(t, err)
	return &rig{s, h, k, log}
}

func someKeys(t *testing.T) *session.Keys {
	t.Helper()
	k, err := session.NewKeys()
	require.NoError(t, err)
	return k
}

func softRig(t *testing.T) *rig { return newRig(t, soft.New()) }

// labels returns the keys on the device.
func (r *rig) labels(t *testing.T) (labels []string) {
	t.Helper()
	list, err := r.hsm.ListKeys(t.Context())
	require.NoError(t, err)
	for _, k := range list {
		labels = append(labels, k.Label)
	}
	return labels
}

// translate takes a block from one key of the device to another and back.
func (r *rig) translate(t *testing.T, block []byte, from, to hsm.PINKey) []byte {
	t.Helper()
	out, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: block, PAN: pan(t), From: from, To: to})
	require.NoError(t, err)
	return out
}

var zoneKey = hsm.PINKey{Key: zone, Format: pinblock.ISO4}

func pan(t *testing.T) pinblock.PAN {
	t.Helper()
	p, err := pinblock.ParsePAN("4000001234567899")
	require.NoError(t, err)
	return p
}

func pin(t *testing.T, digits string) pinblock.PIN {
	t.Helper()
	p, err := pinblock.ParsePIN(digits)
	require.NoError(t, err)
	return p
}

func requirePIN(t *testing.T, digits string, p pinblock.PIN) {
	t.Helper()
	require.Equal(t, digits, pinclear.Digits(p))
}

// text is a log to be read.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(b)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}
