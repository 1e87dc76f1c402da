package issuer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

func TestLifeOfAPIN(t *testing.T) {
	t.Parallel()
	for _, product := range []string{"visa", "ibm"} {
		r := newRig(t)
		token := r.card(product)
		require.Regexp(t, `^[1-9][0-9]{8}$`, token)

		// The PIN that was drawn is the one that is revealed and that verifies.
		block, o, err := r.service.Reveal(t.Context(), token, zone, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, o.Result)
		drawn := issuer.PINBlock{Block: block, Key: zone}
		o, err = r.service.VerifyPIN(t.Context(), token, drawn, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, o.Result)

		r.set(token, "0000")
		result, left := r.verify(token, "0000")
		require.Equal(t, issuer.OK, result)
		require.Equal(t, 3, left)
		result, left = r.verify(token, "0001")
		require.Equal(t, issuer.WrongPIN, result)
		require.Equal(t, 2, left)

		// A right PIN gives the tries back.
		result, left = r.verify(token, "0000")
		require.Equal(t, issuer.OK, result)
		require.Equal(t, 3, left)

		o, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("0001"), New: r.block("9876")}, by)
		require.NoError(t, err)
		require.Equal(t, issuer.WrongPIN, o.Result)
		require.Equal(t, 2, o.RemainingTries)
		o, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("0000"), New: r.block("9876")}, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, o.Result)
		require.Equal(t, 3, o.RemainingTries)
		block, _, err = r.service.Reveal(t.Context(), token, zone, by)
		require.NoError(t, err)
		want, _ := pinblock.ParsePIN("9876")
		require.True(t, want.Equal(r.shown(block, r.pan)))

		for i := range 3 {
			result, left = r.verify(token, "0000")
			require.Equal(t, issuer.WrongPIN, result)
			require.Equal(t, 2-i, left)
		}
		asked := r.device.verified.Load()
		result, _ = r.verify(token, "9876")
		require.Equal(t, issuer.Blocked, result, "the right PIN, and no tries left")
		o, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("9876"), New: r.block("1111")}, by)
		require.NoError(t, err)
		require.Equal(t, issuer.Blocked, o.Result)
		require.Equal(t, asked, r.device.verified.Load(), "a blocked PIN is not shown to the HSM")

		for range 2 { // at any time, and again
			o, err = r.service.Unblock(t.Context(), token, by)
			require.NoError(t, err)
			require.Equal(t, 3, o.RemainingTries)
		}
		result, _ = r.verify(token, "9876")
		require.Equal(t, issuer.OK, result)
	}
}

func TestGenerateReplacesThePIN(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("stored")
	r.wantsSix(token)
	seen := map[string]bool{}
	for range 5 {
		block, o, err := r.service.GenerateAndReveal(t.Context(), token, hsm.PINKey{Key: "bureau", Format: pinblock.ISO4}, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, o.Result)
		p, err := pinblock.Open(t.Context(), r.keys["bureau"], pinblock.ISO4, block, r.pan)
		require.NoError(t, err)
		require.Equal(t, 6, p.Len())
		sealed, err := pinblock.Seal(t.Context(), nil, r.keys["zone"], pinblock.ISO0, p, r.pan)
		require.NoError(t, err)
		seen[string(sealed)] = true
		v, err := r.service.VerifyPIN(t.Context(), token, issuer.PINBlock{Block: sealed, Key: zone}, by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, v.Result)
	}
	require.Greater(t, len(seen), 3, "PINs are drawn")
	o, err := r.service.GeneratePIN(t.Context(), token, by)
	require.NoError(t, err)
	require.Equal(t, issuer.OK, o.Result)
}

func (r *rig) wantsSix(token string) {
	r.t.Helper()
	o, err := r.service.SetPIN(r.t.Context(), token, r.block("1234"), by)
	require.NoError(r.t, err)
	require.Equal(r.t, issuer.PINLength, o.Result)
}

