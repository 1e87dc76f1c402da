package server

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/internal/nearest"
)

// decode fills a struct from a map, to the letter: a key that the struct does not
// have is a problem, and so is a value of another kind. Values are not quoted,
// for one may be a secret in the wrong place.
func (p *Problems) decode(into reflect.Value, from map[string]any, path string) {
	known := map[string]int{}
	for i := range into.NumField() {
		known[nameOf(into.Type().Field(i))] = i
	}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		i, ok := known[name]
		if !ok {
			p.unknown(join(path, word(name)), name, slices.Sorted(maps.Keys(known)))
			continue
		}
		p.set(into.Field(i), from[name], join(path, name))
	}
}

func (p *Problems) unknown(path, name string, known []string) {
	if near := nearest.Name(name, known); near != "" {
		p.add(path, "there is no such key; did you mean %s?", near)
		return
	}
	p.add(path, "there is no such key; keys here are %s", strings.Join(known, ", "))
}

// word returns what may be shown of a name that is none of ours: someone may have
// pasted something else there.
func word(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(s)
	}
	if end = min(end, 40); end < len(s) {
		return s[:end] + "…"
	}
	return s
}

// set gives a field a value of YAML.
func (p *Problems) set(into reflect.Value, value any, path string) {
	switch {
	case isList(into.Type()):
		p.setList(into, value, path)
	case into.Kind() == reflect.Struct:
		section, ok := value.(map[string]any)
		if !ok {
			p.add(path, "want keys below it: %s", strings.Join(keysOf(into.Type()), ", "))
			return
		}
		p.decode(into, section, path)
	default:
		if err := assign(into, value); err != nil {
			p.add(path, "%s", err)
		}
	}
}

func keysOf(t reflect.Type) []string {
	var names []string
	for f := range fields(t) {
		names = append(names, nameOf(f))
	}
	return names
}

func (p *Problems) setList(into reflect.Value, value any, path string) {
	items, ok := value.([]any)
	if !ok {
		p.add(path, "want a list")
		return
	}
	list := reflect.MakeSlice(into.Type(), len(items), len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		section, ok := item.(map[string]any)
		if !ok {
			p.add(at, "want keys: %s", strings.Join(keysOf(into.Type().Elem()), ", "))
			continue
		}
		p.decode(list.Index(i), section, at)
	}
	into.Set(list)
}
