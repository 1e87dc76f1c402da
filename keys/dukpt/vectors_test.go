package dukpt_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// vector is a vector of either file.
type vector struct {
	ID          string
	Op          string
	Inputs      inputs
	Expected    map[string]string
	ExpectError *struct{ Reason string } `json:"expect_error"`
}

type inputs struct {
	BDK, KSN, IKID, Counter, Usage, Type, Format, PIN, PAN, Block string
	Direction, Mode, IV, Padding                                  string
	DataASCII                                                     string `json:"data_ascii"`
	Length                                                        int
}

// UnmarshalJSON refuses members that nobody would read.
func (in *inputs) UnmarshalJSON(text []byte) error {
	type plain inputs
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode((*plain)(in))
}

// refusals are the errors that a vector's reason may stand for.
var refusals = map[string][]error{
	"key-length":   {keys.ErrKeySize, keys.ErrWeak},
	"key-strength": {dukpt.ErrStrength},
	"ksn-length":   {dukpt.ErrKSN},
	"counter-zero": {dukpt.ErrCounterZero},
	"counter-bits": {dukpt.ErrCounterBits},
	"end-of-life":  {dukpt.ErrEndOfLife},
}

func TestVectors(t *testing.T) {
	t.Parallel()
	type counts struct{ passed, refused int }
	for file, want := range map[string]counts{
		"dukpt-tdes": {133, 7},
		"dukpt-aes":  {186, 8},
	} {
		var got counts
		for _, v := range loadVectors(t, file) {
			switch {
			case v.ExpectError != nil:
				_, _, err := v.run(t.Context())
				v.requireRefused(t, err)
				got.refused++
			default:
				v.requireResult(t)
				got.passed++
			}
		}
		require.Equal(t, want, got, file)
	}
}

func (v *vector) requireResult(t *testing.T) {
	t.Helper()
	name, got, err := v.run(t.Context())
	require.NoError(t, err, v.ID)
	require.Equal(t, v.Expected, map[string]string{name: got}, v.ID)
}

func (v *vector) requireRefused(t *testing.T, err error) {
	t.Helper()
	for _, e := range refusals[v.ExpectError.Reason] {
		if errors.Is(err, e) {
			return
		}
	}
	require.Fail(t, "not refused", "%s: want a refusal for %s, got %v", v.ID, v.ExpectError.Reason, err)
}

func loadVectors(t testing.TB, name string) []vector {
	t.Helper()
	text, err := os.ReadFile("../../testvectors/" + name + ".json")
	require.NoError(t, err)
	var f struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(text, &f))
	require.NotEmpty(t, f.Vectors)
	return f.Vectors
}

// run returns the name and value of what the vector's operation makes.
func (v *vector) run(ctx context.Context) (name, got string, err error) {
	_, op, _ := strings.Cut(strings.TrimPrefix(v.Op, "dukpt."), ".")
	if op == "next_ksn" {
		k, err := dukpt.ParseKSN(v.Inputs.KSN)
		if err == nil {
			k, err = k.Next()
		}
		return "ksn", k.String(), err
	}
	bdk, ksn, err := v.roots()
	if err != nil {
		return "", "", err
	}
	switch op {
	case "ik":
		k, err := dukpt.InitialKey(bdk, ksn)
		return "ik", cleartext.Hex(k), err
	case "update_key":
		if v.Inputs.Counter != "FFFFFFFF" {
			return "", "", errors.New("an update key has the counter FFFFFFFF")
		}
		k, err := dukpt.UpdateKey(bdk, ksn, v.algorithm(bdk))
		return "key", cleartext.Hex(k), err
	case "encrypt_pin", "decrypt_pin":
		return v.pin(ctx, bdk, ksn)
	}
	tx, err := dukpt.Derive(bdk, ksn)
	if err != nil {
		return "", "", err
	}
	switch op {
	case "txn":
		return "txn_key", upper(intermediate.TransactionKey(tx)), nil
	case "working_key":
		k, err := tx.WorkingKey(v.purpose(""), v.algorithm(bdk))
		return "key", cleartext.Hex(k), err
	case "mac", "cmac", "hmac":
		return v.mac(op, tx)
	case "encrypt_data":
		return v.data(tx)
	}
	return "", "", errors.New("unknown operation " + op)
}

