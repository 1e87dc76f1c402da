package server

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// profiles makes the products of the configuration, adding what is wrong with
// them to the problems.
func (c *Config) profiles(p *Problems) []issuer.Profile {
	if len(c.Products) == 0 {
		p.add("products", "there is none; a card needs a product")
	}
	var list []issuer.Profile
	seen := map[string]bool{}
	for i := range c.Products {
		at := fmt.Sprintf("products[%d]", i)
		product := &c.Products[i]
		if seen[product.Name] {
			p.add(at+".name", "another product has this name")
		}
		seen[product.Name] = true
		list = append(list, product.profile(p, at))
	}
	return list
}

func (d *Product) profile(p *Problems, at string) issuer.Profile {
	before := len(*p)
	if d.Key == "" {
		p.add(at+".key", "it is missing: the label of the method's key on the HSM")
	}
	out := issuer.Profile{Name: d.Name, PINLength: d.PINLength, MaxTries: d.MaxTries, MethodKey: d.Key, Reveal: d.Reveal}
	out.Method = d.Method.method(p, at+".method")
	out.Rules = d.rules(p, at)
	if len(*p) == before { // each message once
		p.addError(at, out.Check())
	}
	return out
}

// method makes the verification method.
func (m *Method) method(p *Problems, at string) pinverify.Method {
	switch m.Name {
	case "visa-pvv":
		index := m.PVKI
		if index == 0 {
			index = 1
		}
		if index < 1 || index > 6 {
			p.add(at+".pvki", "want 1 to 6")
		}
		return pinverify.VisaPVV{Index: index}
	case "ibm-3624":
		return m.ibm(p, at)
	case "stored-block":
		format := pinblock.ISO4
		if m.StoredFormat != "" {
			var err error
			if format, err = pinblock.ParseFormat(m.StoredFormat); err != nil {
				p.add(at+".storedFormat", "there is no such PIN block format")
			}
		}
		return pinverify.StoredBlock{Format: format}
	case "":
		p.add(at+".name", "it is missing: visa-pvv, ibm-3624 or stored-block")
	default:
		p.add(at+".name", "want visa-pvv, ibm-3624 or stored-block")
	}
	return nil
}

func (m *Method) ibm(p *Problems, at string) pinverify.Method {
	table, err := pinverify.StandardTable(), error(nil)
	if m.DecimalizationTable != "" {
		if table, err = pinverify.ParseTable(m.DecimalizationTable); err != nil {
			p.addError(at+".decimalizationTable", err)
		}
	}
	pad := byte(0xF)
	if m.ValidationPad != "" {
		if pad, err = pinverify.ParsePad(m.ValidationPad); err != nil {
			p.addError(at+".validationPad", err)
		}
	}
	length := m.ValidationLength
	if length == 0 {
		length = 12
	}
	return pinverify.IBM3624{Table: table, CheckLength: m.CheckLength,
		Validation: pinverify.ValidationFromPAN(m.ValidationStart, length, pad)}
}

// rules makes the rules about weak PINs.
func (d *Product) rules(p *Problems, at string) pinverify.Rules {
	var r pinverify.Rules
	for _, name := range d.WeakPINs {
		switch name {
		case "all":
			r = pinverify.CommonRules()
		case "repeated":
			r.Repeated = true
		case "sequences":
			r.Sequences = true
		case "pairs":
			r.Pairs = true
		case "pan":
			r.PAN = true
		case "common":
			r.Common = true
		default:
			p.add(at+".weakPINs", "want repeated, sequences, pairs, pan, common or all")
		}
	}
	if d.ExcludedPINs == "" {
		return r
	}
	excluded, err := readExclusions(d.ExcludedPINs)
	if err != nil {
		p.addError(at+".excludedPINs", err)
	}
	r.Excluded = excluded
	return r
}

// readExclusions reads a list of PINs: one on each line, and comments with #.
func readExclusions(name string) (pinverify.Exclusions, error) {
	raw, err := readFile(name, 16<<20)
	if err != nil {
		return pinverify.Exclusions{}, err
	}
	defer clear(raw)
	var pins []string
	for line := range bytes.Lines(raw) {
		text := strings.TrimSpace(string(line))
		if text != "" && text[0] != '#' {
			pins = append(pins, text)
		}
	}
	if len(pins) == 0 {
		return pinverify.Exclusions{}, errors.New("the file holds no PINs")
	}
	return pinverify.ParseExclusions(pins)
}
