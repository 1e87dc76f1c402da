package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep a request's JSON may be nested. None needs more than 3.
const maxDepth = 8

var errStrict = errors.New("httpapi: not strict JSON")

// parseStrict returns the value of a JSON object, with numbers as json.Number. It
// refuses what two readers might read differently or what no request needs: names
// that come twice, text that is not UTF-8, numbers with an exponent or of more than
// 40 characters, deep nesting, and anything after the object.
func parseStrict(text []byte) (any, bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := strictValue(d, maxDepth)
	if err != nil {
		return nil, false
	}
	if _, isObject := v.(map[string]any); !isObject {
		return nil, false
	}
	_, err = d.Token()
	return v, err == io.EOF
}

func strictValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, errStrict
	}
	switch t := t.(type) {
	case json.Delim:
		if depth == 0 {
			return nil, errStrict
		}
		if t == '{' {
			return strictObject(d, depth-1)
		}
		return strictArray(d, depth-1)
	case json.Number:
		if len(t) > 40 || strings.ContainsAny(string(t), "eE") {
			return nil, errStrict
		}
	}
	return t, nil
}

func strictObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		t, err := d.Token()
		name, isText := t.(string)
		if err != nil || !isText {
			return nil, errStrict
		}
		if _, twice := object[name]; twice {
			return nil, errStrict
		}
		if object[name], err = strictValue(d, depth); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

func strictArray(d *json.Decoder, depth int) (any, error) {
	array := []any{}
	for d.More() {
		v, err := strictValue(d, depth)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err := d.Token()
	return array, err
}