func TestRulesOfTheProduct(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("strict")
	o, err := r.service.SetPIN(t.Context(), token, r.block("1111"), by)
	require.NoError(t, err)
	require.Equal(t, issuer.WeakPIN, o.Result)
	r.set(token, "4917")

	// What is wrong with a new PIN is nobody's business who does not know the
	// current one, and costs no try of who does.
	o, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("4918"), New: r.block("1111")}, by)
	require.NoError(t, err)
	require.Equal(t, issuer.WrongPIN, o.Result)
	require.Equal(t, 4, o.RemainingTries)
	o, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("4917"), New: r.block("1111")}, by)
	require.NoError(t, err)
	require.Equal(t, issuer.WeakPIN, o.Result)
	require.Equal(t, 5, o.RemainingTries, "the current PIN was right")
	result, _ := r.verify(token, "4917")
	require.Equal(t, issuer.OK, result, "the PIN is the old one")

	_, _, err = r.service.Reveal(t.Context(), token, zone, by)
	require.ErrorIs(t, err, issuer.ErrNotRevealed)
	_, _, err = r.service.IssueTicket(t.Context(), token, 0, by)
	require.ErrorIs(t, err, issuer.ErrNotRevealed)
	c, err := r.store.Card(t.Context(), token)
	require.NoError(t, err)
	require.Nil(t, c.Block, "a PIN that is never revealed is not kept")
}

func TestCardWithoutPAN(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o, err := r.service.Register(t.Context(), issuer.Registration{}, by)
	require.NoError(t, err)
	account, err := issuer.Account(o.Token)
	require.NoError(t, err)
	require.Equal(t, 16, account.Len())
	s, err := r.service.SetPIN(t.Context(), o.Token, r.blockFor("2468", account), by)
	require.NoError(t, err)
	require.Equal(t, issuer.OK, s.Result)
	v, err := r.service.VerifyPIN(t.Context(), o.Token, r.blockFor("2468", account), by)
	require.NoError(t, err)
	require.Equal(t, issuer.OK, v.Result)

	// ISO-1 binds no account, and will do as well.
	p, err := pinblock.ParsePIN("2468")
	require.NoError(t, err)
	b, err := pinblock.Seal(t.Context(), nil, r.keys["zone"], pinblock.ISO1, p, pinblock.PAN{})
	require.NoError(t, err)
	v, err = r.service.VerifyPIN(t.Context(), o.Token, issuer.PINBlock{Block: b, Key: hsm.PINKey{Key: "zone", Format: pinblock.ISO1}}, by)
	require.NoError(t, err)
	require.Equal(t, issuer.OK, v.Result)

	info, err := r.service.Card(t.Context(), o.Token)
	require.NoError(t, err)
	require.True(t, info.PAN.IsZero())
	require.True(t, info.Account.Equal(account))
}

func TestAccountHasItsCheckDigit(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{"123456789": "0000001234567897", "1": "0000000000000018", "999999999": "0000009999999999"} {
		got, err := issuer.Account(token)
		require.NoError(t, err)
		pan, err := pinblock.ParsePAN(want)
		require.NoError(t, err)
		require.True(t, pan.Equal(got), token)
	}
	_, err := issuer.Account("12345678901234567")
	require.ErrorIs(t, err, pinblock.ErrPAN)
	_, err = issuer.Account("12x")
	require.ErrorIs(t, err, pinblock.ErrPAN)
}

func TestOnePANOneCard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	_, err := r.service.Register(t.Context(), issuer.Registration{PAN: r.pan}, by)
	require.ErrorIs(t, err, issuer.ErrCardExists)
	found, err := r.service.Token(t.Context(), r.pan)
	require.NoError(t, err)
	require.Equal(t, token, found)
	other, err := pinblock.ParsePAN("5432101234567890")
	require.NoError(t, err)
	_, err = r.service.Token(t.Context(), other)
	require.ErrorIs(t, err, issuer.ErrNoCard)
	short, err := pinblock.ParsePAN("12345678901")
	require.NoError(t, err)
	_, err = r.service.Register(t.Context(), issuer.Registration{PAN: short}, by)
	require.ErrorIs(t, err, pinblock.ErrPANLength)
	_, err = r.service.Register(t.Context(), issuer.Registration{Product: "gold"}, by)
	require.ErrorIs(t, err, issuer.ErrNoProduct)
}

