package hsm

import (
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// checkRules returns what is wrong with the rules of a request, before any block
// is opened and any PIN is tried.
func checkRules(r pinverify.Rules, pan pinblock.PAN) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.PAN && pan.IsZero() {
		return pinverify.ErrRulePAN
	}
	return nil
}

// judge applies rules in this process. Without rules nothing is judged.
func judge(r pinverify.Rules, pin pinblock.PIN, pan pinblock.PAN) error {
	if r.IsZero() {
		return nil
	}
	return r.Judge(pin, pan)
}
