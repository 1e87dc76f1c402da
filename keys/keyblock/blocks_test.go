package keyblock_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// made checks that a function made the block it should have, and returns it.
func made(t *testing.T, want string) func(keyblock.OptionalBlock, error) keyblock.OptionalBlock {
	t.Helper()
	return func(b keyblock.OptionalBlock, err error) keyblock.OptionalBlock {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, want, b.String())
		return b
	}
}

func refused(t *testing.T, b keyblock.OptionalBlock, err error) {
	t.Helper()
	require.Equal(t, keyblock.ErrOptionalBlock, err)
	require.Equal(t, keyblock.OptionalBlock{}, b)
}

func TestDUKPTBlocks(t *testing.T) {
	t.Parallel()
	id := []byte{0x00, 0x60, 0x4b, 0x12, 0x0f, 0x92, 0x92, 0x80, 0x00, 0x01}
	for _, c := range []struct {
		make func([]byte) (keyblock.OptionalBlock, error)
		n    int
		want string
	}{
		{keyblock.NewKS, 10, "KS1800604B120F9292800001"},
		{keyblock.NewKS, 8, "KS1400604B120F929280"},
		{keyblock.NewIK, 8, "IK1400604B120F929280"},
		{keyblock.NewBI, 5, "BI100000604B120F"},
		{keyblock.NewBI, 4, "BI0E0100604B12"},
	} {
		b := made(t, c.want)(c.make(id[:c.n]))
		got, err := b.DUKPTID()
		require.NoError(t, err)
		require.Equal(t, id[:c.n], got)
		bad, err := c.make(id[:3])
		refused(t, bad, err)
	}
	_, err := keyblock.OptionalBlock{ID: "KS", Data: strings.Repeat("a", 20)}.DUKPTID()
	require.ErrorIs(t, err, keyblock.ErrOptionalBlock, "lower case")
	_, err = keyblock.OptionalBlock{ID: "LB", Data: strings.Repeat("A", 20)}.DUKPTID()
	require.ErrorIs(t, err, keyblock.ErrOptionalBlock, "another block")
}

func TestCheckValueBlocks(t *testing.T) {
	t.Parallel()
	tdes, aes := testKey(t, keys.TDES2, keys.UsagePIN), testKey(t, keys.AES128, keys.UsageKBPK)
	b := made(t, "KC0C00"+tdes.KCV())(keyblock.NewKC(keyblock.CheckValueOf(tdes)))
	v, err := b.CheckValue()
	require.NoError(t, err)
	require.Equal(t, keyblock.CheckValue{KCV: tdes.KCV()}, v)

	long, err := aes.KCVWith(keys.AESCMACZero, 10)
	require.NoError(t, err)
	b = made(t, "KP1001"+long)(keyblock.NewKP(keyblock.CheckValueOf(aes)))
	v, err = b.CheckValue()
	require.NoError(t, err)
	require.Equal(t, keyblock.CheckValue{CMAC: true, KCV: long}, v)
	made(t, "PK1001"+long)(keyblock.NewPK(v))

	for _, v := range []keyblock.CheckValue{{}, {KCV: "12345678"}, {KCV: "12"}, {KCV: "abcdef"}, {KCV: "12345"}, {CMAC: true, KCV: long + "00"}, keyblock.CheckValueOf(keys.Key{})} {
		b, err := keyblock.NewKC(v)
		refused(t, b, err)
	}
	_, err = keyblock.OptionalBlock{ID: "KC", Data: "02123456"}.CheckValue()
	require.ErrorIs(t, err, keyblock.ErrOptionalBlock)
}

func TestTimeBlocks(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 28, 23, 59, 58, 0, time.FixedZone("east", 3600))
	b := made(t, "TS1320260228225958Z")(keyblock.NewTS(at))
	got, err := b.Time()
	require.NoError(t, err)
	require.True(t, got.Equal(at))
	made(t, "TC1320260228225958Z")(keyblock.NewTC(at))
	bad, err := keyblock.NewTC(at.AddDate(9000, 0, 0))
	refused(t, bad, err)

	for data, ok := range map[string]bool{
		"2026022822595850Z":       true,
		"2026-02-28T22:59:58Z":    true,
		"2026-02-28T22:59:58.50Z": true,
		"20260228225958":          false,
		"20260230225958Z":         false,
		"2026-02-28 22:59:58Z":    false,
		"20260228225958+":         false,
		"2026022822595.50Z":       false,
		"":                        false,
	} {
		got, err := keyblock.OptionalBlock{ID: "TC", Data: data}.Time()
		require.Equal(t, ok, err == nil, data)
		if ok {
			require.Equal(t, at.Unix(), got.Unix())
		}
	}
}

