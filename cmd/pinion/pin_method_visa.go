package main

import "github.com/pinion-hsm/pinion/pinverify"

func init() {
	pinMethods["visa-pvv"] = pinMethod{
		flags: []string{"pvki"},
		build: func(m *methodFlags) (pinverify.Method, error) { return pinverify.VisaPVV{Index: m.index}, nil },
	}
}
