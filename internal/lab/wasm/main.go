//go:build js && wasm

// Command wasm is package lab for the page: scripts/labpage compiles it, and app.js
// calls it. It sets one object, pinionLab, with two functions that take and return
// JSON: panels() are the panels, and ask(panel, values) is the answer of one.
package main

import (
	"context"
	"encoding/json"
	"syscall/js"

	"github.com/pinion-hsm/pinion/internal/lab"
)

func main() {
	js.Global().Set("pinionLab", map[string]any{
		"panels": js.FuncOf(func(js.Value, []js.Value) any { return text(lab.Panels()) }),
		"ask":    js.FuncOf(func(_ js.Value, args []js.Value) any { return ask(args) }),
	})
	select {} // the page calls until it is closed
}

// ask takes the name of a panel, and its values as a JSON object of strings.
func ask(args []js.Value) string {
	if len(args) != 2 {
		return wrong("ask takes a panel and its values")
	}
	var v lab.Values
	if err := json.Unmarshal([]byte(args[1].String()), &v); err != nil {
		return wrong("the values are not a JSON object of strings")
	}
	a, err := lab.Ask(context.Background(), args[0].String(), v)
	if err != nil {
		return wrong(err.Error())
	}
	return text(a)
}

// wrong is an answer that is about none of the fields.
func wrong(what string) string {
	return text(lab.Answer{Problems: map[string]string{"": what}})
}

// text returns v as JSON. What is given to it has no values that JSON has not.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return `{"problems":{"":"the answer is not JSON"}}`
	}
	return string(b)
}
