package main

import "github.com/pinion-hsm/pinion/pinverify"

func init() {
	pinMethods["interbank"] = pinMethod{
		flags:       []string{"pvki", "validation-digits"},
		noReference: true,
		build: func(m *methodFlags) (pinverify.Method, error) {
			return pinverify.Interbank{Index: m.index, ValidationDigits: m.validationDigits}, nil
		},
	}
}
