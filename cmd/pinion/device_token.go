package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

type reportLibrary struct {
	File         string `json:"file"`
	Manufacturer string `json:"manufacturer"`
	Description  string `json:"description"`
	Version      string `json:"version"`
	Cryptoki     string `json:"cryptoki"`
}

type reportSlot struct {
	ID          uint   `json:"id"`
	Description string `json:"description"`
	Hardware    bool   `json:"hardware"`
	Removable   bool   `json:"removable"`
}

type reportToken struct {
	Label         string   `json:"label"`
	Serial        string   `json:"serial"`
	Manufacturer  string   `json:"manufacturer"`
	Model         string   `json:"model"`
	Hardware      string   `json:"hardware_version"`
	Firmware      string   `json:"firmware_version"`
	Flags         []string `json:"flags"`
	LoginRequired bool     `json:"login_required"`
	Sessions      amount   `json:"sessions"`
	MaxSessions   amount   `json:"sessions_max"`
	MaxReadWrite  amount   `json:"sessions_read_write_max"`
	FreePublic    amount   `json:"memory_free_public"`
	FreePrivate   amount   `json:"memory_free_private"`
}

type reportTest struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"`
	Took int64  `json:"took_us"`
}

type reportKey struct {
	Label      string           `json:"label"`
	Algorithm  string           `json:"algorithm"`
	Usage      string           `json:"usage"`
	KCV        string           `json:"kcv"`
	Type       string           `json:"type,omitempty"`
	Ephemeral  bool             `json:"ephemeral"`
	Attributes map[string]*bool `json:"attributes,omitempty"`

	order []string // of the attributes
}

type reportFinding struct {
	Level  string `json:"level"`
	Code   string `json:"code"`
	Key    string `json:"key,omitempty"`
	Text   string `json:"text"`
	Advice string `json:"advice,omitempty"`
}

type reportMechanism struct {
	Name string `json:"name"`
	Can  string `json:"can"`
}

type reportLatency struct {
	Call  string  `json:"call"`
	Calls int     `json:"calls"`
	P50   float64 `json:"p50_us"`
	P99   float64 `json:"p99_us"`
}

// amount is a number that a token may not say.
type amount pkcs11.Amount

// String returns the number, "no limit" or "not said".
func (a amount) String() string {
	switch {
	case a.Unlimited:
		return "no limit"
	case !a.Said:
		return "not said"
	}
	return strconv.FormatUint(uint64(a.N), 10)
}

// MarshalJSON returns a number, "no limit" or null.
func (a amount) MarshalJSON() ([]byte, error) {
	switch {
	case a.Unlimited:
		return json.Marshal(a.String())
	case !a.Said:
		return []byte("null"), nil
	}
	return json.Marshal(a.N)
}

// token completes the report of a PKCS#11 token.
func (r *deviceReport) token(found *pkcs11.Report) {
	library, slot, t := reportLibrary(found.Library), reportSlot(found.Slot), &found.Token
	r.Library, r.Slot = &library, &slot
	r.Token = &reportToken{t.Label, t.Serial, t.Manufacturer, t.Model, t.Hardware, t.Firmware, t.Flags, t.LoginRequired,
		amount(t.Sessions), amount(t.MaxSessions), amount(t.MaxReadWrite), amount(t.FreePublic), amount(t.FreePrivate)}
	r.Listed = found.Listed
	for _, m := range found.Mechanisms {
		name, can, _ := strings.Cut(m.String(), ": ")
		r.Mechanisms = append(r.Mechanisms, reportMechanism{name, can})
	}
	if !found.Abilities.TDES.OK && !found.Abilities.AES.OK {
		r.Missing = missingOnToken(found.Mechanisms)
	}
	r.DUKPT = derivations(&found.Abilities)
	for _, t := range found.Tests {
		r.Tests = append(r.Tests, reportTest{t.Name, t.OK, t.Why, t.Took.Microseconds()})
	}
	for _, k := range found.Keys {
		r.Keys = append(r.Keys, newReportKey(&k))
	}
	for _, f := range found.Findings {
		r.Findings = append(r.Findings, reportFinding{string(f.Level), f.Code, f.Key, f.Text, f.Advice})
	}
	for _, l := range found.Latency {
		r.Latency = append(r.Latency, reportLatency{l.Call, l.Calls, micros(l.P50), micros(l.P99)})
	}
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()/10) / 100 }

func newReportKey(k *pkcs11.KeyReport) reportKey {
	key := reportKey{Label: k.Label, Usage: string(k.Usage), KCV: k.KCV, Type: k.Type, Ephemeral: k.Ephemeral, Attributes: map[string]*bool{}}
	if k.Algorithm != 0 {
		key.Algorithm = k.Algorithm.String()
	}
	for _, a := range k.Attributes {
		name := strings.ToLower(a.Name)
		key.order = append(key.order, name)
		key.Attributes[name] = nil
		if a.Value != pkcs11.Unsaid {
			yes := a.Value == pkcs11.Yes
			key.Attributes[name] = &yes
		}
	}
	return key
}

// derivations returns what DUKPT keys are derived on the token. What is not is
// refused: nothing derives them elsewhere.
func derivations(a *pkcs11.Abilities) []reportDUKPT {
	row := func(scheme, algorithm string, can pkcs11.Ability) reportDUKPT {
		exposure := hsm.Refused
		if can.OK {
			exposure = hsm.OnDevice
		}
		return reportDUKPT{scheme, algorithm, exposure.String(), can.Why}
	}
	list := []reportDUKPT{row("TDES DUKPT", "TDES2", a.TDESDUKPT)}
	for _, x := range a.AESDUKPT {
		list = append(list, row("AES DUKPT", x.Algorithm.String(), x.Ability))
	}
	return list
}

// onToken are the mechanisms by which a PIN block can be worked on without
// leaving a token: it is unwrapped, derived from, and wrapped.
var onToken = []struct {
	name string
	need string
	has  func(pkcs11.Mechanism) bool
}{
	{"CKM_DES3_ECB", "wrap and unwrap", func(m pkcs11.Mechanism) bool { return m.Wrap && m.Unwrap }},
	{"CKM_AES_ECB", "wrap and unwrap", func(m pkcs11.Mechanism) bool { return m.Wrap && m.Unwrap }},
	{"CKM_XOR_BASE_AND_DATA", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
	{"CKM_EXTRACT_KEY_FROM_KEY", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
	{"CKM_CONCATENATE_BASE_AND_DATA", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
	{"CKM_CONCATENATE_DATA_AND_BASE", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
}

// missingOnToken returns what a token lists not for that.
func missingOnToken(ms []pkcs11.Mechanism) []string {
	var missing []string
	for _, need := range onToken {
		found := false
		for _, m := range ms {
			found = found || m.Name == need.name && need.has(m)
		}
		if !found {
			missing = append(missing, need.name+" ("+need.need+")")
		}
	}
	return missing
}
