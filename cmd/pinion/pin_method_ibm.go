package main

import (
	"slices"

	"github.com/pinion-hsm/pinion/pinverify"
)

func init() {
	pinMethods["ibm-3624"] = pinMethod{
		flags: append(slices.Clone(validationFlags), "check-length"),
		build: func(m *methodFlags) (pinverify.Method, error) {
			table, v, err := m.validation()
			return pinverify.IBM3624{Table: table, Validation: v, CheckLength: m.checkLength}, err
		},
	}
	pinMethods["gbp"] = pinMethod{
		flags: validationFlags,
		build: func(m *methodFlags) (pinverify.Method, error) {
			table, v, err := m.validation()
			return pinverify.GBP{Table: table, Validation: v}, err
		},
	}
	pinMethods["nl-pin-1"] = pinMethod{
		flags: validationFlags,
		build: func(m *methodFlags) (pinverify.Method, error) {
			table, v, err := m.validation()
			return pinverify.NL1{Table: table, Validation: v}, err
		},
	}
}
