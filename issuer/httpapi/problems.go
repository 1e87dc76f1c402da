package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// The kinds of problem that more than one operation answers.
var (
	malformed  = newKind(kind{"malformed-body", http.StatusBadRequest, "The body is not one JSON object", "Send one JSON object in UTF-8, every member once, numbers without exponent, nothing after it.", 0})
	invalid    = newKind(kind{"invalid-request", http.StatusBadRequest, "The request is not as described", "See errors for what is wrong with which member, header or parameter.", 0})
	notFound   = newKind(kind{"not-found", http.StatusNotFound, "There is nothing at this path", "See /docs for what there is.", 0})
	noCard     = newKind(kind{"no-card", http.StatusNotFound, "There is no such card", "The public token is the one that POST /cards answered with.", 0})
	notAllowed = newKind(kind{"method-not-allowed", http.StatusMethodNotAllowed, "The path does not take this method", "The header Allow says which it takes.", 0})
	tooLarge   = newKind(kind{"body-too-large", http.StatusRequestEntityTooLarge, "The body is too large", "No request needs as much.", 0})
	wrongMedia = newKind(kind{"unsupported-media-type", http.StatusUnsupportedMediaType, "The body's type is not taken here", "Send the header Content-Type: application/json, also where the body is empty, and no Content-Encoding.", 0})
	internal   = newKind(kind{"internal-error", http.StatusInternalServerError, "The service failed", "This is a defect of the service. Report it with the traceId.", 0})

	noCredential  = newKind(kind{"credential-required", http.StatusUnauthorized, "Who sends this is not known", "Send a bearer token, or use a client certificate.", 0})
	badCredential = newKind(kind{"credential-refused", http.StatusUnauthorized, "The credential is not good", "The header WWW-Authenticate says why.", 0})
	noScope       = newKind(kind{"scope-missing", http.StatusForbidden, "The client has not the scope that this needs", "The header WWW-Authenticate names it.", 0})
	tooMany       = newKind(kind{"too-many-requests", http.StatusTooManyRequests, "There were too many requests", "Wait as long as the header Retry-After says.", time.Second})
	authDown      = newKind(kind{"authorization-unavailable", http.StatusServiceUnavailable, "Tokens cannot be verified at the moment", "The keys of the token's issuer cannot be had. Try again.", 5 * time.Second})

	clearOff = newKind(kind{"clear-pin-off", http.StatusForbidden, "Clear PINs are turned off", "This service takes and gives enciphered PINs only.", 0})
	hsmDown  = newKind(kind{"hsm-unavailable", http.StatusServiceUnavailable, "The HSM does not answer", "Nothing was done and no try was used up. Try again.", 2 * time.Second})
	// A connection lost at the commit leaves open whether it was done.
	storeDown     = newKind(kind{"store-unavailable", http.StatusServiceUnavailable, "The store does not answer", "Try again, with the same Idempotency-Key if what you ask must not be done twice.", 2 * time.Second})
	misconfigured = newKind(kind{"misconfigured", http.StatusServiceUnavailable, "The service's own keys or products are not as configured", "Nothing was done. Its operators have to mend it.", time.Minute})

	reused      = newKind(kind{"idempotency-key-reused", http.StatusConflict, "The idempotency key was used for another request", "Use a new key for each request, and the same for its repetitions.", 0})
	pinBlocked  = newKind(kind{"pin-blocked", http.StatusForbidden, "The PIN is blocked", "No tries are left. Unblocking it gives them back.", 0})
	wrongPIN    = newKind(kind{"wrong-pin", http.StatusForbidden, "The current PIN is wrong", "A try is used up; remainingTries says how many are left.", 0})
	weakPIN     = newKind(kind{"weak-pin", http.StatusUnprocessableEntity, "The PIN is too easy to guess", "Nothing was changed. Have the cardholder choose another.", 0})
	pinLength   = newKind(kind{"pin-length", http.StatusUnprocessableEntity, "The PIN has not the product's length", "Nothing was changed.", 0})
	unreadable  = newKind(kind{"pin-block-unreadable", http.StatusUnprocessableEntity, "The PIN block did not open", "Wrong key, KSN, format or account number, or a damaged block: which, nobody is told. No try was used up.", 0})
	badBlock    = newKind(kind{"pin-block-refused", http.StatusUnprocessableEntity, "Block, format, key and KSN do not go together", "The block has the length of its format; the format goes with the key's algorithm; a KSN goes with a base derivation key and with no other.", 0})
	badKey      = newKind(kind{"key-refused", http.StatusUnprocessableEntity, "This key is not for PIN blocks of clients", "It does not exist, is not a PIN key or base derivation key, or is the service's own.", 0})
	notRevealed = newKind(kind{"not-revealed", http.StatusForbidden, "The product's PINs are never revealed", "", 0})
	badTicket   = newKind(kind{"ticket-refused", http.StatusForbidden, "The ticket is not good", "It is unknown, used, expired or another card's.", 0})
	noMailer    = newKind(kind{"no-mailer", http.StatusForbidden, "This service sends no PIN mailers", "None is configured.", 0})
)

