package issuer_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

// plain stands for the signature, which is package outbox's.
type plain struct{}

func (plain) Sign(job []byte) ([]byte, error) { return job, nil }

// bureau takes mail over, when it is open.
type bureau struct {
	mu     sync.Mutex
	closed bool
	got    []issuer.Mail
	called chan struct{}
}

func (b *bureau) Deliver(_ context.Context, m issuer.Mail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.called <- struct{}{}:
	default:
	}
	if b.closed {
		return errors.New("closed on Sundays")
	}
	b.got = append(b.got, m)
	return nil
}

func (b *bureau) mail() []issuer.Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]issuer.Mail(nil), b.got...)
}

func TestMailer(t *testing.T) {
	t.Parallel()
	b := &bureau{closed: true, called: make(chan struct{}, 1)}
	key := hsm.PINKey{Key: "bureau", Format: pinblock.ISO4}
	r := newRig(t, func(o *issuer.Options) {
		o.Mail = &issuer.MailOptions{Key: key, Signer: plain{}, Mailer: b}
	})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.service.Run(ctx) })
	token := r.card("visa")
	r.set(token, "1234")
	o, err := r.service.MailPIN(t.Context(), token, by)
	require.NoError(t, err)
	require.Equal(t, issuer.OK, o.Result)
	<-b.called
	stop()
	running.Wait()
	require.Empty(t, b.mail())
	waiting, err := r.store.Mail(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, waiting, 1, "what is not taken over is kept")

	b.mu.Lock()
	b.closed = false
	b.mu.Unlock()
	ctx, stop = context.WithCancel(t.Context())
	running.Go(func() { r.service.Run(ctx) })
	require.Eventually(t, func() bool {
		left, err := r.store.Mail(t.Context(), 10)
		return err == nil && len(left) == 0
	}, 10*time.Second, 5*time.Millisecond)
	stop()
	running.Wait()
	require.Len(t, b.mail(), 1)

	var job issuer.MailJob
	require.NoError(t, json.Unmarshal(b.mail()[0].Job, &job))
	require.Equal(t, b.mail()[0].ID, job.ID)
	require.Equal(t, token, job.PublicToken)
	require.Equal(t, "bureau", job.Key)
	require.NotEmpty(t, job.KCV)
	block, err := hex.DecodeString(job.PINBlock)
	require.NoError(t, err)
	p, err := pinblock.Open(t.Context(), r.keys["bureau"], pinblock.ISO4, block, r.pan)
	require.NoError(t, err)
	want, err := pinblock.ParsePIN("1234")
	require.NoError(t, err)
	require.True(t, want.Equal(p))

	_, err = r.service.VerifyPIN(t.Context(), token, issuer.PINBlock{Block: block, Key: key}, by)
	require.ErrorIs(t, err, issuer.ErrTransportKey, "the bureau's key is not the clients'")
}

func TestNoMailer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, err := r.service.MailPIN(t.Context(), r.card("visa"), by)
	require.ErrorIs(t, err, issuer.ErrNoMailer)
}
