package main

import (
	"cmp"
	"slices"
	"strings"
)

// keyRights are the attributes that say what a key may do.
var keyRights = []string{"encrypt", "decrypt", "wrap", "unwrap", "derive", "sign", "verify"}

// writeKeys writes the keys, and of a token's what it says of each.
func (r *deviceReport) writeKeys(p *page) {
	if len(r.Keys) == 0 {
		return
	}
	p.section("KEYS")
	table(&p.Builder, "KEY\tALGORITHM\tUSAGE\tKCV\tMAY", len(r.Keys), func(i int) []string {
		k := r.Keys[i]
		may := ""
		if k.Attributes != nil {
			may = cmp.Or(k.those(true, true), "nothing")
		}
		return []string{cmp.Or(k.Label, "-"), cmp.Or(k.Algorithm, k.Type), cmp.Or(k.Usage, "-"), cmp.Or(k.KCV, "-"), may}
	})
	if r.Token == nil {
		return
	}
	p.section("ATTRIBUTES of keys")
	for i := 0; i < len(r.Keys); {
		// Keys that are alike are told of together.
		j := i + 1
		for j < len(r.Keys) && r.Keys[j].guard() == r.Keys[i].guard() {
			j++
		}
		var labels []string
		for _, k := range r.Keys[i:j] {
			labels = append(labels, cmp.Or(k.Label, "-"))
		}
		p.paragraph("", strings.Join(labels, ", "))
		p.paragraph("  ", r.Keys[i].guard())
		i = j
	}
}

// guard returns what the token says of how it guards a key.
func (k *reportKey) guard() string {
	var s []string
	if yes := k.those(false, true); yes != "" {
		s = append(s, "is: "+yes)
	}
	if no := k.those(false, false); no != "" {
		s = append(s, "is not: "+no)
	}
	var unsaid []string
	for _, name := range k.order {
		if k.Attributes[name] == nil {
			unsaid = append(unsaid, inWords(name))
		}
	}
	if len(unsaid) > 0 {
		s = append(s, "not said: "+strings.Join(unsaid, ", "))
	}
	return strings.Join(s, "; ")
}

// those returns the attributes that have a value: rights, or others.
func (k *reportKey) those(rights, value bool) string {
	var names []string
	for _, name := range k.order {
		if v := k.Attributes[name]; v != nil && *v == value && slices.Contains(keyRights, name) == rights {
			names = append(names, inWords(name))
		}
	}
	return strings.Join(names, ", ")
}

func inWords(attribute string) string { return strings.ReplaceAll(attribute, "_", " ") }
