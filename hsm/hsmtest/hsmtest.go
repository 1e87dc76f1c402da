// Package hsmtest is the behaviour that every [hsm.Device] has, as a test. Who writes a
// device calls it from the device's own tests, which are, for documented behaviour,
// complete with that:
//
//	func TestDevice(t *testing.T) {
//		hsmtest.TestDevice(t, func(t *testing.T) hsm.Device { return mydevice.New() })
//	}
//
// The devices of this module, [github.com/pinion-hsm/pinion/hsm/soft] and
// [github.com/pinion-hsm/pinion/hsm/pkcs11], pass it on every change. It asks for no
// speed, and not how a device keeps its keys from others.
package hsmtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// TestDevice runs the suite. open returns a fresh device without keys, which is
// an [hsm.KeyManager]; the suite closes it. A device that can do something only
// in part says so by [hsm.Refused], and is then held to refusing it.
func TestDevice(t *testing.T, open func(t *testing.T) hsm.Device) {
	for _, s := range []struct {
		name string
		f    func(*testing.T, *rig)
	}{
		{"Keys", testKeys},
		{"KeysRefused", testKeysRefused},
		{"KeySeparation", testKeySeparation},
		{"TranslateEveryPair", testTranslateEveryPair},
		{"TranslateRefuses", testTranslateRefuses},
		{"PolicyTable", testPolicyTable},
		{"Batch", testBatch},
		{"BatchRefuses", testBatchRefuses},
		{"VerifyEveryMethod", testVerifyEveryMethod},
		{"VerifyTells", testVerifyTells},
		{"Generate", testGenerate},
		{"Change", testChange},
		{"RulesOfReference", testRulesOfReference},
		{"RulesOfChange", testRulesOfChange},
		{"RulesOfGeneration", testRulesOfGeneration},
		{"DUKPT", testDUKPT},
		{"Exposure", testExposure},
		{"Cancelled", testCancelled},
		{"Closed", testClosed},
		{"Concurrent", testConcurrent},
		{"ErrorsQuoteNothing", testErrorsQuoteNothing},
		{"Observer", testObserver},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.f(t, newRig(t, open(t)))
		})
	}
}

// rig is a device with known keys on it, and the same keys in software.
type rig struct {
	device hsm.Device
	hsm    *hsm.HSM // policy open, in-process allowed
	soft   map[string]keys.Key
}

// The keys of every rig.
const (
	zpk1  = "zpk1"  // P0, TDES2
	zpk2  = "zpk2"  // P0, TDES3
	aes1  = "aes1"  // P0, AES128
	aes2  = "aes2"  // P0, AES256
	pvk   = "pvk"   // V2, TDES2
	ibm   = "ibm"   // V1, TDES2
	other = "other" // V0, TDES2
)

// They are not drawn: four digits of a PVV are the same for two PINs under one
// key in ten thousand, and then a wrong PIN would verify.
var rigKeys = []struct {
	label string
	alg   keys.Algorithm
	usage keys.Usage
	hex   string
}{
	{zpk1, keys.TDES2, keys.UsagePIN, "0123456789ABCDEFFEDCBA9876543210"},
	{zpk2, keys.TDES3, keys.UsagePIN, "23456789ABCDEF01DCBA98765432EF101122334455667788"},
	{aes1, keys.AES128, keys.UsagePIN, "000102030405060708090A0B0C0D0E0F"},
	{aes2, keys.AES256, keys.UsagePIN, "F0E0D0C0B0A09080706050403020100000102030405060708090A0B0C0D0E0F0"},
	{pvk, keys.TDES2, keys.UsageVisaPVV, "C8199237EA5857BC40EF9DA2B5E96BBF"},
	{ibm, keys.TDES2, keys.UsageIBM3624, "86190176866EC17FB32685ADB6ADA83B"},
	{other, keys.TDES2, keys.UsagePVKOther, "5CA64B3C22BEC347CA7E6609904BAAED"},
}

func newRig(t *testing.T, d hsm.Device) *rig {
	t.Helper()
	r := &rig{
		device: d,
		hsm:    hsm.New(d, hsm.AllowInProcess(), hsm.WithPolicy(hsm.PolicyOpen())),
		soft:   map[string]keys.Key{},
	}
	t.Cleanup(func() { require.NoError(t, r.hsm.Close()) })
	for _, k := range rigKeys {
		key, err := cleartext.Parse(k.alg, k.usage, k.hex)
		require.NoError(t, err)
		info, err := r.hsm.ImportKey(t.Context(), hsm.KeySpec{Label: k.label}, key)
		require.NoError(t, err, "import %s", k.label)
		require.Equal(t, hsm.KeyInfo{Label: k.label, Algorithm: k.alg, Usage: k.usage, KCV: key.KCV()}, info)
		r.soft[k.label] = key
	}
	return r
}

// pinKey returns a PIN key of the rig that fits the format.
func pinKey(f pinblock.Format, second bool) hsm.PINKey {
	label := zpk1
	switch {
	case f.BlockSize() == 16 && second:
		label = aes2
	case f.BlockSize() == 16:
		label = aes1
	case second:
		label = zpk2
	}
	return hsm.PINKey{Key: label, Format: f}
}

// seal makes a block in software, as a terminal or another node would.
func (r *rig) seal(t *testing.T, k hsm.PINKey, pin, pan string) []byte {
	t.Helper()
	block, err := pinblock.Seal(t.Context(), nil, r.soft[k.Key], k.Format, mustPIN(t, pin), mustPAN(t, pan))
	require.NoError(t, err, "%v", k.Format)
	return block
}

// requirePIN opens a block in software and compares the PIN.
func (r *rig) requirePIN(t *testing.T, k hsm.PINKey, block []byte, pin, pan string) {
	t.Helper()
	got, err := pinblock.Open(t.Context(), r.soft[k.Key], k.Format, block, mustPAN(t, pan))
	require.NoError(t, err, "%v", k.Format)
	require.True(t, got.Equal(mustPIN(t, pin)), "%v", k.Format)
}

func mustPIN(t *testing.T, s string) pinblock.PIN {
	t.Helper()
	p, err := pinblock.ParsePIN(s)
	require.NoError(t, err)
	return p
}

func mustPAN(t *testing.T, s string) pinblock.PAN {
	t.Helper()
	p, err := pinblock.ParsePAN(s)
	require.NoError(t, err)
	return p
}