func TestKeysThatClientsMayNotName(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *issuer.Options) { o.Transport = func(label string) bool { return label != "bureau" } })
	token := r.card("visa")
	b := r.block("1234")
	for _, key := range []string{"storage", "pvk", "bureau"} {
		b.Key.Key = key
		_, err := r.service.VerifyPIN(t.Context(), token, b, by)
		require.ErrorIs(t, err, issuer.ErrTransportKey)
		_, err = r.service.SetPIN(t.Context(), token, b, by)
		require.ErrorIs(t, err, issuer.ErrTransportKey)
		_, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("1234"), New: b}, by)
		require.ErrorIs(t, err, issuer.ErrTransportKey)
		_, _, err = r.service.Reveal(t.Context(), token, b.Key, by)
		require.ErrorIs(t, err, issuer.ErrTransportKey)
	}
	b.Key.Key = "nobody's"
	_, err := r.service.VerifyPIN(t.Context(), token, b, by)
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.NotErrorIs(t, err, issuer.ErrService, "the client named it")
	require.Equal(t, 3, r.tries(token))
}

func TestUnknownCard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"verify": func() error { _, err := r.service.VerifyPIN(ctx, "1", r.block("1234"), by); return err },
		"set":    func() error { _, err := r.service.SetPIN(ctx, "1", r.block("1234"), by); return err },
		"change": func() error {
			_, err := r.service.ChangePIN(ctx, "1", issuer.PINChange{Current: r.block("1234"), New: r.block("1235")}, by)
			return err
		},
		"generate": func() error { _, err := r.service.GeneratePIN(ctx, "1", by); return err },
		"unblock":  func() error { _, err := r.service.Unblock(ctx, "1", by); return err },
		"reveal":   func() error { _, _, err := r.service.Reveal(ctx, "1", zone, by); return err },
		"ticket":   func() error { _, _, err := r.service.IssueTicket(ctx, "1", 0, by); return err },
		"status":   func() error { _, err := r.service.Status(ctx, "1"); return err },
		"card":     func() error { _, err := r.service.Card(ctx, "1"); return err },
	} {
		require.ErrorIs(t, call(), issuer.ErrNoCard, name)
	}
	require.Empty(t, r.log())
}

func TestMisconfiguration(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NoError(t, r.service.CheckKeys(t.Context()))
	require.NoError(t, r.hsm.DeleteKey(t.Context(), "pvk"))
	err := r.service.CheckKeys(t.Context())
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.ErrorContains(t, err, "verification key of product visa")
	_, err = r.service.Register(t.Context(), issuer.Registration{}, by)
	require.ErrorIs(t, err, issuer.ErrService, "no client named this key")

	vault, err := issuer.NewVault(make([]byte, 32))
	require.NoError(t, err)
	for _, change := range []func(*issuer.Options){
		func(o *issuer.Options) { o.Profiles = nil },
		func(o *issuer.Options) { o.StorageKey = "" },
		func(o *issuer.Options) { o.Vault = nil },
		func(o *issuer.Options) { o.Profiles = append(o.Profiles, o.Profiles[0]) },
		func(o *issuer.Options) { o.Profiles[0].Method = nil },
		func(o *issuer.Options) { o.Profiles[0].MethodKey = "" },
		func(o *issuer.Options) { o.Profiles[0].PINLength = 13 },
		func(o *issuer.Options) { o.Profiles[0].MaxTries = 16 },
		func(o *issuer.Options) { o.Profiles[0].Name = "" },
		func(o *issuer.Options) { o.Mail = &issuer.MailOptions{} },
		func(o *issuer.Options) {
			o.Mail = &issuer.MailOptions{Key: hsm.PINKey{Key: "bureau", Format: pinblock.ISO1}, Signer: plain{}, Mailer: &bureau{}}
		},
	} {
		o := issuer.Options{Profiles: profiles(), StorageKey: "storage", Vault: vault}
		change(&o)
		_, err := issuer.New(r.hsm, r.store, o)
		require.Error(t, err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.service.Close()
	r.service.Close()
	_, err := r.service.Unblock(t.Context(), token, by)
	require.ErrorIs(t, err, issuer.ErrClosed)
}

func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	ctx, leave := context.WithCancel(t.Context())
	f := func() { leave() }
	r.device.during.Store(&f)
	_, err := r.service.VerifyPIN(ctx, token, r.block("1235"), by)
	require.ErrorIs(t, err, context.Canceled)
	r.device.during.Store(nil)
	// Whatever comes after it on the card sees the try.
	result, left := r.verify(token, "1236")
	require.Equal(t, issuer.WrongPIN, result)
	require.Equal(t, 1, left, "a try that was judged counts, whoever waits for the answer")
}
