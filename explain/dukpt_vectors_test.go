package explain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/testvectors"
)

// dukptCase is a vector of DUKPT, of whatever operation.
type dukptCase struct {
	BDK, KSN, IKID, Usage, Type, Direction     string
	Format, PIN, PAN, Block, Data, IV, Padding string
	DataASCII                                  string `json:"data_ascii"`
	Length                                     int

	op   string
	want map[string]string
}

// TestDUKPTVectors: what is explained is what all published vectors expect, or is
// refused where they are, and every row of it follows from those above.
func TestDUKPTVectors(t *testing.T) {
	t.Parallel()
	for topic, n := range map[string]struct{ explained, refused int }{"dukpt-tdes": {133, 7}, "dukpt-aes": {186, 8}} {
		f, err := testvectors.Load(testvectors.FS, topic+".json")
		require.NoError(t, err)
		explained, refused := 0, 0
		for _, v := range f.Vectors {
			c := dukptCase{op: v.Op}
			require.NoError(t, json.Unmarshal(v.Inputs, &c), v.ID)
			if v.ExpectError != nil {
				require.Error(t, c.refusal(), v.ID)
				refused++
				continue
			}
			require.NoError(t, json.Unmarshal(v.Expected, &c.want), v.ID)
			t.Run(v.ID, func(t *testing.T) { c.compare(t) })
			explained++
		}
		require.Equal(t, n.explained, explained, topic)
		require.Equal(t, n.refused, refused, topic)
	}
}

// read returns key and KSN. The operation next_ksn has no key, and any will do.
func (c *dukptCase) read() (bdk keys.Key, ksn dukpt.KSN, err error) {
	text := c.KSN
	if c.IKID != "" {
		text = c.IKID + "00000000"
	}
	if ksn, err = dukpt.ParseKSN(text); err != nil {
		return bdk, ksn, err
	}
	parse, hex := cleartext.ParseTDES[string], c.BDK
	if strings.HasPrefix(c.op, "dukpt.aes.") {
		parse = cleartext.ParseAES[string]
	}
	if strings.HasSuffix(c.op, ".next_ksn") {
		hex = "0123456789ABCDEFFEDCBA9876543210"
	}
	bdk, err = parse(hex, keys.UsageBDK)
	return bdk, ksn, err
}

// refusal is the error of the vector's inputs.
func (c *dukptCase) refusal() error {
	bdk, ksn, err := c.read()
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(c.op, ".ik"):
		_, err = explain.DUKPTInitialKey(bdk, ksn)
	case strings.HasSuffix(c.op, ".next_ksn"): // at the end of a terminal's life
		if x, _ := explain.DUKPT(bdk, ksn, 0); fact(x, "next KSN") == "none" {
			return dukpt.ErrEndOfLife
		}
	default:
		_, err = explain.DUKPT(bdk, ksn, c.algorithm())
	}
	return err
}

func (c *dukptCase) algorithm() keys.Algorithm {
	a, err := keys.ParseAlgorithm(c.Type)
	if err != nil {
		return 0 // the usual one, and for HMAC keys too
	}
	return a
}

// compare explains the vector, and compares with what it expects.
func (c *dukptCase) compare(t *testing.T) {
	bdk, ksn, err := c.read()
	require.NoError(t, err)
	_, op, _ := strings.Cut(strings.TrimPrefix(c.op, "dukpt."), ".")
	switch op {
	case "ik":
		x, err := explain.DUKPTInitialKey(bdk, ksn)
		require.NoError(t, err)
		checkDUKPT(t, x, ksn)
		require.Equal(t, c.want["ik"], answerOf(x, "initial key"))
		return
	case "update_key":
		x, err := explain.DUKPTUpdateKey(bdk, ksn, c.algorithm())
		require.NoError(t, err)
		checkDUKPT(t, x, ksn)
		require.Equal(t, c.want["key"], answerOf(x, "update key"))
		return
	case "next_ksn": // also after the counter zero, which has no keys to explain
		x, _ := explain.DUKPT(bdk, ksn, 0)
		require.Equal(t, c.want["ksn"], fact(x, "next KSN"))
		return
	}
	x, err := explain.DUKPT(bdk, ksn, c.algorithm(), c.purposes()...)
	require.NoError(t, err)
	checkDUKPT(t, x, ksn)
	c.compareKeys(t, op, x)
}

// compareKeys compares the keys of a transaction, or what is made with them.
func (c *dukptCase) compareKeys(t *testing.T, op string, x explain.Explanation) {
	switch op {
	case "txn":
		require.Equal(t, c.want["txn_key"], fact(x, "transaction key"))
		path := starred(dukptTree(x))
		require.Equal(t, c.want["txn_key"], path[len(path)-1].Value)
	case "working_key":
		require.Equal(t, c.want["key"], answerOf(x, c.keyName(c.Usage)))
	case "encrypt_pin", "decrypt_pin":
		c.comparePIN(t, unhex(t, answerOf(x, "PIN key")))
	case "mac", "cmac", "hmac":
		c.compareMAC(t, op, unhex(t, answerOf(x, c.keyName("mac_"+c.Direction))))
	case "encrypt_data":
		c.compareData(t, unhex(t, answerOf(x, c.keyName("data_"+c.Direction))))
	default:
		require.Fail(t, "unknown operation", op)
	}
}

// purposes asks for the working key of the vector alone.
func (c *dukptCase) purposes() []dukpt.Purpose {
	for _, usage := range []string{c.Usage, "mac_" + c.Direction, "data_" + c.Direction} {
		if p, ok := vectorPurposes[usage]; ok {
			if strings.HasSuffix(c.op, ".encrypt_data") != strings.HasPrefix(usage, "data") && c.Usage == "" {
				continue
			}
			return []dukpt.Purpose{p}
		}
	}
	return nil
}

// keyName is what the working key of a usage is called in answers.
func (c *dukptCase) keyName(usage string) string {
	name := dukptNames[vectorPurposes[usage]]
	if bits, ok := strings.CutPrefix(c.Type, "HMAC"); ok {
		return strings.Replace(name, "MAC key", "HMAC key of "+bits+" bits", 1)
	}
	return name
}