func TestCertificateBlocks(t *testing.T) {
	t.Parallel()
	key := keyblock.Certificate{Raw: []byte{0x30, 0x03, 0x02, 0x01, 0x00}}
	ca := keyblock.Certificate{EMV: true, Raw: bytes.Repeat([]byte{7}, 300)}
	for _, certs := range [][]keyblock.Certificate{{key}, {ca}, {key, ca}, {ca, ca, key}} {
		b, err := keyblock.NewCT(certs...)
		require.NoError(t, err)
		got, err := b.Certificates()
		require.NoError(t, err)
		require.Equal(t, certs, got)
		require.NotEmpty(t, keyblock.Explain(keyblock.Header{Optional: []keyblock.OptionalBlock{b}}))
	}
	made(t, "CT0E00MAMCAQA=")(keyblock.NewCT(key))
	made(t, "CT1E02000008MAMCAQA=010004Bw==")(keyblock.NewCT(key, keyblock.Certificate{EMV: true, Raw: []byte{7}}))
	for _, data := range []string{"", "0", "00", "03MAMC", "00MAM", "00****", "02", "0200", "02000008MAMC", "02030004MAMC", "0200000GMAMC", "02000004MAMC0"} {
		_, err := keyblock.OptionalBlock{ID: "CT", Data: data}.Certificates()
		require.ErrorIs(t, err, keyblock.ErrOptionalBlock, data)
	}
	bad, err := keyblock.NewCT()
	refused(t, bad, err)
	bad, err = keyblock.NewCT(keyblock.Certificate{Raw: make([]byte, 0x10000)})
	refused(t, bad, err)
}

// The certificates in the examples of X9.143.
func TestPublishedCertificates(t *testing.T) {
	t.Parallel()
	found := 0
	for _, v := range readVectors(t) {
		h, err := keyblock.ParseHeader(v.Inputs.KeyBlock)
		if err != nil {
			continue
		}
		if ct, ok := h.Block("CT"); ok {
			certs, err := ct.Certificates()
			require.NoError(t, err)
			for _, c := range certs {
				require.Equal(t, byte(0x30), c.Raw[0], "DER")
			}
			found += len(certs)
		}
	}
	require.Equal(t, 3, found, "one, and a chain of two")
}

func TestDerivationBlock(t *testing.T) {
	t.Parallel()
	allowed := []keyblock.Derivation{{"P0", 'T', 'E', 'E'}, {"D0", 'A', 'E', 'N'}}
	b := made(t, "DA1001P0TEED0AEN")(keyblock.NewDA(allowed...))
	got, err := b.Derivations()
	require.NoError(t, err)
	require.Equal(t, allowed, got)
	for _, bad := range [][]keyblock.Derivation{{}, {{"P", 'T', 'E', 'E'}}, {{"P0", 0, 'E', 'E'}}} {
		b, err := keyblock.NewDA(bad...)
		refused(t, b, err)
	}
	_, err = keyblock.OptionalBlock{ID: "DA", Data: "P0TEE"}.Derivations()
	require.ErrorIs(t, err, keyblock.ErrOptionalBlock)
}

func TestAttributeBlocks(t *testing.T) {
	t.Parallel()
	b := made(t, "HM0621")(keyblock.NewHM("SHA-256"))
	hash, err := b.Hash()
	require.NoError(t, err)
	require.Equal(t, "SHA-256", hash)
	_, err = keyblock.OptionalBlock{ID: "HM", Data: "99"}.Hash()
	require.ErrorIs(t, err, keyblock.ErrOptionalBlock)
	bad, err := keyblock.NewHM("MD5")
	refused(t, bad, err)

	made(t, "WP07003")(keyblock.NewWP(3))
	for _, n := range []int{-1, 4, 10} {
		bad, err = keyblock.NewWP(n)
		refused(t, bad, err)
	}
	made(t, "AL080101")(keyblock.NewAL(keyblock.Static))
	made(t, "AL080100")(keyblock.NewAL(keyblock.Ephemeral))
	for _, l := range []keyblock.Life{"", "long"} {
		bad, err = keyblock.NewAL(l)
		refused(t, bad, err)
	}
	made(t, "LB0CZPK host")(keyblock.NewLB("ZPK host"))
	bad, err = keyblock.NewLB("label\n")
	refused(t, bad, err)
	bad, err = keyblock.NewLB("Überschrift")
	refused(t, bad, err)
}
