package issuer

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Why a request was not executed. Beside these there are [ErrNoCard], [ErrStore],
// and the errors of packages pinblock, dukpt and hsm about a block that cannot be
// one or a key that is not for PINs.
var (
	ErrCardExists   = errors.New("issuer: a card with this PAN is registered already")
	ErrNoProduct    = errors.New("issuer: no such product")
	ErrNotRevealed  = errors.New("issuer: the product's PINs are never revealed")
	ErrTicket       = errors.New("issuer: the ticket is unknown, used or expired")
	ErrReused       = errors.New("issuer: this idempotency key was used for another request")
	ErrTransportKey = errors.New("issuer: this key is not for PIN blocks of clients")
	ErrHSM          = errors.New("issuer: the HSM does not answer; trying again may help")
	ErrService      = errors.New("issuer: the service's own keys are not as configured")
	ErrNoMailer     = errors.New("issuer: no PIN mailer is configured")
	ErrClosed       = errors.New("issuer: the service is shutting down")
)

// refused says what an error of the HSM means for a request: a [Result] that is
// an answer, or an error. mine are the client's keys that it named; an error about
// another key is about the service's own.
func refused(err error, mine ...hsm.PINKey) (Result, error) {
	switch {
	case errors.Is(err, pinverify.ErrWeakPIN):
		return WeakPIN, nil
	case errors.Is(err, pinverify.ErrRuleLength):
		return PINLength, nil
	case errors.Is(err, hsm.ErrBlock):
		return Unreadable, nil
	case errors.Is(err, hsm.ErrUnavailable), errors.Is(err, hsm.ErrClosed), errors.Is(err, hsm.ErrDevice),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "", fmt.Errorf("%w: %w", ErrHSM, err)
	case errors.Is(err, hsm.ErrExposure), errors.Is(err, pinverify.ErrReference), errors.Is(err, hsm.ErrNoPIN):
		return "", fmt.Errorf("%w: %w", ErrService, err)
	}
	if e, ok := errors.AsType[*hsm.Error](err); ok && e.Key != "" {
		for _, k := range mine {
			if k.Key == e.Key {
				return "", err
			}
		}
		return "", fmt.Errorf("%w: %w", ErrService, err)
	}
	return "", err
}
