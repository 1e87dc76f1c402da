package hsm

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/pinblock"
)

// GeneratePIN draws a PIN on the device, every PIN of the length that the rules
// of the request take equally likely. The answer is its block and, if a method is
// named, its reference value. Where the rules leave so few PINs that none was
// drawn in many tries the error is [ErrNoPIN]; a length that they do not take is
// [ErrRuleLength].
func (h *HSM) GeneratePIN(ctx context.Context, g Generation) (Generated, error) {
	start := h.started()
	made, key, err := h.generate(ctx, g)
	return made, h.done(ctx, OpGenerate, key, 1, start, err)
}

func (h *HSM) generate(ctx context.Context, g Generation) (_ Generated, key string, err error) {
	if err := h.ready(ctx); err != nil {
		return Generated{}, "", err
	}
	if err := checkFormats(g.To.Format); err != nil {
		return Generated{}, "", err
	}
	if err := checkRules(g.Rules, g.PAN); err != nil {
		return Generated{}, "", err
	}
	if g.Length == 0 {
		g.Length = max(pinblock.MinPINLength, g.Rules.MinLength)
	}
	if err := g.checkLength(); err != nil {
		return Generated{}, "", err
	}
	if err := checkPAN(g.To.Format, g.PAN); err != nil {
		return Generated{}, g.To.Key, err
	}
	w := Work{Op: OpGenerate, Method: g.Method, To: g.To.Format, Rules: g.Rules}
	if err := h.mayAsk(w); err != nil {
		return Generated{}, "", err
	}
	to, err := h.pinKey(ctx, g.To)
	if err != nil {
		return Generated{}, g.To.Key, err
	}
	defer release(to)
	var method Key
	if g.Method != nil {
		if _, err := referencer(g.Method); err != nil {
			return Generated{}, "", err
		}
		if err := g.Method.Check(); err != nil {
			return Generated{}, "", err
		}
		if method, err = h.key(ctx, g.MethodKey, g.Method.Usages()); err != nil {
			return Generated{}, g.MethodKey, err
		}
	} else if g.MethodKey != "" {
		return Generated{}, g.MethodKey, errors.New("hsm: a verification key was named and no verification method: give both or neither")
	}
	w.ToKey, w.MethodKey = to, method
	if err := h.exposed(w); err != nil {
		return Generated{}, "", err
	}
	made, err := h.device.GeneratePIN(ctx, g, to, method)
	return made, "", err
}

// checkLength returns what is wrong with the length of a PIN to be drawn.
func (g *Generation) checkLength() error {
	shortest, longest := g.To.Format.PINLengths()
	if g.Length < max(shortest, pinblock.MinPINLength) || g.Length > min(longest, pinblock.MaxPINLength) {
		return pinblock.ErrPINLength
	}
	if !g.Rules.TakesLength(g.Length) {
		return ErrRuleLength
	}
	return nil
}
