package pinverify_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

type vector struct {
	ID          string         `json:"id"`
	Op          string         `json:"op"`
	Inputs      map[string]any `json:"inputs"`
	Expected    map[string]any `json:"expected"`
	ExpectError *struct {
		Reason string `json:"reason"`
	} `json:"expect_error"`
}

// reasons says which errors a vector's reason stands for.
var reasons = map[string][]error{
	"key-length": {keys.ErrKeySize},
	"key-weak":   {keys.ErrWeak},
	"offset":     {pinverify.ErrReference},
	"pad":        {pinverify.ErrPad},
	"pan":        {pinblock.ErrPAN, pinverify.ErrPAN, pinverify.ErrValidation},
	"pin":        {clear.ErrPIN, pinverify.ErrPIN},
	"pvki":       {pinverify.ErrIndex},
	"table":      {pinverify.ErrTable},
	"table-weak": {pinverify.ErrTableWeak},
	"validation": {pinverify.ErrValidationDigits},
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"pvv": 42, "ibm3624": 99, "pin-methods-other": 22} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile("../testvectors/" + name + ".json")
			require.NoError(t, err)
			var file struct {
				Count   int      `json:"count"`
				Vectors []vector `json:"vectors"`
			}
			require.NoError(t, json.Unmarshal(raw, &file))
			require.Equal(t, file.Count, len(file.Vectors))
			require.Equal(t, want, len(file.Vectors), "a vector was lost, or added without changing this number")
			for _, v := range file.Vectors {
				t.Run(v.ID, func(t *testing.T) { v.run(t) })
			}
		})
	}
}

func (v vector) run(t *testing.T) {
	op, ok := ops[v.Op]
	require.True(t, ok, "unknown op %s", v.Op)
	in := &inputs{t: t, m: v.Inputs, expected: v.Expected, unread: map[string]bool{}}
	for name := range v.Inputs {
		in.unread[name] = true
	}
	got, err := op(in)
	if v.ExpectError != nil {
		require.Error(t, err)
		require.NotErrorIs(t, err, pinverify.ErrWrongPIN)
		for _, want := range reasons[v.ExpectError.Reason] {
			if errors.Is(err, want) {
				return
			}
		}
		t.Fatalf("got %q, not an error for %s", err, v.ExpectError.Reason)
	}
	require.NoError(t, err)
	require.Equal(t, v.Expected, got)
	require.Empty(t, in.unread, "inputs that nobody read")
}

type result = map[string]any

var ops = map[string]func(*inputs) (result, error){
	"pvv.generate": func(in *inputs) (result, error) {
		m := pinverify.VisaPVV{Index: in.index("pvki")}
		r, err := in.reference(m, "pvk")
		return result{"pvv": string(r)}, err
	},
	"pvv.verify": func(in *inputs) (result, error) {
		return in.verify(pinverify.VisaPVV{Index: in.index("pvki")}, "pvv")
	},
	"pvv.scan": func(in *inputs) (result, error) {
		digits, err := pinverify.ScanPVV(in.bytes("hex"))
		return result{"digits": string(digits)}, err
	},
	"ibm3624.natural": func(in *inputs) (result, error) {
		m := pinverify.IBM3624{Table: in.table(), Validation: mustValidation(in.t, in.text("vdata"))}
		n := in.number("length")
		key, err := in.key("pvk", m)
		if err != nil {
			return nil, err
		}
		pin, err := m.Natural(in.ctx(), key, pinblock.PAN{}, n)
		r := result{"natural": clear.Digits(pin)}
		if _, ok := in.expected["cryptogram"]; ok {
			block := in.bytes("vdata")
			require.NoError(in.t, key.Encrypt(in.ctx(), block, block))
			r["cryptogram"] = fmt.Sprintf("%X", block)
		}
		return r, err
	},
	"ibm3624.pin": func(in *inputs) (result, error) {
		m := in.ibm3624()
		offset := in.text("offset")
		pan := in.pan()
		key, err := in.keyOr("pvk", m)
		if err != nil {
			return nil, err
		}
		pin, err := m.PIN(in.ctx(), key, pan, []byte(offset))
		return result{"pin": clear.Digits(pin)}, err
	},
	"ibm3624.offset": func(in *inputs) (result, error) {
		r, err := in.reference(in.ibm3624(), "pvk")
		return result{"offset": string(r)}, err
	},
	"ibm3624.verify": func(in *inputs) (result, error) { return in.verify(in.ibm3624(), "offset") },
	"ibm3624.offset_from_natural": func(in *inputs) (result, error) {
		// The standard table leaves decimal digits as they are.
		natural := in.text("natural")
		key := mustAnswer(in.t, natural+"ABCDEFABCDEFABCD"[:16-len(natural)])
		m := pinverify.IBM3624{
			Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(0, 16, 0xf),
			CheckLength: in.number("check_length"),
		}
		r, err := m.Reference(in.ctx(), key, in.pin(), mustPAN(in.t, testPAN))
		return result{"offset": string(r)}, err
	},
	"ibm3624.decimalise": func(in *inputs) (result, error) {
		pin, err := in.table().Decimalize(in.bytes("cryptogram"), in.number("length"))
		return result{"digits": clear.Digits(pin)}, err
	},
	"gbp.pin": func(in *inputs) (result, error) {
		m := pinverify.GBP{Table: in.table(), Validation: mustValidation(in.t, in.text("vdata"))}
		return in.computed(m, func(key pinblock.Encrypter) (pinblock.PIN, error) {
			return m.PIN(in.ctx(), key, pinblock.PAN{}, []byte(in.text("offset")))
		})
	},
	"nl1.pin": func(in *inputs) (result, error) {
		m := pinverify.NL1{Table: in.table(), Validation: mustValidation(in.t, in.text("vdata"))}
		return in.computed(m, func(key pinblock.Encrypter) (pinblock.PIN, error) {
			return m.PIN(in.ctx(), key, pinblock.PAN{}, []byte(in.text("offset")))
		})
	},
	"nl1.offset": func(in *inputs) (result, error) {
		m := pinverify.NL1{Table: in.table(), Validation: mustValidation(in.t, "0000000000000000")}
		key := answer(in.bytes("cryptogram"))
		digits, err := m.PIN(in.ctx(), key, pinblock.PAN{}, []byte("0000"))
		require.NoError(in.t, err)
		offset, err := m.Reference(in.ctx(), key, in.pin(), pinblock.PAN{})
		return result{"digits": clear.Digits(digits), "offset": string(offset)}, err
	},
	"interbank.pin": func(in *inputs) (result, error) {
		m := pinverify.Interbank{Index: in.number("key_index"), ValidationDigits: in.text("validation")}
		return in.computed(m, func(key pinblock.Encrypter) (pinblock.PIN, error) {
			return m.PIN(in.ctx(), key, in.pan())
		})
	},
}

