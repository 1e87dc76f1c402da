package issuer_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

// TestNothingInClear lives the whole life of a PIN and then looks for it in
// every file of the database, in the audit log and in what was logged.
func TestNothingInClear(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	r := newRig(t, func(o *issuer.Options) {
		o.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	const pin = "739164280517" // long enough not to be there by chance
	token := r.card("visa")
	twelve, err := r.service.Register(t.Context(), issuer.Registration{Product: "long"}, by)
	require.NoError(t, err)
	sent := [][]byte{}
	send := func(text string, pan pinblock.PAN) issuer.PINBlock {
		b := r.blockFor(text, pan)
		sent = append(sent, b.Block)
		return b
	}
	account, err := issuer.Account(twelve.Token)
	require.NoError(t, err)
	ctx := t.Context()
	for _, b := range []issuer.PINBlock{send(pin, account), send(pin, account)} {
		o, err := r.service.SetPIN(ctx, twelve.Token, b, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, o.Result)
		v, err := r.service.VerifyPIN(ctx, twelve.Token, b, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, v.Result)
	}
	block, _, err := r.service.Reveal(ctx, twelve.Token, zone, by)
	require.NoError(t, err)
	sent = append(sent, block)
	ticket, _, err := r.service.IssueTicket(ctx, twelve.Token, 0, by)
	require.NoError(t, err)

	text := logged.String() + fmt.Sprintf("%+v", r.log())
	files, err := filepath.Glob(r.file + "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	stored := ""
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		stored += string(data)
	}
	require.Contains(t, stored, token, "the search looks where cards are")
	for name, canary := range map[string]string{"PIN": pin, "PAN": testPAN, "ticket": ticket} {
		require.NotContains(t, text, canary, name)
		require.NotContains(t, stored, canary, name)
		if bcd, err := hex.DecodeString(canary); err == nil {
			require.NotContains(t, stored, string(bcd), name)
		}
	}
	for _, b := range sent {
		require.NotContains(t, stored, string(b), "blocks of clients are not kept")
		require.NotContains(t, strings.ToUpper(text), strings.ToUpper(hex.EncodeToString(b)))
	}
}

// TestReferenceAndBlockAgree sets PINs from many sides at once: whichever came
// last, what is kept of it is of one PIN.
func TestReferenceAndBlockAgree(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	together(60, func(i int) {
		text := fmt.Sprintf("%04d", 1000+i*7)
		switch i % 3 {
		case 0:
			_, err := r.service.SetPIN(t.Context(), token, r.block(text), by)
			require.NoError(t, err)
		case 1:
			_, err := r.service.GeneratePIN(t.Context(), token, by)
			require.NoError(t, err)
		default:
			block, _, err := r.service.Reveal(t.Context(), token, zone, by)
			require.NoError(t, err)
			current := issuer.PINBlock{Block: block, Key: zone}
			_, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: current, New: r.block(text)}, by)
			require.NoError(t, err)
			_, err = r.service.Unblock(t.Context(), token, by)
			require.NoError(t, err)
		}
	})
	_, err := r.service.Unblock(t.Context(), token, by)
	require.NoError(t, err)
	block, _, err := r.service.Reveal(t.Context(), token, zone, by)
	require.NoError(t, err)
	o, err := r.service.VerifyPIN(t.Context(), token, issuer.PINBlock{Block: block, Key: zone}, by)
	require.NoError(t, err)
	require.Equal(t, issuer.OK, o.Result)
}

// TestDamagedStorage puts another card's block in the place of one's own: it is
// bound to its account, and does not open.
func TestDamagedStorage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	other, err := r.service.Register(t.Context(), issuer.Registration{}, by)
	require.NoError(t, err)
	theirs, err := r.store.Card(t.Context(), other.Token)
	require.NoError(t, err)
	err = r.store.Transact(t.Context(), issuer.Claim{Cards: []string{token}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
		c := h.Cards[token]
		c.Block = theirs.Block
		return issuer.Changes{Updated: []issuer.Card{c}}, nil
	})
	require.NoError(t, err)
	block, _, err := r.service.Reveal(t.Context(), token, zone, by)
	require.ErrorIs(t, err, issuer.ErrService)
	require.Nil(t, block)
}