// meanings says which kind of problem an error is. The first that fits counts.
var meanings = []struct {
	err  error
	kind *kind
}{
	{issuer.ErrStore, storeDown},
	{issuer.ErrHSM, hsmDown},
	{issuer.ErrService, misconfigured},
	{issuer.ErrClosed, storeDown},
	{issuer.ErrNoCard, noCard},
	{issuer.ErrCardExists, cardExists},
	{issuer.ErrNoProduct, noProduct},
	{issuer.ErrNotRevealed, notRevealed},
	{issuer.ErrTicket, badTicket},
	{issuer.ErrReused, reused},
	{issuer.ErrTransportKey, badKey},
	{issuer.ErrNoMailer, noMailer},
	{session.ErrNoImport, misconfigured},
	{session.ErrSharedInfo, invalid},
	{session.ErrPeer, badPeer},
	{session.ErrKeyID, badKeyID},
	{session.ErrJWE, badJWE},
	{session.ErrDecipher, badJWE},
	{session.ErrMessage, badMessage},
	{session.ErrOtherCard, otherCard},
	{session.ErrStale, stale},
	{hsm.ErrUnavailable, hsmDown},
	{hsm.ErrClosed, hsmDown},
	{hsm.ErrDevice, hsmDown},
	{hsm.ErrKeyNotFound, badKey},
	{hsm.ErrKeyUsage, badKey},
	{hsm.ErrPolicy, badBlock},
	{pinblock.ErrBlock, unreadable},
	{pinblock.ErrBlockSize, badBlock},
	{pinblock.ErrKeySize, badBlock},
	{pinblock.ErrFormat, badBlock},
	{pinblock.ErrCardKey, badBlock},
	{pinblock.ErrPad, badBlock},
	{pinblock.ErrAmbiguous, badBlock},
	{pinblock.ErrFill, badBlock},
	{pinblock.ErrPadInPIN, badBlock},
	{pinblock.ErrPAN, badBlock},
	{pinblock.ErrPANLength, badBlock},
	{pinblock.ErrPINLength, pinLength},
	{dukpt.ErrKSN, badBlock},
	{dukpt.ErrScheme, badBlock},
	{dukpt.ErrCounterZero, badBlock},
	{dukpt.ErrCounterBits, badBlock},
	{dukpt.ErrAlgorithm, badBlock},
	{dukpt.ErrStrength, badBlock},
	{dukpt.ErrPurpose, badBlock},
	{keys.ErrAlgorithm, badBlock},
	{keys.ErrUsage, badKey},
	{errors.ErrUnsupported, badBlock},
	{context.DeadlineExceeded, storeDown},
	{context.Canceled, storeDown},
}

// explain returns the problem that an error is.
func explain(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if sessionKeyLost(err) {
		return hsmDown.problem().because(err)
	}
	for _, m := range meanings {
		if errors.Is(err, m.err) {
			return m.kind.problem().because(err)
		}
	}
	return internal.problem().because(err)
}
