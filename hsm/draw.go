package hsm

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/internal/draw"
	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// mostDraws is how many PINs are drawn, at most, for one that the rules take.
// Rules that refuse nine PINs of ten have none in the end less than once in
// 10^11; common ones refuse two or three of a hundred.
const mostDraws = 256

// drawFor returns a random PIN that the rules of a generation take. Refused ones
// are drawn again, so that every PIN which is left is equally likely.
func (a Arithmetic) drawFor(ctx context.Context, g Generation) (pinblock.PIN, error) {
	for range mostDraws {
		if err := ctx.Err(); err != nil {
			return pinblock.PIN{}, err
		}
		pin, err := a.draw(g.Length)
		if err != nil {
			return pinblock.PIN{}, err
		}
		if err = judge(g.Rules, pin, g.PAN); err == nil {
			return pin, nil
		}
		if !errors.Is(err, ErrWeakPIN) {
			return pinblock.PIN{}, err
		}
	}
	return pinblock.PIN{}, &Error{Err: ErrNoPIN, Hint: "the rules leave too few PINs of this length: ask for a longer one, or exclude fewer"}
}

// draw returns a random PIN of n digits.
func (a Arithmetic) draw(n int) (pinblock.PIN, error) {
	next := func() (uint64, error) { return draw.Uint64(), nil }
	if a.Random != nil {
		next = draw.FromReader(a.Random)
	}
	digits, err := draw.Digits(n, 10, next)
	if err != nil {
		return pinblock.PIN{}, &Error{Err: ErrUnavailable, Hint: "the device's random generator failed"}
	}
	return pinblock.VeiledPIN(veil.Hide(digits | 1<<(64-4*n) - 1)), nil
}
