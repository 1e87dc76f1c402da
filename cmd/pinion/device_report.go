package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// text returns a report for people: sections, and at the end what to think of it.
func (r *deviceReport) text() string {
	var p page
	p.lines("device", r.Device, "answers", "yes", "policy", r.Policy, "keys", cmp.Or(strings.TrimPrefix(strconv.Itoa(len(r.Keys)), "0"), "none"))
	if r.Token != nil {
		r.writeToken(&p)
	}
	r.writeOperations(&p)
	r.writeTranslations(&p)
	r.writeDUKPT(&p)
	if len(r.Tests) > 0 {
		p.section("TESTS, with throw-away keys")
		table(&p.Builder, "TEST\tRESULT\tTOOK", len(r.Tests), func(i int) []string {
			t := r.Tests[i]
			result := "ok"
			if !t.OK {
				result = "no: " + t.Why
			}
			return []string{t.Name, result, inUnits(time.Duration(t.Took) * time.Microsecond)}
		})
	}
	r.writeKeys(&p)
	r.writeFindings(&p)
	r.writeMechanisms(&p)
	if len(r.Latency) > 0 {
		p.section("LATENCY, one after the other on one session")
		table(&p.Builder, "CALL\tCALLS\tP50\tP99", len(r.Latency), func(i int) []string {
			l := r.Latency[i]
			return []string{l.Call, fmt.Sprint(l.Calls), inUnits(nanos(l.P50)), inUnits(nanos(l.P99))}
		})
	}
	p.section("VERDICT")
	p.paragraph("", r.Verdict)
	return p.String()
}

// writeToken writes what library and token say of themselves.
func (r *deviceReport) writeToken(p *page) {
	l, s, t := r.Library, r.Slot, r.Token
	p.section("LIBRARY")
	p.lines("file", l.File, "manufacturer", l.Manufacturer, "description", l.Description, "version", l.Version, "Cryptoki", l.Cryptoki)
	p.section("TOKEN")
	kind := "does not say that it is hardware"
	if s.Hardware {
		kind = "hardware"
	}
	p.lines("label", t.Label, "serial", t.Serial, "manufacturer", t.Manufacturer, "model", t.Model,
		"hardware", t.Hardware, "firmware", t.Firmware, "flags", strings.Join(t.Flags, ", "),
		"slot", fmt.Sprintf("%d (%s), %s", s.ID, s.Description, kind),
		"sessions", fmt.Sprintf("in use: %s; at most: %s, for writing: %s", t.Sessions, t.MaxSessions, t.MaxReadWrite),
		"free memory", fmt.Sprintf("public: %s, private: %s", bytesOf(t.FreePublic), bytesOf(t.FreePrivate)))
}

func bytesOf(a amount) string {
	if !a.Said {
		return a.String()
	}
	return plural(int(a.N), "byte")
}

// writeOperations writes every operation, and below them the reasons.
func (r *deviceReport) writeOperations(p *page) {
	var why []string
	p.section("OPERATIONS, as good as they get: formats and keys may make them worse")
	forbidden := false
	table(&p.Builder, "OPERATION\tMETHOD\tCLEAR PIN\tALLOWED\tWHY", len(r.Operations), func(i int) []string {
		o := r.Operations[i]
		forbidden = forbidden || o.Exposure == hsm.InProcess.String() && !o.Allowed
		return []string{o.Operation, cmp.Or(o.Method, "-"), o.Exposure, yesNo(o.Allowed), footnote(&why, inFull(o.Why))}
	})
	p.footnotes(why)
	if forbidden {
		p.WriteString("In-process operations are allowed with --allow-in-process.\n")
	}
}

// inFull returns a reason; one that is a call of the library and what became of it
// is put in words.
func inFull(why string) string {
	if strings.HasPrefix(why, "C_") || strings.HasPrefix(why, "CKM_") {
		return "the token was tried, and does not do what it takes: " + why
	}
	return why
}

// writeDUKPT writes what keys are derived where.
func (r *deviceReport) writeDUKPT(p *page) {
	var why []string
	p.section("DUKPT: where the keys of transactions are derived")
	table(&p.Builder, "SCHEME\tPIN KEY\tDERIVED\tWHY", len(r.DUKPT), func(i int) []string {
		d := r.DUKPT[i]
		return []string{d.Scheme, d.Algorithm, d.Exposure, footnote(&why, inFull(d.Why))}
	})
	p.footnotes(why)
}

// writeFindings writes what is wrong, and what to do about it.
func (r *deviceReport) writeFindings(p *page) {
	if r.Token == nil {
		return
	}
	p.section("FINDINGS")
	if len(r.Findings) == 0 {
		p.WriteString("none\n")
	}
	for _, f := range r.Findings {
		text := f.Text
		if f.Key != "" {
			text = "key " + f.Key + ": " + text
		}
		p.hang(fmt.Sprintf("%-8s ", f.Level), text+" ["+f.Code+"]")
		if f.Advice != "" {
			p.hang("         advice: ", f.Advice)
		}
	}
}

func (r *deviceReport) writeMechanisms(p *page) {
	if len(r.Mechanisms) == 0 {
		return
	}
	p.section(fmt.Sprintf("MECHANISMS that PIN operations are made of (the token lists %d in all)", r.Listed))
	listed := true
	table(&p.Builder, "MECHANISM\tLISTED FOR", len(r.Mechanisms), func(i int) []string {
		listed = listed && r.Mechanisms[i].Can != "no"
		return []string{r.Mechanisms[i].Name, r.Mechanisms[i].Can}
	})
	switch {
	case len(r.Missing) > 0:
		p.WriteString("To keep the clear PIN on the token it would need, and does not list:\n")
		for _, m := range r.Missing {
			p.WriteString("  " + m + "\n")
		}
	case !listed:
		p.WriteString("What the tests above found to work does, whether it is listed or not.\n")
	}
}

// findingsInWords returns how many dangers and warnings there are.
func (r *deviceReport) findingsInWords() string {
	var s []string
	for _, l := range []pkcs11.Level{pkcs11.Danger, pkcs11.Warning} {
		if n := r.count(l); n > 0 {
			s = append(s, plural(n, string(l)))
		}
	}
	return strings.Join(s, " and ")
}
