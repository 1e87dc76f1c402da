package page_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
	"github.com/pinion-hsm/pinion/testvectors"
)

// inputs are a vector's.
type inputs map[string]any

func (in inputs) text(name string) string {
	s, _ := in[name].(string)
	return s
}

func (in inputs) side(name string) inputs {
	m, _ := in[name].(map[string]any)
	return m
}

// drawn are operations of vectors as they are done on the page: the panel, what is
// filled in, and the member of what is expected that has to be among its values.
var drawn = []struct {
	file, op, panel string
	values          func(in inputs) lab.Values
	answer          string
}{
	{"iso-formats-clear.json", "pinblock.encode", "encode", encoded, "block"},
	{"legacy-formats-clear.json", "pinblock.encode", "encode", encoded, "block"},
	{"tdes-pinblock-enciphered.json", "pinblock.encipher", "encode", encoded, "block"},
	{"iso4-enciphered.json", "iso4.encipher", "encode", iso4, "block"},
	{"iso-formats-clear.json", "pinblock.decode", "decode", encoded, "pin"},
	{"iso4-enciphered.json", "iso4.decipher", "decode", iso4, "pin"},
	{"translate.json", "pin.translate", "translate", translated, "block"},
	{"pvv.json", "pvv.generate", "verify", func(in inputs) lab.Values {
		return lab.Values{"method": "visa-pvv", "pvk": in.text("pvk"), "pvki": in.text("pvki"), "pan": in.text("pan"), "pin": in.text("pin")}
	}, "pvv"},
	{"ibm3624.json", "ibm3624.natural", "verify", func(in inputs) lab.Values {
		return lab.Values{"method": "natural", "pvk": in.text("pvk"), "decimalization-table": in.text("table"),
			"validation": "data", "validation-data": in.text("vdata"), "length": number(in["length"])}
	}, "natural"},
	{"ibm3624.json", "ibm3624.offset", "verify", func(in inputs) lab.Values {
		return lab.Values{"method": "ibm-3624", "pvk": in.text("pvk"), "decimalization-table": in.text("table"), "pan": in.text("pan"), "pin": in.text("pin"),
			"validation-start": number(in["pan_offset"]), "validation-length": number(in["pan_length"]), "validation-pad": in.text("pan_pad")}
	}, "offset"},
	{"dukpt-tdes.json", "dukpt.tdes.txn", "dukpt", transaction, "txn_key"},
	{"dukpt-aes.json", "dukpt.aes.txn", "dukpt", transaction, "txn_key"},
	{"keyblock-tr31.json", "tr31.unwrap", "keyblock", func(in inputs) lab.Values {
		return lab.Values{"kbpk": in.text("kbpk"), "block": in.text("key_block")}
	}, "key"},
	{"key-components.json", "components.combine", "components", combined, "key"},
	{"kcv.json", "kcv", "components", func(in inputs) lab.Values {
		return lab.Values{"parts": in.text("key"), "method": in.text("method"), "kcv-length": number(in["length"])}
	}, "kcv"},
}

// most is how many vectors of an operation are drawn. Package lab tries all of them.
const most = 3

// TestVectors fills in published vectors, and finds their answers on the page.
func TestVectors(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	for _, d := range drawn {
		f, err := testvectors.Load(testvectors.FS, d.file)
		require.NoError(t, err)
		p.choose(d.panel)
		good := 0
		for _, v := range f.Vectors {
			in, want := inputs{}, inputs{}
			require.NoError(t, json.Unmarshal(v.Inputs, &in))
			if v.Op != d.op || v.ExpectError != nil || good == most || d.values(in) == nil {
				continue
			}
			require.NoError(t, json.Unmarshal(v.Expected, &want))
			p.fill(d.values(in))
			good++
			got := p.read()
			require.Empty(t, got.Problems, v.ID)
			require.Empty(t, got.Whole, v.ID)
			require.Contains(t, got.values(), want.text(d.answer), v.ID)
		}
		require.Positive(t, good, "%s: no vector of %s", d.file, d.op)
	}
}

// TestRefusedVectors fills in vectors that must be refused: there is no answer, and
// the page says why.
func TestRefusedVectors(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	for _, d := range drawn {
		f, err := testvectors.Load(testvectors.FS, d.file)
		require.NoError(t, err)
		p.choose(d.panel)
		tried := 0
		for _, v := range f.Vectors {
			in := inputs{}
			require.NoError(t, json.Unmarshal(v.Inputs, &in))
			if v.Op != d.op || v.ExpectError == nil || tried == most || d.values(in) == nil {
				continue
			}
			tried++
			p.fill(d.values(in))
			got := p.read()
			require.Empty(t, got.Answer, v.ID)
			require.NotEmpty(t, len(got.Problems)+len(got.Whole), v.ID)
		}
	}
}

func number(v any) string {
	n, ok := v.(float64)
	if !ok {
		return ""
	}
	b, _ := json.Marshal(n)
	return string(b)
}

// format returns the page's name of a format, which vectors may call otherwise.
func format(in inputs) string {
	name := strings.ToLower(in.text("format"))
	if name == "diebold" || name == "docutel" {
		return name + "-thales" // whose layout the vectors mean
	}
	return name
}

// encoded is a block of any format but ISO-4, made or read.
func encoded(in inputs) lab.Values {
	return lab.Values{"format": format(in), "pin": in.text("pin"), "pan": in.text("pan"), "block": in.text("block"),
		"fill": in.text("fill"), "key": in.text("key"), "pad": in.text("pad")}
}

func iso4(in inputs) lab.Values {
	v := encoded(in)
	v["format"] = "iso-4"
	return v
}

func translated(in inputs) lab.Values {
	from, to := in.side("from"), in.side("to")
	return lab.Values{"block": in.text("block"), "pan": from.text("pan"), "fill": in.text("fill"),
		"from-format": format(from), "from-key": from.text("key"),
		"to-format": format(to), "to-key": to.text("key")}
}

func transaction(in inputs) lab.Values {
	return lab.Values{"ksn": in.text("ksn"), "key": in.text("bdk"), "purpose": "transaction"}
}

func combined(in inputs) lab.Values {
	var parts []string
	list, _ := in["parts"].([]any)
	for _, part := range list {
		text, _ := part.(string)
		parts = append(parts, text)
	}
	if len(parts) < 2 {
		return nil // on the page that is a key
	}
	v := lab.Values{"parts": strings.Join(parts, "\n")}
	if in["parity"] == true {
		v["parity"] = "yes"
	}
	return v
}
