package pool

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
)

// Exposure implements [hsm.Device]: it is the worst of the members that can do the
// work. A key that a member was not asked for yet plays no part there; if the member, when
// it does, would do worse than was said, the work passes it over.
func (p *Pool) Exposure(w hsm.Work) (hsm.Exposure, string) {
	e, why := hsm.Refused, ""
	refusal := "no member of the pool has all the keys"
	for _, m := range p.members {
		own, ok := p.workOn(m, w)
		if !ok {
			continue
		}
		has, because := m.device.Exposure(own)
		because = strings.TrimSuffix("member "+m.name+": "+because, ": ")
		switch {
		case has == hsm.Refused, has < p.least:
			refusal = because
		case e == hsm.Refused || has < e:
			e, why = has, because
		}
	}
	if e == hsm.Refused {
		return e, refusal
	}
	if e == hsm.OnDevice {
		return e, ""
	}
	return e, why
}

// workOn returns a piece of work with the keys that a member is known to have, and
// without those that it was not asked for. It is not for the member if it is known not
// to have one.
func (p *Pool) workOn(m *member, w hsm.Work) (hsm.Work, bool) {
	for _, k := range []*hsm.Key{&w.FromKey, &w.ToKey, &w.MethodKey} {
		switch wanted := (*k).(type) {
		case *key:
			if wanted.p != p {
				*k = nil
				continue
			}
			c := wanted.on[m.index]
			if c.absent {
				return w, false
			}
			*k = c.key
		case *derived:
			if wanted.bdk.p != p || wanted.on != m {
				*k = nil
				if wanted.bdk.p == p && wanted.bdk.on[m.index].absent {
					return w, false
				}
				continue
			}
			*k = wanted.key
		default:
			*k = nil
		}
	}
	return w, true
}

// errWorse is wrapped by what worse returns.
var errWorse error = kind{"hsm/pool: the member would expose the clear PIN more than the pool said", hsm.ErrExposure}

// worse is why a member is passed over that would do work in a worse way than the
// pool said.
func worse(e hsm.Exposure, why string) error {
	return &hsm.Error{Err: errWorse, Hint: strings.TrimPrefix(why+"; ", "; ") + fmt.Sprintf("it would do it %v", e)}
}
