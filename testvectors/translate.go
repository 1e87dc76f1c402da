package testvectors

import (
	"context"
	"errors"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// Translations of PIN blocks.
func init() { define("pin.translate", translate, translateOn) }

type (
	translateIn struct {
		Block string   `json:"block"`
		From  sourceIn `json:"from"`
		To    targetIn `json:"to"`
	}
	// sourceIn has a key, or the DUKPT scheme, BDK and KSN it is derived from.
	sourceIn struct {
		Format string  `json:"format"`
		PAN    *string `json:"pan,omitempty"`
		Pad    *string `json:"pad,omitempty"`
		Key    *string `json:"key,omitempty"`
		Scheme *string `json:"scheme,omitempty"`
		BDK    *string `json:"bdk,omitempty"`
		KSN    *string `json:"ksn,omitempty"`
	}
	targetIn struct {
		Format string  `json:"format"`
		PAN    *string `json:"pan,omitempty"`
		Pad    *string `json:"pad,omitempty"`
		Seq    *string `json:"seq,omitempty"`
		Fill   *string `json:"fill,omitempty"`
		Key    string  `json:"key"`
	}
)

// translation is what translateIn says.
type translation struct {
	block    []byte
	pan      pinblock.PAN
	from, to side
}

func (in *translateIn) values() (t translation, err error) {
	var c inputs
	if t.from.format, err = c.format(in.From.Format, settings{pad: in.From.Pad}); err != nil {
		return t, err
	}
	if t.to.format, err = c.format(in.To.Format, settings{in.To.Pad, in.To.Seq}); err != nil {
		return t, err
	}
	t.block = c.block(in.Block)
	t.to.key = c.pinKey(in.To.Key, t.to.format)
	if err := in.From.keyOf(&c, &t.from); err != nil {
		return t, err
	}
	from, to := c.pan(in.From.PAN), c.pan(in.To.PAN)
	switch {
	case from.IsZero():
		t.pan = to
	case to.IsZero(), from.Equal(to):
		t.pan = from
	default:
		c.note(errOtherPAN)
	}
	return t, c.refused()
}

var errSource = errors.New("from: want a key, or scheme, bdk and ksn")

// keyOf sets the key of the incoming side: the vector's, or the BDK and KSN that
// it is derived from.
func (in *sourceIn) keyOf(c *inputs, s *side) error {
	if in.Scheme == nil {
		if in.Key == nil || in.BDK != nil || in.KSN != nil {
			return errSource
		}
		s.key = c.pinKey(*in.Key, s.format)
		return nil
	}
	if in.Key != nil || in.BDK == nil || in.KSN == nil {
		return errSource
	}
	switch *in.Scheme {
	case "DUKPT-TDES":
		s.key = c.bdkTDES(*in.BDK)
	case "DUKPT-AES":
		s.key = c.bdkAES(*in.BDK)
	default:
		return unknown("scheme", *in.Scheme)
	}
	s.ksn = c.ksn(*in.KSN)
	return nil
}

// aboutPolicy reports whether the vector must be refused by the default policy,
// and not by what is in the block. All others are run under the policy "open".
func (v *Vector) aboutPolicy() bool {
	return v.ExpectError != nil && slices.Contains([]string{"policy", "key-usage", "key-type"}, v.ExpectError.Reason)
}

func translate(ctx context.Context, v *Vector, in translateIn) (blockOut, error) {
	t, err := in.values()
	if err != nil {
		return blockOut{}, err
	}
	if rule := hsm.PolicyPCIPIN().Rule(t.from.format, t.to.format); v.aboutPolicy() && (rule == hsm.No || rule == hsm.ICCOnly) {
		return blockOut{}, hsm.ErrPolicy
	}
	key, err := t.from.pinKey()
	if err != nil {
		return blockOut{}, err
	}
	pin, err := clear.Open(ctx, key, t.from.format, t.block, t.pan, nil)
	if err != nil {
		return blockOut{}, err
	}
	block, err := clear.Seal(ctx, nil, t.to.key, readable(t.to.format, pin.Len()), pin, t.pan, fill(in.To.Fill))
	return blockOut{upper(block)}, err
}

func translateOn(ctx context.Context, b *bench, v *Vector, in translateIn, want *blockOut) (blockOut, error) {
	t, err := in.values()
	if err != nil {
		return blockOut{}, err
	}
	from, err := t.from.on(ctx, b)
	if err != nil {
		return blockOut{}, err
	}
	to, err := t.to.on(ctx, b)
	if err != nil {
		return blockOut{}, err
	}
	request := hsm.Translation{Block: t.block, PAN: t.pan, From: from, To: to}
	if v.aboutPolicy() {
		if b.policed == nil {
			return blockOut{}, notRun("the device is not here under its default policy")
		}
		block, err := b.policed.TranslatePIN(ctx, request)
		return blockOut{upper(block)}, cannot(err)
	}
	block, err := b.translate(ctx, request)
	if err != nil {
		return blockOut{}, err
	}
	if want != nil && in.To.Fill != nil && t.samePIN(ctx, block, want.Block) {
		return *want, nil
	}
	return blockOut{upper(block)}, nil
}

// samePIN reports whether two outgoing blocks hold one PIN. A device draws the
// fill for itself, so that is all that two blocks with fill have in common.
func (t *translation) samePIN(ctx context.Context, got []byte, expected string) bool {
	want, err := unhex(expected)
	if err != nil {
		return false
	}
	p, err1 := clear.Open(ctx, t.to.key, t.to.format, got, t.pan, nil)
	q, err2 := clear.Open(ctx, t.to.key, t.to.format, want, t.pan, nil)
	return err1 == nil && err2 == nil && p.Equal(q)
}
