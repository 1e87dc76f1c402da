package lab

import (
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// command returns the derivation as a command.
func (d *derivation) command(from string) string {
	l := command("lab", "dukpt", "derive")
	if d.purpose == purposeInitial {
		l = command("lab", "dukpt", "initial")
	}
	l.flag(from, cleartext.Hex(d.key)).flag("ksn", d.ksn.String())
	if d.purpose != purposeInitial {
		l.flag("purpose", d.purpose).flag("algorithm", d.name)
	}
	return l.String()
}

// code returns the derivation as a program.
func (d *derivation) code() string {
	p := &program{}
	p.use("keys/dukpt")
	usage := "keys.UsageBDK"
	if d.key.Usage() == keys.UsageInitialKey {
		usage = "keys.UsageInitialKey"
	}
	p.keyVar("key", d.key, usage)
	p.do("ksn := " + call("dukpt.ParseKSN", strconv.Quote(d.ksn.String())))
	switch {
	case d.purpose == purposeInitial:
		p.do("derived := " + call("dukpt.InitialKey", "key", "ksn"))
	case d.purpose == purposeUpdate:
		p.do("derived := " + call("dukpt.UpdateKey", "key", "ksn", "keys."+d.a.String()))
	case d.purpose == purposeTransaction:
		p.use("keys/dukpt/intermediate").do("tx := " + call("dukpt.Derive", "key", "ksn"))
		return p.printHex("intermediate.TransactionKey(tx)").String()
	case d.hmac != 0:
		p.use("keys/dukpt/intermediate").do("tx := " + call("dukpt.Derive", "key", "ksn"))
		p.do("derived := " + call("tx.HMACKey", purposeCode(d.purpose), "dukpt.HMAC"+strconv.Itoa(int(d.hmac))))
		return p.printHex("intermediate.HMACKey(derived)").String()
	default:
		p.do("derived := " + call("dukpt.WorkingKey", "key", "ksn", purposeCode(d.purpose), "keys."+d.a.String()))
	}
	return p.print("cleartext.Hex(derived)").String()
}

// purposeCode returns the constant of a purpose: that of mac-request is
// dukpt.MACRequest.
func purposeCode(name string) string {
	var b strings.Builder
	b.WriteString("dukpt.")
	for _, word := range strings.Split(name, "-") {
		if word == "pin" || word == "mac" {
			b.WriteString(strings.ToUpper(word))
		} else {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
