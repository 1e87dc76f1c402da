package testvectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/testvectors"
)

const (
	tdesTx    = `"bdk": "0123456789ABCDEFFEDCBA9876543210", "ksn": "FFFF9876543210E00002"`
	aesTx     = `"bdk": "FEDCBA9876543210F1F1F1F1F1F1F1F1", "ksn": "123456789012345600000001"`
	aesBeyond = `"bdk": "FEDCBA9876543210F1F1F1F1F1F1F1F1", "ksn": "12345678901234560003FFFF"`
	tdesPIN   = tdesTx + `, "format": "ISO-0", "pan": "4012345678909"`
	aesPIN    = aesTx + `, "format": "ISO-4", "pan": "4111111111111111"`
	macIn     = `, "direction": "request", "data_ascii": "4012345678909D987"`
	dataIn    = macIn + `, "mode": "CBC", "iv": "0000000000000000", "padding": "zero"`
)

// TestRunDUKPT has what the files do not have: wrong values, wrong vectors, and
// operations without a vector.
func TestRunDUKPT(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name                string
		op, inputs, outcome string
		want                testvectors.Outcome
		detail              string
	}{
		{"other initial key", "dukpt.tdes.ik", `{` + tdesTx + `}`, `{"ik": "6AC292FAA1315B4D858AB3A3D7D5933B"}`, testvectors.Failed, "ik is another"},
		{"other transaction key", "dukpt.tdes.txn", `{` + tdesTx + `}`, `{"txn_key": "042666B49184CFA368DE9628D0397BC9"}`, testvectors.Failed, "txn_key is another"},
		{"other working key", "dukpt.tdes.working_key", `{` + tdesTx + `, "usage": "pin"}`, `{"key": "00"}`, testvectors.Failed, "key is another"},
		{"other block", "dukpt.tdes.encrypt_pin", `{` + tdesPIN + `, "pin": "1234"}`, `{"block": "10A01C8D02C69108"}`, testvectors.Failed, "block is another"},
		{"other PIN", "dukpt.tdes.decrypt_pin", `{` + tdesPIN + `, "block": "10A01C8D02C69107"}`, `{"pin": "1235"}`, testvectors.Failed, "pin is another"},
		{"right PIN", "dukpt.tdes.decrypt_pin", `{` + tdesPIN + `, "block": "10A01C8D02C69107"}`, `{"pin": "1234"}`, testvectors.Passed, ""},
		{"other MAC", "dukpt.tdes.mac", `{` + tdesTx + macIn + `, "length": 4}`, `{"mac": "9CCC7817"}`, testvectors.Failed, "mac is another"},
		{"other data", "dukpt.tdes.encrypt_data", `{` + tdesTx + dataIn + `}`, `{"data": "00"}`, testvectors.Failed, "data is another"},
		{"data in hex", "dukpt.tdes.encrypt_data",
			`{` + tdesTx + `, "direction": "request", "data": "343031323334353637383930394439383700000000000000", "mode": "CBC", "iv": "0000000000000000", "padding": "none"}`,
			`{"data": "A2B4E70F846E63D68775B7215EB4563DFD3037244C61CC13"}`, testvectors.Passed, ""},
		{"first block in ECB", "dukpt.tdes.encrypt_data", `{` + tdesTx + `, "direction": "request", "data_ascii": "40123456", "mode": "ECB", "padding": "none"}`,
			`{"data": "A2B4E70F846E63D6"}`, testvectors.Passed, ""},
		{"MAC of hex", "dukpt.tdes.cmac_hex",
			`{"bdk": "0123456789ABCDEFFEDCBA9876543210", "ksn": "FFFF9876543210E00001", "direction": "request", "data": "3430313233343536373839303944393837", "length": 8}`,
			`{"mac": "211003F1D5B79DD7"}`, testvectors.Passed, ""},
		{"HMAC working key", "dukpt.aes.working_key", `{` + aesTx + `, "usage": "mac_gen", "type": "HMAC128"}`,
			`{"key": "27D99DA9C091C20DEC0D1C56244ADF8C"}`, testvectors.Passed, ""},
		{"HMAC key is no PIN key", "dukpt.aes.working_key", `{` + aesTx + `, "usage": "pin", "type": "HMAC128"}`, `refused: key-usage`, testvectors.Passed, ""},
		{"HMAC key too strong", "dukpt.aes.hmac", `{` + aesTx + macIn + `, "type": "HMAC256", "length": 32}`, `refused: key-strength`, testvectors.Passed, ""},
		{"AES CMAC, other", "dukpt.aes.cmac", `{` + aesTx + macIn + `, "type": "AES128", "length": 16}`, `{"result": "00"}`, testvectors.Failed, "result is another"},
		{"partial block", "dukpt.aes.encrypt_data", `{` + aesTx + macIn + `, "type": "AES128", "mode": "ECB", "padding": "none"}`, `refused: data-length`, testvectors.Passed, ""},
		{"IV of the other cipher", "dukpt.aes.encrypt_data", `{` + aesTx + dataIn + `, "type": "AES128"}`, `refused: data-length`, testvectors.Passed, ""},
		{"PIN key of another algorithm", "dukpt.aes.decrypt_pin", `{` + aesPIN + `, "type": "TDES2", "block": "A912150391AB65A67E52883D81CE2D15"}`, `refused: key-type`, testvectors.Passed, ""},

		{"short KSN", "dukpt.tdes.txn", `{"bdk": "0123456789ABCDEFFEDCBA9876543210", "ksn": "F9876543210E001"}`, `refused: ksn-length`, testvectors.Passed, ""},
		{"KSN without its F", "dukpt.tdes.txn", `{"bdk": "0123456789ABCDEFFEDCBA9876543210", "ksn": "9876543210E00001"}`,
			`{"txn_key": "042666B49184CFA368DE9628D0397BC9"}`, testvectors.Passed, ""},
		{"KSN of odd length", "dukpt.tdes.txn", `{"bdk": "0123456789ABCDEFFEDCBA9876543210", "ksn": "F9876543210E00001"}`,
			`{"txn_key": "042666B49184CFA368DE9628D0397BC9"}`, testvectors.Passed, ""},
		{"KSN of the other scheme", "dukpt.tdes.txn", `{"bdk": "0123456789ABCDEFFEDCBA9876543210", "ksn": "123456789012345600000001"}`, `refused: ksn-length`, testvectors.Passed, ""},
		{"next KSN of the other scheme", "dukpt.aes.next_ksn", `{"ksn": "FFFF9876543210E00001"}`, `refused: ksn-length`, testvectors.Passed, ""},
		{"TDES has no update key", "dukpt.tdes.working_key", `{` + tdesTx + `, "usage": "derivation"}`, `refused: key-usage`, testvectors.Passed, ""},

		{"unknown usage", "dukpt.aes.working_key", `{` + aesTx + `, "usage": "x", "type": "AES128"}`, `refused: key-usage`, testvectors.Failed, "unknown usage"},
		{"unknown type", "dukpt.aes.working_key", `{` + aesTx + `, "usage": "pin", "type": "aes-128"}`, `refused: key-type`, testvectors.Failed, "unknown type"},
		{"type of no HMAC", "dukpt.aes.hmac", `{` + aesTx + macIn + `, "type": "AES128", "length": 32}`, `refused: key-type`, testvectors.Failed, "unknown type"},
		{"unknown direction", "dukpt.tdes.mac", `{` + tdesTx + `, "direction": "up", "data": "", "length": 4}`, `refused: key-usage`, testvectors.Failed, "unknown direction"},
		{"unknown mode", "dukpt.tdes.encrypt_data", `{` + tdesTx + macIn + `, "mode": "CTR", "padding": "zero"}`, `refused: data-length`, testvectors.Failed, "unknown mode"},
		{"unknown padding", "dukpt.tdes.encrypt_data", `{` + tdesTx + macIn + `, "mode": "ECB", "padding": "PKCS7"}`, `refused: data-length`, testvectors.Failed, "unknown padding"},
		{"IV that nobody reads", "dukpt.tdes.encrypt_data", `{` + tdesTx + macIn + `, "mode": "ECB", "iv": "", "padding": "zero"}`, `refused: data-length`, testvectors.Failed, "no refusal"},
		{"no message", "dukpt.tdes.mac", `{` + tdesTx + `, "direction": "request", "length": 4}`, `refused: data-length`, testvectors.Failed, "no refusal"},
		{"two messages", "dukpt.tdes.mac", `{` + tdesTx + macIn + `, "data": "00", "length": 4}`, `refused: data-length`, testvectors.Failed, "no refusal"},
		{"MAC longer than it can be", "dukpt.tdes.mac", `{` + tdesTx + macIn + `, "length": 9}`, `refused: data-length`, testvectors.Failed, "no refusal"},
		{"MAC of no length", "dukpt.tdes.mac", `{` + tdesTx + macIn + `, "length": 0}`, `{"mac": ""}`, testvectors.Failed, "length"},
		{"update key of a transaction", "dukpt.aes.update_key", `{"bdk": "FEDCBA9876543210F1F1F1F1F1F1F1F1", "ikid": "1234567890123456", "type": "AES128", "counter": "00000001"}`,
			`refused: counter-bits`, testvectors.Failed, "no refusal"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testvectors.Run(t.Context(), file(vector(c.op, c.inputs, c.outcome)), testvectors.Options{Strict: true})
			require.Equal(t, c.want.String(), r.Results[0].Outcome.String(), r.Results[0].Detail)
			require.Contains(t, r.Results[0].Detail, c.detail)
		})
	}
}

