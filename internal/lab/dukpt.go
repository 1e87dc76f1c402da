package lab

import (
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func init() {
	register(Panel{
		order: 50, Name: "dukpt", Title: "DUKPT",
		Intro: "Take a key serial number apart, and derive the keys of its transaction, from the BDK or from the terminal's initial key.",
		Fields: []Field{
			{Name: "ksn", Label: "Key serial number (KSN)", Hint: "16 to 20 hex digits for TDES, 24 for AES", Kind: Hex},
			{Name: "from", Label: "Derive from", Kind: Choose, Choices: []Choice{
				{"bdk", "the base derivation key (BDK)"}, {"ik", "the initial key (IK, IPEK)"},
			}},
			{Name: "key", Label: "That key", Hint: "hex digits: TDES 32, AES 32, 48 or 64", Kind: Hex},
			{Name: "purpose", Label: "Purpose", Kind: Choose, Choices: purposeChoices()},
			{Name: "algorithm", Label: "Algorithm of the working key", Kind: Choose, Choices: workingChoices()},
		},
		Examples: []Example{
			{"TDES, PIN key", Values{"ksn": "FFFF9876543210E00003", "key": "0123456789ABCDEFFEDCBA9876543210"}},
			{"TDES from the initial key", Values{"ksn": "FFFF9876543210E00005", "from": "ik", "key": "6AC292FAA1315B4D858AB3A3D7D5933A", "purpose": "mac-request"}},
			{"AES, PIN key", Values{"ksn": "123456789012345600000007", "key": "FEDCBA9876543210F1F1F1F1F1F1F1F1"}},
			{"AES, HMAC key", Values{"ksn": "123456789012345600000001", "key": "FEDCBA9876543210F1F1F1F1F1F1F1F1", "purpose": "mac-both", "algorithm": "hmac128"}},
			{"Initial key of a terminal", Values{"ksn": "FFFF9876543210E00000", "key": "0123456789ABCDEFFEDCBA9876543210", "purpose": "initial"}},
		},
		answer: answerDUKPT,
	})
}

// What is derived beside the working keys of a transaction.
const (
	purposeInitial     = "initial"
	purposeUpdate      = "update"
	purposeTransaction = "transaction"
)

func purposeChoices() (all []Choice) {
	label := strings.NewReplacer("pin", "PIN key", "mac-", "MAC key, ", "data-", "data key, ", "both", "both directions",
		"key-encryption", "key encryption key", "key-derivation", "key derivation key")
	for p := dukpt.PIN; p.Valid(); p++ {
		all = append(all, Choice{p.String(), label.Replace(p.String())})
	}
	return append(all,
		Choice{purposeUpdate, "update key (AES)"},
		Choice{purposeTransaction, "transaction key, not a working key"},
		Choice{purposeInitial, "initial key of the terminal"})
}

func workingChoices() []Choice {
	all := []Choice{{"", "that of the key"}}
	for a := keys.TDES2; a.Valid(); a++ {
		all = append(all, Choice{strings.ToLower(a.String()), a.String()})
	}
	return append(all, Choice{"hmac128", "HMAC, 128 bits"}, Choice{"hmac192", "HMAC, 192 bits"}, Choice{"hmac256", "HMAC, 256 bits"})
}

// hmacLengths are the HMAC keys of AES DUKPT.
var hmacLengths = map[string]dukpt.HMACLength{"hmac128": dukpt.HMAC128, "hmac192": dukpt.HMAC192, "hmac256": dukpt.HMAC256}

// derivation is a key to be derived.
type derivation struct {
	key     keys.Key // BDK or initial key
	ksn     dukpt.KSN
	purpose string
	name    string           // of the algorithm, as chosen
	a       keys.Algorithm   // of the working key
	hmac    dukpt.HMACLength // or the length of an HMAC key
}

func answerDUKPT(f *form) {
	d := derivation{ksn: f.ksn(), purpose: f.choice("purpose")}
	from := f.choice("from")
	if d.key = f.dukptKey(from, d.ksn); d.ksn.IsAES() && d.purpose != purposeInitial && d.purpose != purposeTransaction {
		d.algorithm(f)
	}
	if d.a == 0 {
		d.a = d.key.Algorithm()
	}
	if d.purpose == purposeInitial && from == "ik" {
		f.wrong("purpose", "Choose another: the initial key is the one you gave.")
	}
	if !f.ok() {
		d.begin(f)
		return
	}
	f.Command, f.Go = d.command(from), d.code()
	e, err := d.explain()
	blame := func(err error) { f.blameDUKPT(err, d.hmac != 0) }
	if f.explained(e, err, blame) {
		if f.Result, err = d.derive(); err != nil {
			blame(err)
			return
		}
		f.Explanation.Answer = d.askedFirst(f.Explanation.Answer, f.Result)
	}
}

// begin shows the KSN while the rest is being typed.
func (d *derivation) begin(f *form) {
	if f.good("ksn") {
		e, _ := explain.DUKPT(keys.Key{}, d.ksn, keys.TDES2) // it ends where it needs the key
		f.Explanation = &e
	}
}

// ksn reads a key serial number.
func (f *form) ksn() dukpt.KSN {
	text := f.nibbles("ksn")
	ksn, err := dukpt.ParseKSN(text)
	if err != nil {
		f.wrong("ksn", "Give 16 to 20 hex digits for TDES, or 24 for AES.")
	}
	return ksn
}

// dukptKey reads a key of the scheme that the KSN is of.
func (f *form) dukptKey(from string, ksn dukpt.KSN) keys.Key {
	text := f.nibbles("key")
	usage := keys.UsageBDK
	if from == "ik" {
		usage = keys.UsageInitialKey
	}
	parse, want := cleartext.ParseTDES[string], "Give a TDES key of 32 hex digits: this KSN is of TDES DUKPT, and one of AES has 24 digits."
	if ksn.IsAES() {
		parse, want = cleartext.ParseAES[string], "Give an AES key of 32, 48 or 64 hex digits: this KSN is of AES DUKPT."
	}
	k, err := parse(text, usage)
	if err == nil && !ksn.IsAES() && k.Algorithm() != keys.TDES2 {
		err = keys.ErrKeySize
	}
	if err != nil {
		f.wrong("key", keyProblem(text, err, want))
	}
	return k
}

// algorithm reads the algorithm of the working key.
func (d *derivation) algorithm(f *form) {
	d.name = f.choice("algorithm")
	if d.hmac = hmacLengths[d.name]; d.hmac == 0 && d.name != "" {
		a, err := keys.ParseAlgorithm(d.name)
		if err != nil {
			f.wrongErr("algorithm", err)
		}
		d.a = a
	}
}
