package session_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

func TestFresh(t *testing.T) {
	t.Parallel()
	testFresh(t, softRig(t))
}

// testFresh has a PIN come in in clear and go out in clear.
func testFresh(t *testing.T, r *rig) {
	ctx := t.Context()
	in, err := r.Fresh(ctx)
	require.NoError(t, err)
	out, err := r.Fresh(ctx)
	require.NoError(t, err)
	require.NotEqual(t, in.Key().Key, out.Key().Key)
	require.Regexp(t, "^session-[0-9a-f]{32}$", in.Key().Key)
	require.True(t, session.IsLabel(in.Key().Key))
	require.False(t, session.IsLabel(zone))
	info, err := r.hsm.KeyInfo(ctx, in.Key().Key)
	require.NoError(t, err)
	require.True(t, info.Ephemeral)
	require.Equal(t, keys.UsagePIN, info.Usage)

	block, err := in.Seal(ctx, pin(t, "7010"), pan(t))
	require.NoError(t, err)
	kept := r.translate(t, block, in.Key(), zoneKey)
	shown, err := out.Open(ctx, r.translate(t, kept, zoneKey, out.Key()), pan(t))
	require.NoError(t, err)
	requirePIN(t, "7010", shown)
	_, err = out.Open(ctx, block, pan(t)) // under the other's key
	require.ErrorIs(t, err, pinblock.ErrBlock)

	in.Release(ctx)
	in.Release(ctx)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	out.Release(gone) // the client has left
	require.Equal(t, []string{zone}, r.labels(t))
	require.Empty(t, r.log.String())
}

// bare is a device on which no key can be put.
type bare struct{ hsm.Device }

func TestFreshNeedsImport(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	s, err := session.New(hsm.New(bare{soft.New()}), r.keys, nil)
	require.NoError(t, err)
	_, err = s.Fresh(t.Context())
	require.ErrorIs(t, err, session.ErrNoImport)
}

// keeper is a device that does not let go of its keys, or does not answer.
type keeper struct {
	*soft.Device
	imports, deletes error
}

func (k keeper) ImportKey(ctx context.Context, s hsm.KeySpec, key keys.Key) (hsm.KeyInfo, error) {
	info, err := k.Device.ImportKey(ctx, s, key)
	if k.imports != nil {
		err = k.imports
	}
	return info, err
}

func (k keeper) DeleteKey(ctx context.Context, ref string) error {
	if k.deletes != nil {
		return k.deletes
	}
	return k.Device.DeleteKey(ctx, ref)
}

func TestReleaseFails(t *testing.T) {
	t.Parallel()
	r := newRig(t, keeper{soft.New(), nil, hsm.ErrUnavailable})
	s, err := r.Fresh(t.Context())
	require.NoError(t, err)
	s.Release(t.Context())
	require.Contains(t, r.log.String(), "a session key stays on the HSM")
}

// A device that made the key and lost the answer is left without it.
func TestImportFails(t *testing.T) {
	t.Parallel()
	r := newRig(t, keeper{soft.New(), hsm.ErrUnavailable, nil})
	_, err := r.Fresh(t.Context())
	require.ErrorIs(t, err, hsm.ErrUnavailable)
	require.Equal(t, []string{zone}, r.labels(t))
	require.Empty(t, r.log.String())
}

// silent is a device that does not answer.
type silent struct{ *soft.Device }

func (silent) ImportKey(ctx context.Context, _ hsm.KeySpec, _ keys.Key) (hsm.KeyInfo, error) {
	<-ctx.Done()
	return hsm.KeyInfo{}, ctx.Err()
}

func TestImportTakesTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := session.New(hsm.New(silent{soft.New()}), someKeys(t), nil)
		require.NoError(t, err)
		_, err = s.Fresh(t.Context())
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = s.Fresh(gone)
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, hsm.ErrUnavailable)
	})
}

func TestReleaseAfterClose(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	s, err := r.Fresh(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.hsm.Close())
	s.Release(t.Context())
	require.Empty(t, r.log.String(), "an ephemeral key is gone with its device")
}

// recorder keeps what is imported, to know what must not be shown.
type recorder struct {
	*soft.Device
	raw *[]byte
}

func (d recorder) ImportKey(ctx context.Context, s hsm.KeySpec, key keys.Key) (hsm.KeyInfo, error) {
	*d.raw = cleartext.Bytes(key)
	return d.Device.ImportKey(ctx, s, key)
}

func TestNothingPrints(t *testing.T) {
	t.Parallel()
	raw := new([]byte)
	k, err := session.NewKeys()
	require.NoError(t, err)
	h := hsm.New(recorder{soft.New(), raw})
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	sessions, err := session.New(h, k, nil)
	require.NoError(t, err)
	s, err := sessions.Fresh(t.Context())
	require.NoError(t, err)
	require.Len(t, *raw, 16)
	text, err := k.PEM()
	require.NoError(t, err)
	agreement, encryption := privateKeys(t, text)
	for _, hidden := range [][]byte{*raw, agreement, encryption} {
		secrettest.NeverPrints(t, hidden, s)
		secrettest.NeverPrints(t, hidden, sessions)
		secrettest.NeverPrints(t, hidden, k)
	}
	a, err := sessions.Agree(t.Context(), clientOffer(t).offer)
	require.NoError(t, err)
	secrettest.NeverPrints(t, *raw, a)
}
