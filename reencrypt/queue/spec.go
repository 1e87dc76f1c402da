package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// key is a key as a run names it.
type key struct {
	Label     string `json:"label"`
	Algorithm string `json:"algorithm"`
	Usage     string `json:"usage"`
	KCV       string `json:"kcv"`
	Format    string `json:"format"`
	Derived   string `json:"derived,omitempty"` // algorithm of PIN keys, where it is not the usual one
}

// spec is what workers have to know of a run.
type spec struct {
	Mode        string                `json:"mode,omitempty"` // "" is the whole of it
	From        key                   `json:"from"`
	To          key                   `json:"to"` // zero of a check that names none
	ToChipCard  bool                  `json:"to_chip_card,omitempty"`
	Policy      string                `json:"policy"`
	Layout      *reencrypt.Layout     `json:"layout"`
	Compress    reencrypt.Compression `json:"compress"`
	Rejects     reencrypt.Kind        `json:"rejects"`
	RejectsPack reencrypt.Compression `json:"rejects_pack"`
	Batch       int                   `json:"batch"`
	Sample      int                   `json:"sample,omitempty"`
	Out         string                `json:"out"` // names without folders
	RejectsName string                `json:"rejects_name"`
	Table       *tableID              `json:"table,omitempty"`
	InSize      int64                 `json:"in_size,omitempty"`
	InFirst     string                `json:"in_first,omitempty"` // SHA-256 of the first megabyte
}

// id names a run by what it does: the same command has the same run.
func (s *spec) id() string {
	text, err := json.Marshal(s)
	if err != nil { // it has nothing that could fail
		return ""
	}
	sum := sha256.Sum256(append(text, specVersion))
	return hex.EncodeToString(sum[:12])
}

// keyOf asks a device for a key, if one is named.
func keyOf(ctx context.Context, h *hsm.HSM, k hsm.PINKey) (key, error) {
	if k.Key == "" && k.Format == 0 {
		return key{}, nil
	}
	info, err := h.KeyInfo(ctx, k.Key)
	if err != nil {
		return key{}, err
	}
	out := key{info.Label, info.Algorithm.String(), string(info.Usage), info.KCV, k.Format.String(), ""}
	if k.Algorithm != 0 {
		out.Derived = k.Algorithm.String()
	}
	return out, nil
}

// pinKey returns the key as the device is asked for it.
func (k key) pinKey() (hsm.PINKey, error) {
	if k == (key{}) {
		return hsm.PINKey{}, nil
	}
	f, err := pinblock.ParseFormat(k.Format)
	if err != nil {
		return hsm.PINKey{}, err
	}
	p := hsm.PINKey{Key: k.Label, Format: f}
	if k.Derived != "" {
		p.Algorithm, err = keys.ParseAlgorithm(k.Derived)
	}
	return p, err
}

// job returns the job of a run.
func (s *spec) job() (j reencrypt.Job, err error) {
	j.ToChipCard = s.ToChipCard
	switch s.Mode {
	case "":
	case reencrypt.Check.String():
		j.Mode = reencrypt.Check
	default:
		return j, fmt.Errorf("%w: what is to be done is not known here", ErrKeys)
	}
	if j.From, err = s.From.pinKey(); err == nil {
		j.To, err = s.To.pinKey()
	}
	return j, err
}

// held holds a device to the keys and the policy of a run. What comes from the
// database gives a device no policy that its operator has not.
func (s *spec) held(ctx context.Context, h *hsm.HSM) error {
	if h.Policy().String() != s.Policy {
		return fmt.Errorf("%w: policy %s, and not %s", ErrKeys, h.Policy(), s.Policy)
	}
	for _, want := range []key{s.From, s.To} {
		p, err := want.pinKey()
		if err != nil {
			return fmt.Errorf("%w: format or algorithm is not known here", ErrKeys)
		}
		have, err := keyOf(ctx, h, p)
		if err != nil {
			return err
		}
		if have != want {
			return fmt.Errorf("%w: %s is %s, usage %s, KCV %s, and not %s, usage %s, KCV %s", ErrKeys, want.Label,
				have.Algorithm, have.Usage, have.KCV, want.Algorithm, want.Usage, want.KCV)
		}
	}
	return nil
}
