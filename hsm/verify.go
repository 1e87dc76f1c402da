package hsm

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// VerifyPIN returns nil if the PIN in the block is the one of the reference
// value, [ErrWrongPIN] if it is another, and any other error if it could not be
// decided: a block that does not open ([ErrBlock]) is not a wrong PIN.
func (h *HSM) VerifyPIN(ctx context.Context, v Verification) error {
	start := h.started()
	key, err := h.verify(ctx, Work{Op: OpVerify}, &v)
	return h.done(ctx, OpVerify, key, 1, start, err)
}

// verify verifies the PIN in a block, as the whole of the work or as its first
// part.
func (h *HSM) verify(ctx context.Context, w Work, v *Verification) (key string, err error) {
	from, method, key, err := h.methodKeys(ctx, w, v.From, v.Block, v.PAN, v.Method, v.MethodKey)
	if err != nil {
		return key, err
	}
	defer release(from)
	return "", h.device.VerifyPIN(ctx, *v, from, method)
}

// PINReference computes the reference value (PVV, offset, stored block) of the
// PIN in a block. Methods that have none return an error that wraps
// errors.ErrUnsupported. A PIN that the rules of the request refuse has none
// either: [ErrWeakPIN] or [ErrRuleLength].
//
// Rules answer a question about a PIN that came enciphered, as the reference
// value itself does: whoever may ask them of any block learns something of it.
func (h *HSM) PINReference(ctx context.Context, r Reference) ([]byte, error) {
	start := h.started()
	ref, key, err := h.reference(ctx, OpReference, &r)
	return ref, h.done(ctx, OpReference, key, 1, start, err)
}

func (h *HSM) reference(ctx context.Context, op Operation, r *Reference) (ref []byte, key string, err error) {
	if _, err := referencer(r.Method); err != nil {
		return nil, "", err
	}
	if err := checkRules(r.Rules, r.PAN); err != nil {
		return nil, "", err
	}
	from, method, key, err := h.methodKeys(ctx, Work{Op: op, Rules: r.Rules}, r.From, r.Block, r.PAN, r.Method, r.MethodKey)
	if err != nil {
		return nil, key, err
	}
	defer release(from)
	ref, err = h.device.PINReference(ctx, *r, from, method)
	return ref, "", err
}

// ChangePIN verifies the block of the current PIN and returns the reference
// value of the new one. If the current PIN is wrong it returns [ErrWrongPIN]
// and has computed nothing of the new one. The rules of the request are for the
// new PIN alone; that they refuse it, [ErrWeakPIN] or [ErrRuleLength], is told
// only to whoever had the current PIN right, and costs no try.
func (h *HSM) ChangePIN(ctx context.Context, c Change) ([]byte, error) {
	start := h.started()
	ref, key, err := h.change(ctx, &c)
	return ref, h.done(ctx, OpChange, key, 2, start, err)
}

func (h *HSM) change(ctx context.Context, c *Change) (ref []byte, key string, err error) {
	// What is wrong with the new block's input is said before the current PIN is
	// tried, so that a malformed request costs the cardholder no try.
	if _, err := referencer(c.Method); err != nil {
		return nil, "", err
	}
	if err := checkRules(c.Rules, c.PAN); err != nil {
		return nil, "", err
	}
	if err := checkBlock(c.From.Format, c.New, c.PAN); err != nil {
		return nil, c.From.Key, err
	}
	from, err := c.newFrom()
	if err != nil {
		return nil, c.From.Key, err
	}
	// Whether the new PIN may be judged where it would be is asked here too.
	key, err = h.verify(ctx, Work{Op: OpChange, Rules: c.Rules}, &Verification{
		Block: c.Current, PAN: c.PAN, From: c.From, Method: c.Method, MethodKey: c.MethodKey, Reference: c.Reference})
	if err != nil {
		return nil, key, err
	}
	return h.reference(ctx, OpChange, &Reference{
		Block: c.New, PAN: c.PAN, From: from, Method: c.Method, MethodKey: c.MethodKey, Rules: c.Rules})
}

// newFrom returns the key of the new PIN's block.
func (c *Change) newFrom() (PINKey, error) {
	from := c.From
	switch {
	case c.NewKSN.IsZero():
		return from, nil
	case from.KSN.IsZero():
		return from, &Error{Err: ErrKeyUsage, Hint: "the new block has a KSN, and the current one has none: both are under keys of one BDK, or neither is"}
	case c.NewKSN.IsAES() != from.KSN.IsAES():
		return from, dukpt.ErrScheme
	}
	from.KSN = c.NewKSN
	return from, c.NewKSN.Check()
}

// methodKeys checks an operation that opens a block and applies a method to the
// PIN in it, and finds its two keys. The work is completed here.
func (h *HSM) methodKeys(ctx context.Context, w Work, from PINKey, block []byte, pan pinblock.PAN, m pinverify.Method, methodKey string) (fromKey, mKey Key, key string, err error) {
	if err := h.ready(ctx); err != nil {
		return nil, nil, "", err
	}
	if err := checkMethod(m); err != nil {
		return nil, nil, "", err
	}
	if err := checkFormats(from.Format); err != nil {
		return nil, nil, "", err
	}
	if err := checkBlock(from.Format, block, pan); err != nil {
		return nil, nil, from.Key, err
	}
	w.Method, w.From = m, from.Format
	if err := h.mayAsk(w); err != nil {
		return nil, nil, "", err
	}
	if mKey, err = h.key(ctx, methodKey, m.Usages()); err != nil {
		return nil, nil, methodKey, err
	}
	if fromKey, err = h.pinKey(ctx, from); err != nil {
		return nil, nil, from.Key, err
	}
	w.FromKey, w.MethodKey = fromKey, mKey
	if err := h.exposed(w); err != nil {
		release(fromKey)
		return nil, nil, from.Key, err
	}
	return fromKey, mKey, "", nil
}

// errNoMethod is for the zero value of a request.
var errNoMethod = errors.New("hsm: no verification method was given: name one, such as pinverify.VisaPVV")

func checkMethod(m pinverify.Method) error {
	if m == nil {
		return errNoMethod
	}
	return m.Check()
}
