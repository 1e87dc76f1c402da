package server

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// assign gives a leaf a value. Errors say what is wanted.
func assign(into reflect.Value, value any) error {
	switch v := value.(type) {
	case string:
		if into.Type() == durationType {
			d, err := time.ParseDuration(v)
			if err != nil {
				return errors.New("want a duration like 10s or 2m")
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
		return nil, errors.New("lists like this one are set in the file only")
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
