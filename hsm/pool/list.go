package pool

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
)

// ListKeys implements [hsm.KeyManager]: the keys that all members which serve have,
// and the ephemeral ones that any of them has. What is missing somewhere, or
// different, is not in the list: [Pool.Check] reports it.
func (p *Pool) ListKeys(ctx context.Context) ([]hsm.KeyInfo, error) {
	lists, away, err := p.lists(ctx)
	if err != nil {
		return nil, err
	}
	if len(lists) == 0 {
		return nil, away
	}
	faulty := map[string]bool{}
	for _, d := range p.differences(lists) {
		faulty[d.Label] = true
	}
	list := []hsm.KeyInfo{}
	for _, label := range labels(lists) {
		if !faulty[label] {
			list = append(list, p.infoOf(lists, label))
		}
	}
	return list, nil
}

// keyList is the keys of one member, by label.
type keyList map[string]hsm.KeyInfo

// lists asks all members that serve for their keys. away is not nil if that
// was not all of them.
func (p *Pool) lists(ctx context.Context) (lists map[*member]keyList, away, err error) {
	if p.closed.Load() {
		return nil, nil, hsm.ErrClosed
	}
	answers := everywhere(ctx, p, p.tryTimeout, func(ctx context.Context, m *member) ([]hsm.KeyInfo, error) {
		d, err := m.manager()
		if err != nil {
			return nil, err
		}
		return d.ListKeys(ctx)
	})
	if p.closed.Load() {
		return nil, nil, hsm.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	lists = map[*member]keyList{}
	for i, a := range answers {
		m := p.members[i]
		switch {
		case !a.asked, failed(ctx, a.err):
			away = p.unavailable()
			continue
		case a.err != nil:
			return nil, nil, p.named(m, a.err)
		}
		lists[m] = keyList{}
		for _, info := range a.value {
			lists[m][info.Label] = info
		}
	}
	return lists, away, nil
}

func labels(lists map[*member]keyList) []string {
	all := map[string]bool{}
	for _, l := range lists {
		for label := range l {
			all[label] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// infoOf returns a key as the first member has it that has it, with the check value
// from another if that does not say one.
func (p *Pool) infoOf(lists map[*member]keyList, label string) (info hsm.KeyInfo) {
	for _, m := range p.members {
		i, ok := lists[m][label]
		switch {
		case !ok:
		case info.Label == "":
			info = i
		case info.KCV == "":
			info.KCV = i.KCV
		}
	}
	return info
}

// Difference is a key that is not the same on every member.
type Difference struct {
	Label  string
	Member string      // the one that is unlike the first that has the key
	Has    hsm.KeyInfo // what it has; the zero KeyInfo if it has no such key
	Wants  hsm.KeyInfo // what the first one has
}

// Missing reports whether the member has no such key.
func (d Difference) Missing() bool { return d.Has.Label == "" }

// String returns the difference in words: it has no secrets.
func (d Difference) String() string {
	if d.Missing() {
		return fmt.Sprintf("key %q is missing on %s: it should be %s", d.Label, d.Member, describe(&d.Wants))
	}
	return fmt.Sprintf("key %q on %s is %s: it should be %s", d.Label, d.Member, describe(&d.Has), describe(&d.Wants))
}

// Check compares the keys of all members that serve, and returns what is not alike,
// sorted by label. Ephemeral keys may be missing. If there are members that do not
// serve the error is [hsm.ErrUnavailable], beside what the others have shown.
func (p *Pool) Check(ctx context.Context) ([]Difference, error) {
	lists, away, err := p.lists(ctx)
	if err != nil {
		return nil, err
	}
	return p.differences(lists), away
}

func (p *Pool) differences(lists map[*member]keyList) (found []Difference) {
	for _, label := range labels(lists) {
		want := p.infoOf(lists, label)
		for _, m := range p.members {
			l, asked := lists[m]
			has, ok := l[label]
			switch {
			case !asked, !ok && want.Ephemeral:
			case !ok, same("", &want, "", &has) != nil:
				found = append(found, Difference{Label: label, Member: m.name, Has: has, Wants: want})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Difference) int { return strings.Compare(a.Label, b.Label) })
	return found
}
