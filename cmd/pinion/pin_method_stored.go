package main

import "github.com/pinion-hsm/pinion/pinverify"

func init() {
	pinMethods["stored-block"] = pinMethod{
		flags: []string{"stored-format"},
		build: func(m *methodFlags) (pinverify.Method, error) {
			f, err := m.storedFormatOf()
			return pinverify.StoredBlock{Format: f}, err
		},
	}
}
