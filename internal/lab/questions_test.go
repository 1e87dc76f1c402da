package lab_test

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/internal/lab"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/pinblock"
)

// anyPAN is for the fields of ISO-4, of which the vectors have one without the other.
const anyPAN = "5432101234567891"

// typedFormat returns a format of the vectors as it is chosen. Of a bare Thales name
// the vectors mean Thales' layout; without a name it is ISO-4.
func typedFormat(name string) string {
	name = cmp.Or(map[string]string{"": "ISO-4", "DIEBOLD": "DIEBOLD-THALES", "DOCUTEL": "DOCUTEL-THALES"}[name], name)
	if f, err := pinblock.ParseFormat(name); err == nil {
		name = f.Name()
	}
	return strings.ToLower(name)
}

func encodeQuestion(v vectorInputs) *question {
	values := v.values("pin", "pan", "fill", "pad", "seq", "key", "udk-a=udk_a", "old-pin=old_pin")
	values["format"] = typedFormat(v.text("format"))
	if values["pan"] == "" && values["format"] == "iso-4" {
		values["pan"] = anyPAN
	}
	if pad := v.text("pad"); pad != "" && pad <= "9" {
		values["extract"], values["pin-length"] = "pinlen", strconv.Itoa(len(v.text("pin")))
	}
	if v.in["fill"] == "" {
		return nil // which the panel draws
	}
	return &question{"encode", values, []string{"block", "field"}}
}

func decodeQuestion(v vectorInputs) *question {
	values := v.values("block", "block=field", "pan", "pad", "key", "udk-a=udk_a", "old-pin=old_pin")
	if _, ok := v.in["block"]; ok {
		values["block"] = v.text("block")
	}
	values["format"] = typedFormat(v.text("format"))
	if _, ok := v.in["pan"]; !ok && values["format"] == "iso-4" {
		values["pan"] = anyPAN
	}
	return &question{"decode", values, []string{"pin"}}
}

func translateQuestion(v vectorInputs) *question {
	from, to := vectorInputs{in: v.in["from"].(map[string]any)}, vectorInputs{in: v.in["to"].(map[string]any)}
	if v.reason == "policy" || from.text("scheme") != "" {
		return nil // here policies are told and not obeyed; keys of DUKPT are derived first
	}
	pan := from.text("pan")
	if other := to.text("pan"); pan == "" {
		pan = other
	} else if other != "" && other != pan {
		return nil // there is one PAN
	}
	return &question{"translate", lab.Values{
		"block": v.text("block"), "pan": pan, "fill": to.text("fill"),
		"from-format": typedFormat(from.text("format")), "from-key": from.text("key"), "from-pad": from.text("pad"), "from-seq": from.text("seq"),
		"to-format": typedFormat(to.text("format")), "to-key": to.text("key"), "to-pad": to.text("pad"), "to-seq": to.text("seq"),
	}, []string{"block"}}
}

func pvvQuestion(v vectorInputs) *question {
	values := v.values("pvk", "pan", "pvki", "pin", "reference=pvv")
	values["method"] = "visa-pvv"
	return &question{"verify", values, []string{"pvv", "verified"}}
}

func ibmQuestion(v vectorInputs) *question {
	if v.text("table") == "" {
		return nil // which is the usual one
	}
	values := v.values("pvk", "decimalization-table=table", "pan", "validation-start=pan_offset", "validation-length=pan_length", "validation-pad=pan_pad",
		"pin", "reference=offset")
	values["method"] = "ibm-3624"
	if _, ok := v.in["pin"]; ok {
		return &question{"verify", values, []string{"offset", "verified"}}
	}
	if values["pin"] = textOf(v.out["pin"]); values["pin"] == "" {
		values["pin"] = "1234"
	}
	return &question{"verify", values, []string{"right PIN"}}
}

func naturalQuestion(v vectorInputs) *question {
	values := v.values("pvk", "decimalization-table=table", "validation-data=vdata", "length")
	values["method"], values["validation"] = "natural", "data"
	return &question{"verify", values, []string{"natural"}}
}

// purposes are those of working keys by their names in the vectors.
var purposes = map[string]string{
	"pin": "pin", "mac_req": "mac-request", "mac_gen": "mac-request", "mac_rsp": "mac-response", "mac_both": "mac-both",
	"data_req": "data-request", "data_enc": "data-request", "data_rsp": "data-response", "data_dec": "data-response", "data_both": "data-both",
	"derivation": "key-derivation",
}

func dukptQuestion(purpose, want string) func(vectorInputs) *question {
	return func(v vectorInputs) *question {
		values := v.values("key=bdk", "ksn", "algorithm=type")
		if id := v.text("ikid"); id != "" {
			values["ksn"] = id + "00000000"
		}
		if values["purpose"] = purpose; purpose == "" {
			values["purpose"] = purposes[v.text("usage")]
		}
		return &question{"dukpt", values, []string{want}}
	}
}

func keyBlockQuestion(v vectorInputs) *question {
	if header := v.text("header"); v.text("kbpk") == "" {
		return headerQuestion(header)
	}
	block := v.text("key_block")
	if block == "" {
		if block = textOf(v.out["key_block"]); block == "" {
			return nil // a block that cannot be made
		}
		return &question{"keyblock", lab.Values{"kbpk": v.text("kbpk"), "block": block}, []string{v.text("key")}}
	}
	return &question{"keyblock", lab.Values{"kbpk": v.text("kbpk"), "block": block}, []string{"key"}}
}

// headerQuestion is about a header alone, whose result is its fields.
func headerQuestion(text string) *question {
	var lines []string
	if h, err := keyblock.ParseHeader(text); err == nil {
		for _, f := range keyblock.Explain(h) {
			lines = append(lines, f.Name+" "+f.Value+" "+f.Meaning)
		}
	}
	return &question{"keyblock", lab.Values{"block": text}, []string{strings.Join(lines, "\n")}}
}

func kcvQuestion(v vectorInputs) *question {
	if _, ok := v.in["data"]; ok {
		return nil // methods over other data are not on the page
	}
	return &question{"components", v.values("parts=key", "method", "kcv-length=length"), []string{"kcv"}}
}

func componentsQuestion(v vectorInputs) *question {
	var parts []string
	for _, p := range v.in["parts"].([]any) {
		parts = append(parts, textOf(p))
	}
	if v.reason == "component-count" && len(parts) == 1 {
		return nil // one line is a key
	}
	values := lab.Values{"parts": strings.Join(parts, "\n")}
	if v.in["parity"] == true {
		values["parity"] = "yes"
	}
	return &question{"components", values, []string{"key"}}
}
