package server

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A key of the configuration is a field of Config with a koanf tag; what it is
// named in the environment follows from its path: tls.clientCA is
// PINION_TLS_CLIENT_CA.

// leaf is a key that has a value of its own.
type leaf struct {
	path string
	typ  reflect.Type
}

var durationType = reflect.TypeFor[time.Duration]()

// leaves returns the keys below a struct. Those inside lists of structs are not
// among them: only a file has those.
func leaves(t reflect.Type, path string) []leaf {
	var list []leaf
	for f := range fields(t) {
		at := join(path, nameOf(f))
		if f.Type.Kind() == reflect.Struct {
			list = append(list, leaves(f.Type, at)...)
			continue
		}
		list = append(list, leaf{at, f.Type})
	}
	return list
}

// fields iterates over the keys of a struct in their order.
func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func nameOf(f reflect.StructField) string { return f.Tag.Get("koanf") }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// isList says whether values of a type are lists of structs.
func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

// envName returns the variable of a key: "tls.clientCA" is PINION_TLS_CLIENT_CA.
func envName(path string) string {
	var b strings.Builder
	b.WriteString(envPrefix)
	lower := false
	for _, c := range path {
		switch {
		case c == '.':
			b.WriteByte('_')
			lower = false
			continue
		case unicode.IsUpper(c) && lower:
			b.WriteByte('_')
		}
		lower = unicode.IsLower(c) || unicode.IsDigit(c)
		b.WriteRune(unicode.ToUpper(c))
	}
	return b.String()
}

const envPrefix = "PINION_"

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
