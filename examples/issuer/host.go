package main

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// request is what an authorization request says of its PIN.
type request struct {
	PAN     string // field 2
	Field52 []byte // the PIN block, enciphered
	KSN     string // hex digits where the terminal is under DUKPT, else empty
}

// Response codes of ISO 8583:1987, field 39, that a PIN can be the reason for.
// Networks differ in the last three.
const (
	approved    = "00"
	noSuchCard  = "14"
	wrongPIN    = "55"
	pinBlocked  = "75"
	formatError = "30"
	unreadable  = "63" // security violation: the block does not open
	unavailable = "91"
)

// codes has the response code of each verdict.
var codes = map[issuer.Result]string{
	issuer.OK: approved, issuer.WrongPIN: wrongPIN, issuer.Blocked: pinBlocked, issuer.Unreadable: unreadable,
}

// authorize returns the response code for the PIN of a request. The error is for
// the log, where there is one; it names no PIN, block or account.
func (h *host) authorize(ctx context.Context, r request) (code string, err error) {
	pan, err := pinblock.ParsePAN(r.PAN)
	if err != nil {
		return formatError, err
	}
	key, err := h.key(r)
	if err != nil {
		return formatError, err
	}
	token, err := h.pins.Token(ctx, pan)
	if errors.Is(err, issuer.ErrNoCard) {
		return noSuchCard, nil
	}
	if err != nil {
		return unavailable, err
	}
	verdict, err := h.pins.VerifyPIN(ctx, token, issuer.PINBlock{Block: r.Field52, Key: key}, issuer.Request{Actor: "authorization"})
	if errors.Is(err, pinblock.ErrBlockSize) {
		return formatError, err
	}
	if err != nil {
		return unavailable, err // no try is used up
	}
	return codes[verdict.Result], nil
}

// key returns the key that the request's block is under.
func (h *host) key(r request) (hsm.PINKey, error) {
	if r.KSN == "" {
		return h.acquirer, nil
	}
	ksn, err := dukpt.ParseKSN(r.KSN)
	key := h.terminal
	key.KSN = ksn
	return key, err
}