// inputs reads the inputs of a vector. Its first error is what an op returns:
// bad text is refused where it is parsed, before there is a method.
type inputs struct {
	t        *testing.T
	m        map[string]any
	expected map[string]any
	unread   map[string]bool
	err      error
}

func (in *inputs) ctx() context.Context { return in.t.Context() }

func (in *inputs) text(name string) string {
	in.t.Helper()
	delete(in.unread, name)
	s, ok := in.m[name].(string)
	require.True(in.t, ok, "%s is not text", name)
	return s
}

func (in *inputs) number(name string) int {
	in.t.Helper()
	delete(in.unread, name)
	f, ok := in.m[name].(float64)
	require.True(in.t, ok, "%s is not a number", name)
	return int(f)
}

func (in *inputs) bytes(name string) []byte {
	b, err := hex.DecodeString(in.text(name))
	require.NoError(in.t, err)
	return b
}

func (in *inputs) index(name string) int {
	n, err := strconv.Atoi(in.text(name))
	if err != nil {
		return -1
	}
	return n
}

func (in *inputs) keep(err error) {
	if in.err == nil {
		in.err = err
	}
}

func (in *inputs) table() pinverify.Table {
	table, err := pinverify.ParseTable(in.text("table"))
	in.keep(err)
	return table
}

func (in *inputs) pan() pinblock.PAN {
	pan, err := pinblock.ParsePAN(in.text("pan"))
	in.keep(err)
	return pan
}

func (in *inputs) pin() pinblock.PIN {
	pin, err := clear.PIN(in.text("pin"))
	in.keep(err)
	return pin
}

func (in *inputs) ibm3624() pinverify.IBM3624 {
	pad, err := pinverify.ParsePad(in.text("pan_pad"))
	in.keep(err)
	return pinverify.IBM3624{
		Table:      in.table(),
		Validation: pinverify.ValidationFromPAN(in.number("pan_offset"), in.number("pan_length"), pad),
	}
}

func (in *inputs) key(name string, m pinverify.Method) (keys.Key, error) {
	text := in.text(name)
	if in.err != nil {
		return keys.Key{}, in.err
	}
	return cleartext.ParseTDES(text, m.Usages()[0])
}

// keyOr is key for vectors that expect an error and have a key that is refused
// too: single DES. The error wanted is the other one, where there is one.
func (in *inputs) keyOr(name string, m pinverify.Method) (pinblock.Encrypter, error) {
	key, err := in.key(name, m)
	if errors.Is(err, keys.ErrWeak) && len(in.text(name)) == 16 {
		return lazyKey{err}, nil
	}
	return key, err
}

// lazyKey fails when it is used.
type lazyKey struct{ err error }

func (k lazyKey) BlockSize() int { return 8 }

func (k lazyKey) Encrypt(context.Context, []byte, []byte) error { return k.err }

func (in *inputs) reference(m pinverify.Referencer, keyName string) ([]byte, error) {
	pan, pin := in.pan(), in.pin()
	key, err := in.keyOr(keyName, m)
	if err != nil {
		return nil, err
	}
	r, err := m.Reference(in.ctx(), key, pin, pan)
	if err == nil {
		require.NoError(in.t, m.Verify(in.ctx(), key, pin, pan, r))
	}
	return r, err
}

func (in *inputs) verify(m pinverify.Method, reference string) (result, error) {
	pan, pin := in.pan(), in.pin()
	key, err := in.key("pvk", m)
	if err != nil {
		return nil, err
	}
	err = m.Verify(in.ctx(), key, pin, pan, []byte(in.text(reference)))
	if errors.Is(err, pinverify.ErrWrongPIN) {
		return result{"verified": false}, nil
	}
	return result{"verified": err == nil}, err
}

func (in *inputs) computed(m pinverify.Method, pin func(pinblock.Encrypter) (pinblock.PIN, error)) (result, error) {
	key, err := in.key("key", m)
	if err != nil {
		return nil, err
	}
	p, err := pin(key)
	return result{"pin": clear.Digits(p)}, err
}
