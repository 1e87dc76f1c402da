package server

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
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
	if near := nearest(name, known); near != "" {
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

// assign gives a leaf a value. Errors say what is wanted.
func assign(into reflect.Value, value any) error {
	switch v := value.(type) {
	case string:
		if into.Type() == durationType {
			d, err := time.ParseDuration(v)
			if err != nil {
				return fmt.Errorf("want a duration like 10s or 2m")
			}
			into.SetInt(int64(d))
			return nil
		}
		if into.Kind() == reflect.String {
			into.SetString(v)
			return nil
		}
	case bool:
		if into.Kind() == reflect.Bool {
			into.SetBool(v)
			return nil
		}
	case int:
		switch {
		case into.Kind() == reflect.Int:
			into.SetInt(int64(v))
			return nil
		case into.Kind() == reflect.Float64:
			into.SetFloat(float64(v))
			return nil
		}
	case float64:
		if into.Kind() == reflect.Float64 {
			into.SetFloat(v)
			return nil
		}
	case []any:
		if texts, ok := stringsOf(v); ok && into.Kind() == reflect.Slice {
			into.Set(reflect.ValueOf(texts))
			return nil
		}
	}
	return fmt.Errorf("want %s", wanted(into.Type()))
}

func stringsOf(items []any) ([]string, bool) {
	texts := make([]string, len(items))
	for i, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, false
		}
		texts[i] = s
	}
	return texts, true
}

// wanted says in words what values a leaf takes.
func wanted(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration like 10s or 2m"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Slice:
		return "a list of texts (numbers in quotes)"
	}
	return "a text (a number in quotes)"
}

// parse reads the value of a leaf from text, as variables and flags have it.
// Lists are separated by commas.
func parse(t reflect.Type, text string) (any, error) {
	var v any = text
	var err error
	switch {
	case t == durationType, t.Kind() == reflect.String:
	case t.Kind() == reflect.Bool:
		v, err = strconv.ParseBool(text)
	case t.Kind() == reflect.Int:
		v, err = strconv.Atoi(text)
	case t.Kind() == reflect.Float64:
		v, err = strconv.ParseFloat(text, 64)
	case isList(t):
		return nil, fmt.Errorf("lists like this one are set in the file only")
	case t.Kind() == reflect.Slice:
		items := []any{}
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		return items, nil
	}
	if err != nil {
		return nil, fmt.Errorf("want %s", wanted(t))
	}
	return v, nil
}