func (v *vector) roots() (bdk keys.Key, ksn dukpt.KSN, err error) {
	parse, text := cleartext.ParseTDES[string], v.Inputs.KSN
	if strings.HasPrefix(v.Op, "dukpt.aes.") {
		parse = cleartext.ParseAES[string]
	}
	if v.Inputs.IKID != "" {
		text = v.Inputs.IKID + "00000000"
	}
	if ksn, err = dukpt.ParseKSN(text); err != nil {
		return bdk, ksn, err
	}
	bdk, err = parse(v.Inputs.BDK, keys.UsageBDK)
	return bdk, ksn, err
}

func (v *vector) algorithm(bdk keys.Key) keys.Algorithm {
	if v.Inputs.Type == "" {
		return bdk.Algorithm()
	}
	a, err := keys.ParseAlgorithm(v.Inputs.Type)
	if err != nil {
		panic(v.ID)
	}
	return a
}

// purpose returns the purpose of a usage, or of a direction of "mac" or "data".
func (v *vector) purpose(kind string) dukpt.Purpose {
	p, ok := map[string]dukpt.Purpose{
		"pin":        dukpt.PIN,
		"mac_req":    dukpt.MACRequest,
		"mac_rsp":    dukpt.MACResponse,
		"mac_gen":    dukpt.MACRequest,
		"mac_ver":    dukpt.MACResponse,
		"mac_both":   dukpt.MACBoth,
		"data_req":   dukpt.DataRequest,
		"data_rsp":   dukpt.DataResponse,
		"data_enc":   dukpt.DataRequest,
		"data_dec":   dukpt.DataResponse,
		"data_both":  dukpt.DataBoth,
		"derivation": dukpt.KeyDerivation,

		"mac request":   dukpt.MACRequest,
		"mac response":  dukpt.MACResponse,
		"data request":  dukpt.DataRequest,
		"data response": dukpt.DataResponse,
	}[strings.TrimSpace(kind+" "+v.Inputs.Usage+v.Inputs.Direction)]
	if !ok {
		panic(v.ID)
	}
	return p
}

func (v *vector) pin(ctx context.Context, bdk keys.Key, ksn dukpt.KSN) (name, got string, err error) {
	format, err := pinblock.ParseFormat(v.Inputs.Format)
	if err != nil {
		return "", "", err
	}
	pan, err := pinblock.ParsePAN(v.Inputs.PAN)
	if err != nil {
		return "", "", err
	}
	key, err := dukpt.PINKey(bdk, ksn)
	if err != nil {
		return "", "", err
	}
	if v.Inputs.Block == "" {
		pin, err := pinblock.ParsePIN(v.Inputs.PIN)
		if err != nil {
			return "", "", err
		}
		block, err := pinblock.Seal(ctx, nil, key, format, pin, pan)
		return "block", upper(block), err
	}
	pin, err := pinblock.Open(ctx, key, format, unhex(v.Inputs.Block), pan)
	if err != nil {
		return "", "", err
	}
	return "pin", clear.Digits(pin), nil
}

func (v *vector) mac(op string, tx dukpt.Transaction) (name, got string, err error) {
	var mac []byte
	msg := []byte(v.Inputs.DataASCII)
	if op == "hmac" {
		k, err := tx.HMACKey(v.purpose("mac"), map[string]dukpt.HMACLength{"HMAC128": dukpt.HMAC128}[v.Inputs.Type])
		if err != nil {
			return "", "", err
		}
		mac, err = k.SHA256(msg)
		return "result", upper(mac[:v.Inputs.Length]), err
	}
	a, name := tx.Algorithm(), "mac"
	if tx.KSN().IsAES() {
		name = "result"
	}
	k, err := tx.MACKey(v.purpose("mac"), a)
	if err != nil {
		return "", "", err
	}
	if op == "mac" {
		mac, err = k.RetailMAC(msg)
	} else {
		mac, err = k.CMAC(msg)
	}
	if err != nil {
		return "", "", err
	}
	return name, upper(mac[:v.Inputs.Length]), nil
}

func (v *vector) data(tx dukpt.Transaction) (name, got string, err error) {
	if v.Inputs.Mode != "CBC" || v.Inputs.Padding != "zero" {
		return "", "", errors.New("unknown mode or padding")
	}
	k, err := tx.DataKey(v.purpose("data"), tx.Algorithm())
	if err != nil {
		return "", "", err
	}
	out, err := k.EncryptCBC(unhex(v.Inputs.IV), k.ZeroPad([]byte(v.Inputs.DataASCII)))
	name = "data"
	if tx.KSN().IsAES() {
		name = "result"
	}
	return name, upper(out), err
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// unhex is for hex digits in this package's own text and in vectors.
func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("bad hex")
	}
	return b
}
