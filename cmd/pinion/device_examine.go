package main

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/pinblock"
)

// deviceReport is what doctor found, as --json prints it.
type deviceReport struct {
	Device           string              `json:"device"`
	Policy           string              `json:"policy"`
	InProcessAllowed bool                `json:"in_process_allowed"`
	Library          *reportLibrary      `json:"library,omitempty"` // PKCS#11 only, like all that is of a token
	Slot             *reportSlot         `json:"slot,omitempty"`
	Token            *reportToken        `json:"token,omitempty"`
	Operations       []reportOperation   `json:"operations"`
	Translations     []reportTranslation `json:"translations"`
	DUKPT            []reportDUKPT       `json:"dukpt"`
	Tests            []reportTest        `json:"tests,omitempty"`
	Keys             []reportKey         `json:"keys"`
	Findings         []reportFinding     `json:"findings"`
	Mechanisms       []reportMechanism   `json:"mechanisms,omitempty"`
	Listed           int                 `json:"mechanisms_listed,omitempty"`
	Missing          []string            `json:"missing_for_on_device,omitempty"`
	Latency          []reportLatency     `json:"latency,omitempty"`
	Verdict          string              `json:"verdict"`

	throwAway bool
	cardOnly  []string // formats that the policy lets go to chip cards only
}

type reportOperation struct {
	Operation string `json:"operation"`
	Method    string `json:"method,omitempty"`
	Exposure  string `json:"exposure"`
	Allowed   bool   `json:"allowed"`
	Why       string `json:"why,omitempty"`
}

// reportTranslation is what becomes of blocks of one format.
type reportTranslation struct {
	From      string   `json:"from"`
	OnDevice  []string `json:"on_device,omitempty"`
	InProcess []string `json:"in_process,omitempty"`
	Refused   []string `json:"refused_by_policy,omitempty"`
}

type reportDUKPT struct {
	Scheme    string `json:"scheme"`
	Algorithm string `json:"algorithm"`
	Exposure  string `json:"exposure"` // of the derived key
	Why       string `json:"why,omitempty"`
}

// reporter is a device that can be looked into.
type reporter interface {
	Report(context.Context) (pkcs11.Report, error)
}

// examine asks a device everything.
func examine(ctx context.Context, raw hsm.Device, opts []hsm.Option) (*deviceReport, error) {
	h := hsm.New(raw, opts...)
	if err := h.Ping(ctx); err != nil {
		return nil, err
	}
	r := &deviceReport{Device: h.Device(), Policy: h.Policy().String(), Keys: []reportKey{}, Findings: []reportFinding{}}
	t, ok := raw.(hsm.ThrowAway)
	r.throwAway = ok && t.ThrowAway()
	caps, err := h.Capabilities(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range caps {
		r.Operations = append(r.Operations, reportOperation{c.Operation.String(), c.Method, c.Exposure.String(), c.Allowed, c.Why})
		r.InProcessAllowed = r.InProcessAllowed || c.Exposure == hsm.InProcess && c.Allowed
	}
	r.Translations = translations(raw, h.Policy())
	for _, f := range pinblock.Formats() {
		if h.Policy().Rule(f, f) == hsm.ICCOnly {
			r.cardOnly = append(r.cardOnly, f.Name())
		}
	}
	if x, ok := raw.(reporter); ok {
		found, err := x.Report(ctx)
		if err != nil {
			return nil, err
		}
		r.token(&found)
	} else if err := r.software(ctx, h, raw); err != nil {
		return nil, err
	}
	r.Verdict = r.verdict()
	return r, nil
}

// translations returns what becomes of every format, under the policy.
func translations(d hsm.Device, p hsm.Policy) []reportTranslation {
	var list []reportTranslation
	for _, from := range pinblock.Formats() {
		row := reportTranslation{From: from.Name()}
		for _, to := range pinblock.Formats() {
			e, _ := d.Exposure(hsm.Work{Op: hsm.OpTranslate, From: from, To: to})
			switch {
			case p.Rule(from, to) == hsm.No:
				row.Refused = append(row.Refused, to.Name())
			case e == hsm.OnDevice:
				row.OnDevice = append(row.OnDevice, to.Name())
			case e == hsm.InProcess:
				row.InProcess = append(row.InProcess, to.Name())
			}
		}
		list = append(list, row)
	}
	return list
}

// software completes the report of a device that is no token.
func (r *deviceReport) software(ctx context.Context, h *hsm.HSM, raw hsm.Device) error {
	list, err := h.ListKeys(ctx)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	for _, k := range list {
		r.Keys = append(r.Keys, reportKey{Label: k.Label, Algorithm: k.Algorithm.String(), Usage: string(k.Usage), KCV: k.KCV, Ephemeral: k.Ephemeral})
	}
	exposure := hsm.Refused
	if _, ok := raw.(hsm.Deriver); ok {
		exposure = hsm.InProcess
	}
	r.DUKPT = []reportDUKPT{
		{"TDES DUKPT", "TDES2", exposure.String(), ""},
		{"AES DUKPT", "every", exposure.String(), ""},
	}
	return nil
}

// count returns how many findings there are of a level.
func (r *deviceReport) count(l pkcs11.Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == string(l) {
			n++
		}
	}
	return n
}