// TestRunDUKPTOnDevice shows that a device is asked, and what one without DUKPT
// answers.
func TestRunDUKPTOnDevice(t *testing.T) {
	t.Parallel()
	const (
		aesBlock = `, "block": "A912150391AB65A67E52883D81CE2D15"`
		from     = `{"block": "A912150391AB65A67E52883D81CE2D15", "from": {"format": "ISO-4", "scheme": "DUKPT-AES", ` + aesTx + `, "pan": "4111111111111111"},
			"to": {"format": "ISO-0", "key": "23456789ABCDEF01DCBA98765432EF10", "pan": "4111111111111111"}}`
	)
	cases := []struct {
		name, op, inputs, outcome string
		want                      testvectors.Outcome
		detail                    string
	}{
		{"PIN in the expected block", "dukpt.tdes.encrypt_pin", `{` + tdesPIN + `, "pin": "1234"}`, `{"block": "10A01C8D02C69107"}`, testvectors.Passed, ""},
		{"no PIN in the expected block", "dukpt.tdes.encrypt_pin", `{` + tdesPIN + `, "pin": "1234"}`, `{"block": "10A01C8D02C69108"}`, testvectors.Failed, "refused"},
		{"other PIN in the expected block", "dukpt.tdes.encrypt_pin", `{` + tdesPIN + `, "pin": "1235"}`, `{"block": "10A01C8D02C69107"}`, testvectors.Failed, "the PIN 1234"},
		{"other PIN", "dukpt.tdes.decrypt_pin", `{` + tdesPIN + `, "block": "10A01C8D02C69107"}`, `{"pin": "1235"}`, testvectors.Failed, "pin is another"},
		{"AES, right PIN", "dukpt.aes.decrypt_pin", `{` + aesPIN + aesBlock + `}`, `{"pin": "1234"}`, testvectors.Passed, ""},
		{"AES, other PIN", "dukpt.aes.decrypt_pin", `{` + aesPIN + aesBlock + `}`, `{"pin": "1235"}`, testvectors.Failed, "pin is another"},
		{"AES, another type", "dukpt.aes.decrypt_pin", `{` + aesPIN + aesBlock + `, "type": "AES256"}`, `refused: key-strength`, testvectors.Passed, ""},
		{"counter zero", "dukpt.aes.decrypt_pin", `{"bdk": "FEDCBA9876543210F1F1F1F1F1F1F1F1", "ksn": "123456789012345600000000", "format": "ISO-4", "pan": "4111111111111111"` + aesBlock + `}`,
			`refused: counter-zero`, testvectors.Passed, ""},
		{"counter of no terminal", "dukpt.aes.decrypt_pin", `{` + aesBeyond + `, "format": "ISO-4", "pan": "4111111111111111"` + aesBlock + `}`,
			`refused: counter-bits`, testvectors.Passed, ""},
		{"translation", "pin.translate", from, `{"block": "35407FFCF66A1EED"}`, testvectors.Passed, ""},
		{"other translation", "pin.translate", from, `{"block": "35407FFCF66A1EEE"}`, testvectors.Failed, "block is another"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := devices(t)
			f := file(vector(c.op, c.inputs, c.outcome))
			o.Strict = true
			r := testvectors.Run(t.Context(), f, o)
			require.Equal(t, c.want.String(), r.Results[0].Outcome.String(), r.Results[0].Detail)
			require.Contains(t, r.Results[0].Detail, c.detail)
			left, err := o.HSM.ListKeys(t.Context())
			require.NoError(t, err)
			require.Empty(t, left)

			if c.want != testvectors.Failed && c.outcome[0] != '{' {
				return // refused before keys are derived
			}
			d := soft.New()
			o.HSM = hsm.New(plain{d, d, d}, hsm.WithPolicy(hsm.PolicyOpen()))
			require.Equal(t, 1, testvectors.Run(t.Context(), f, o).Count(testvectors.NotRun))
		})
	}
}
