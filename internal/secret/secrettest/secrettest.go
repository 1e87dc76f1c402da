// Package secrettest tries to print a secret in every way Go has. It is the one
// list of those ways, for the tests of every type that holds key bytes.
package secrettest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// Two ways to hold a value. fmt calls no methods on what it finds in the second.
type (
	exported[T any]   struct{ S T }
	unexported[T any] struct{ s T }
	deep[T any]       struct {
		p *unexported[T]
		a any
		l []unexported[T]
		m map[string]unexported[T]
	}
)

var (
	flags = []string{"", "+", "#", " ", "-", "0", "+#", "# ", "40.30"}
	verbs = "vsqxXdboOcUtpeEfFgGT"
)

// NeverPrints fails t if v, which holds the secret bytes raw, shows any four of
// them in a row: through fmt with any verb and flag, log/slog, or an encoder,
// held in any of the usual ways. raw must have 8 bytes or more.
func NeverPrints[T any](t testing.TB, raw []byte, v T) {
	t.Helper()
	needles := needles(raw)
	for how, text := range Everything(v) {
		for _, n := range needles {
			if strings.Contains(text, n) {
				t.Errorf("%s shows part of the secret", how)
				break
			}
		}
	}
}

// Shows reports whether any of the ways of [NeverPrints] shows part of raw.
func Shows[T any](raw []byte, v T) bool {
	needles := needles(raw)
	for _, text := range Everything(v) {
		for _, n := range needles {
			if strings.Contains(text, n) {
				return true
			}
		}
	}
	return false
}

// Everything returns v printed in every way, by a name for each.
func Everything[T any](v T) map[string]string {
	out := make(map[string]string)
	for how, x := range nest(v) {
		for i := range len(verbs) {
			for _, f := range flags {
				format := "%" + f + verbs[i:i+1]
				out[how+" "+format] = fmt.Sprintf(format, x)
			}
		}
		out[how+" print"] = fmt.Sprint(x) + fmt.Sprintln(x)
		out[how+" error"] = fmt.Errorf("failed with %v", x).Error()
		for name, text := range encode(x) {
			out[how+" "+name] = text
		}
	}
	return out
}

func nest[T any](v T) map[string]any {
	u := unexported[T]{v}
	d := deep[T]{p: &u, a: v, l: []unexported[T]{u}, m: map[string]unexported[T]{"k": u}}
	return map[string]any{
		"value":                 v,
		"pointer":               &v,
		"exported field":        exported[T]{v},
		"unexported field":      u,
		"unexported pointer":    unexported[*T]{&v},
		"unexported any":        unexported[any]{v},
		"pointer to unexported": &u,
		"slice":                 []T{v},
		"array":                 [1]T{v},
		"slice of any":          []any{v, &v},
		"slice of unexported":   []unexported[T]{u},
		"map":                   map[string]T{"k": v},
		"map of unexported":     map[string]unexported[T]{"k": u},
		"deep":                  d,
		"pointer to deep":       &d,
	}
}

// encode returns what each encoder wrote, and what it said if it failed.
func encode(x any) map[string]string {
	out := make(map[string]string)
	var b bytes.Buffer
	keep := func(name string, err error) {
		out[name] = fmt.Sprint(b.String(), err)
		b.Reset()
	}
	slog.New(slog.NewTextHandler(&b, nil)).Info("m", "k", x, slog.Group("g", "k", x))
	keep("slog text", nil)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "k", x, slog.Group("g", "k", x))
	keep("slog json", nil)
	keep("json", json.NewEncoder(&b).Encode(x))
	keep("xml", xml.NewEncoder(&b).Encode(x))
	keep("gob", gob.NewEncoder(&b).Encode(x))
	return out
}

// needles returns the ways in which four bytes in a row of raw could show, as
// bytes or as the words of a key schedule.
func needles(raw []byte) []string {
	var out []string
	for i := 0; i+4 <= len(raw); i++ {
		w := raw[i : i+4]
		out = append(out, string(w), base64.StdEncoding.EncodeToString(w[:3]))
		for _, format := range []string{"%x", "%X", "% x", "% X", "%d", "%b", "%o", "%O", "%c", "%U", "%q"} {
			out = append(out, strings.Trim(fmt.Sprintf(format, w), `[]"`))
		}
		out = append(out, strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", w), "[]byte{"), "}"))
		for _, word := range []uint32{binary.BigEndian.Uint32(w), binary.LittleEndian.Uint32(w)} {
			out = append(out, fmt.Sprintf("%d", word), fmt.Sprintf("%x", word))
		}
	}
	return out
}
