package testvectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// decode reads one JSON value into what dst points to, more strictly than
// encoding/json can: names are exact, and a member that is unknown, missing,
// named twice or null is an error. A field tagged omitempty may be missing. An
// error says where in the text it is, and does not quote the text.
func decode(data []byte, dst any) error {
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		at := len(data)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = int(syntax.Offset)
		}
		return fmt.Errorf("line %d: not JSON", line(data, at))
	}
	if err := decodeValue(data, 0, reflect.ValueOf(dst).Elem()); err != nil {
		var m *mismatch
		if errors.As(err, &m) && bytes.ContainsRune(data, '\n') {
			return fmt.Errorf("line %d: %w", line(data, m.at), err)
		}
		return err
	}
	return nil
}

var rawType = reflect.TypeFor[json.RawMessage]()

// decodeValue decodes raw, which is valid JSON and begins at that offset.
func decodeValue(raw []byte, at int, dst reflect.Value) error {
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	at += len(raw) - len(trimmed)
	raw = bytes.TrimRight(trimmed, " \t\r\n")
	wrong := func(want string) error { return &mismatch{at: at, text: "want " + want} }
	switch {
	case string(raw) == "null":
		return &mismatch{at: at, text: "null"}
	case dst.Type() == rawType:
		if raw[0] != '{' {
			return wrong("an object")
		}
		dst.SetBytes(bytes.Clone(raw))
		return nil
	case dst.Kind() == reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		return decodeValue(raw, at, dst.Elem())
	case dst.Kind() == reflect.Struct:
		return decodeObject(raw, at, dst)
	case dst.Kind() == reflect.Slice:
		return decodeList(raw, at, dst)
	}
	if json.Unmarshal(raw, dst.Addr().Interface()) != nil {
		switch dst.Kind() {
		case reflect.String:
			return wrong("a text")
		case reflect.Bool:
			return wrong("true or false")
		default:
			return wrong("a whole number")
		}
	}
	return nil
}

// part is a member of an object or an element of a list.
type part struct {
	raw json.RawMessage
	at  int
}

func decodeObject(raw []byte, at int, dst reflect.Value) error {
	found, err := members(raw, at)
	if err != nil {
		return err
	}
	for _, field := range reflect.VisibleFields(dst.Type()) {
		if field.Anonymous { // its own fields come after it
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		p, ok := found[name]
		if !ok {
			if strings.Contains(options, "omitempty") {
				continue
			}
			return &mismatch{at: at, text: fmt.Sprintf("member %q is missing", name)}
		}
		delete(found, name)
		if err := decodeValue(p.raw, p.at, dst.FieldByIndex(field.Index)); err != nil {
			return within(name, err)
		}
	}
	for name, p := range found {
		return &mismatch{at: p.at, text: fmt.Sprintf("member %q is one that nobody reads", name)}
	}
	return nil
}

func decodeList(raw []byte, at int, dst reflect.Value) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return &mismatch{at: at, text: "want a list"}
	}
	dst.Set(reflect.MakeSlice(dst.Type(), 0, 0))
	for i := 0; dec.More(); i++ {
		p, err := next(dec, at)
		if err != nil {
			return err
		}
		e := reflect.New(dst.Type().Elem()).Elem()
		if err := decodeValue(p.raw, p.at, e); err != nil {
			return within(fmt.Sprintf("[%d]", i), err)
		}
		dst.Set(reflect.Append(dst, e))
	}
	return nil
}

// members takes an object apart.
func members(raw []byte, at int) (map[string]part, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, &mismatch{at: at, text: "want an object"}
	}
	found := map[string]part{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, &mismatch{at: at, text: "not JSON"}
		}
		name, _ := t.(string) // JSON has no other names
		p, err := next(dec, at)
		if err != nil {
			return nil, err
		}
		if _, twice := found[name]; twice {
			return nil, &mismatch{at: p.at, text: fmt.Sprintf("member %q is there twice", name)}
		}
		found[name] = p
	}
	return found, nil
}

// next returns the decoder's next value and where it begins.
func next(dec *json.Decoder, at int) (part, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return part{}, &mismatch{at: at, text: "not JSON"}
	}
	return part{raw, at + int(dec.InputOffset()) - len(raw)}, nil
}
