package access

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// clock is a time that tests move.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

func TestKeysAreCached(t *testing.T) {
	t.Parallel()
	key := newKey(t, "a", jose.ES256)
	is := newIssuer(t, key)
	j := is.authenticator(t)
	require.NoError(t, j.Ping(t.Context()))
	var wg sync.WaitGroup
	for range 20 {
		token := key.sign(t, claimsWith(nil))
		wg.Go(func() {
			_, err := j.Authenticate(withBearer(token))
			require.NoError(t, err)
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, is.loads.Load())
}

func TestFirstRequestsShareOneLoad(t *testing.T) {
	t.Parallel()
	key := newKey(t, "a", jose.ES256)
	is := newIssuer(t, key)
	j := is.authenticator(t)
	is.mu.Lock() // no answer yet
	var wg sync.WaitGroup
	for range 20 {
		token := key.sign(t, claimsWith(nil))
		wg.Go(func() {
			_, err := j.Authenticate(withBearer(token))
			require.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool { return is.loads.Load() > 0 }, 5*time.Second, time.Millisecond)
	is.mu.Unlock()
	wg.Wait()
	require.EqualValues(t, 1, is.loads.Load())
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	older, newer := newKey(t, "1", jose.ES256), newKey(t, "2", jose.EdDSA)
	is := newIssuer(t, older)
	j := is.authenticator(t)
	_, err := j.Authenticate(withBearer(older.sign(t, claimsWith(nil))))
	require.NoError(t, err)

	is.publish(newer)
	_, err = j.Authenticate(withBearer(newer.sign(t, claimsWith(nil))))
	require.NoError(t, err)
	require.EqualValues(t, 2, is.loads.Load(), "the new key is asked for at once")
	_, err = j.Authenticate(withBearer(older.sign(t, claimsWith(nil))))
	require.Equal(t, badSignature, err, "the old key has gone")
}

func TestKeyRotationWithoutKeyIDs(t *testing.T) {
	t.Parallel()
	older, newer := newKey(t, "", jose.ES256), newKey(t, "", jose.ES256)
	is := newIssuer(t, older)
	j := is.authenticator(t)
	require.NoError(t, j.Ping(t.Context()))
	is.publish(newer)
	_, err := j.Authenticate(withBearer(newer.sign(t, claimsWith(nil))))
	require.NoError(t, err)
}

func TestForgeriesDoNotFloodTheIssuer(t *testing.T) {
	t.Parallel()
	key, stranger := newKey(t, "a", jose.ES256), newKey(t, "b", jose.ES256)
	is := newIssuer(t, key)
	j := is.authenticator(t)
	c := &clock{}
	j.keys.now = c.now
	token := stranger.sign(t, claimsWith(nil))
	for range 100 {
		_, err := j.Authenticate(withBearer(token))
		require.Equal(t, badSignature, err)
	}
	require.LessOrEqual(t, is.loads.Load(), int64(6))
	_, err := j.Authenticate(withBearer(key.sign(t, claimsWith(nil))))
	require.NoError(t, err, "a good token needs no load")

	is.publish(key, stranger)
	c.advance(6 * time.Second)
	_, err = j.Authenticate(withBearer(token))
	require.NoError(t, err, "seconds later a new key is seen")

	before := is.loads.Load()
	bad := newKey(t, "a", jose.ES256).sign(t, claimsWith(nil))
	c.advance(time.Minute)
	_, err = j.Authenticate(withBearer(bad))
	require.Equal(t, badSignature, err)
	require.Equal(t, before, is.loads.Load(), "a known key's bad signature needs no load")
}

func TestIssuerDown(t *testing.T) {
	t.Parallel()
	key, newer := newKey(t, "a", jose.ES256), newKey(t, "b", jose.ES256)
	is := newIssuer(t, key)
	j := is.authenticator(t)
	c := &clock{}
	j.keys.now = c.now
	long := key.sign(t, claimsWith(map[string]any{"exp": time.Now().Add(24 * time.Hour).Unix()}))

	is.down.Store(true)
	require.ErrorIs(t, j.Ping(t.Context()), ErrUnavailable)
	for range 20 { // the budget for loads is spent on the way
		_, err := j.Authenticate(withBearer(long))
		require.ErrorIs(t, err, ErrUnavailable)
		require.NotErrorIs(t, err, ErrCredential)
	}
	is.down.Store(false)
	c.advance(10 * time.Second)
	_, err := j.Authenticate(withBearer(long))
	require.NoError(t, err)

	is.down.Store(true)
	c.advance(30 * time.Minute)
	_, err = j.Authenticate(withBearer(long))
	require.NoError(t, err, "the keys that are known serve on")
	_, err = j.Authenticate(withBearer(newer.sign(t, claimsWith(map[string]any{"exp": time.Now().Add(24 * time.Hour).Unix()}))))
	require.ErrorIs(t, err, ErrUnavailable, "nobody knows whether this key is good")
	c.advance(keepFor)
	_, err = j.Authenticate(withBearer(long))
	require.ErrorIs(t, err, ErrUnavailable, "but not for ever")
}

func TestWithdrawnKeyGoesUnasked(t *testing.T) {
	t.Parallel()
	stolen, newer := newKey(t, "a", jose.ES256), newKey(t, "b", jose.ES256)
	is := newIssuer(t, stolen)
	j := is.authenticator(t)
	c := &clock{}
	j.keys.now = c.now
	token := stolen.sign(t, claimsWith(nil))
	_, err := j.Authenticate(withBearer(token))
	require.NoError(t, err)
	is.publish(newer)
	c.advance(refreshAfter)
	require.Eventually(t, func() bool {
		_, err := j.Authenticate(withBearer(token))
		return err == badSignature
	}, 5*time.Second, time.Millisecond)
}

func TestCallerDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	key := newKey(t, "a", jose.ES256)
	is := newIssuer(t, key)
	is.mu.Lock()
	defer is.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := is.authenticator(t).Authenticate(withBearer(key.sign(t, claimsWith(nil))).WithContext(ctx))
	require.ErrorIs(t, err, ErrUnavailable)
}
