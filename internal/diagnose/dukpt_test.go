package diagnose

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
	"github.com/pinion-hsm/pinion/pinblock"
)

const (
	tdesKSN = "FFFF9876543210E00005"
	aesKSN  = "123456789012345600000005"
)

// derivation makes keys as the other side does.
type derivation struct {
	t   *testing.T
	bdk keys.Key
	ksn dukpt.KSN
}

func derive(t *testing.T, bdk []byte, ksn string) derivation {
	t.Helper()
	n, err := dukpt.ParseKSN(ksn)
	require.NoError(t, err)
	k, err := cleartext.New(schemeAlgorithm(len(bdk), n), keys.UsageBDK, bdk)
	require.NoError(t, err)
	return derivation{t, k, n}
}

func (d derivation) working(p dukpt.Purpose, a keys.Algorithm) []byte {
	d.t.Helper()
	k, err := dukpt.WorkingKey(d.bdk, d.ksn, p, a)
	require.NoError(d.t, err)
	return cleartext.Bytes(k)
}

func (d derivation) pin() []byte { return d.working(dukpt.PIN, d.bdk.Algorithm()) }

func (d derivation) initial() []byte {
	d.t.Helper()
	k, err := dukpt.InitialKey(d.bdk, d.ksn)
	require.NoError(d.t, err)
	return cleartext.Bytes(k)
}

// from goes on from another initial key.
func (d derivation) from(ik []byte) derivation {
	d.t.Helper()
	k, err := cleartext.New(d.bdk.Algorithm(), keys.UsageInitialKey, ik)
	require.NoError(d.t, err)
	d.bdk = k
	return d
}

func (d derivation) transaction() []byte {
	d.t.Helper()
	tx, err := dukpt.Derive(d.bdk, d.ksn)
	require.NoError(d.t, err)
	return intermediate.TransactionKey(tx)
}

// dukptMistake is a key that a block is made under, in place of the right one.
type dukptMistake struct {
	name string
	key  []byte // what the block is under
	ksn  string // as it is given
	says string
	fix  string
}

// TestMistakesWithDUKPT makes each mistake of TDES DUKPT, and wants it explained
// first.
func TestMistakesWithDUKPT(t *testing.T) {
	t.Parallel()
	d := derive(t, double, tdesKSN)
	at := func(ksn string) derivation { return derive(t, double, ksn) }
	tx := d.transaction()
	for _, m := range []dukptMistake{
		{"none", d.pin(), tdesKSN, "under the PIN key of the transaction, with the key given as the BDK", "Nothing is wrong"},
		{"none, short KSN", d.pin(), tdesKSN[4:], "with the key given as the BDK", "Nothing is wrong"},
		{"transaction key", tx, tdesKSN, "under the transaction key itself", "leaves the variant out"},
		{"MAC request", d.working(dukpt.MACRequest, keys.TDES2), tdesKSN, "for another purpose, mac-request", "wrong working key"},
		{"MAC response", d.working(dukpt.MACResponse, keys.TDES2), tdesKSN, "mac-response", "wrong working key"},
		{"data request", d.working(dukpt.DataRequest, keys.TDES2), tdesKSN, "data-request", "wrong working key"},
		{"data response", d.working(dukpt.DataResponse, keys.TDES2), tdesKSN, "data-response", "wrong working key"},
		{"data request variant", masked(tx, 0xff0000, 0xff0000), tdesKSN, "data request variant, without the step", "another variant"},
		{"data response variant", masked(tx, 0xff00000000, 0xff00000000), tdesKSN, "data response variant, without the step", "another variant"},
		{"PIN key as a data key", oneWay(masked(tx, 0xff, 0xff)), tdesKSN, "as is done for data keys", "more to it"},
		{"variant on the left", masked(tx, 0xff, 0), tdesKSN, "left half only", "right half"},
		{"variant on the right", masked(tx, 0, 0xff), tdesKSN, "right half only", "left half"},
		{"initial key", d.initial(), tdesKSN, "under the terminal's initial key itself", "stops there"},
		{"PIN variant of the initial key", masked(d.initial(), 0xff, 0xff), tdesKSN, "PIN variant of the terminal's initial key", "counter"},
		{"BDK", double, tdesKSN, "under the key itself, with nothing derived", "must derive"},
		{"PIN variant of the BDK", masked(double, 0xff, 0xff), tdesKSN, "PIN variant of the key given", "must derive"},
		{"initial key of the initial key", derive(t, d.initial(), tdesKSN).pin(), tdesKSN, "as if the initial key were the BDK", "one too many"},
		{"parity adjusted", d.from(cleartext.OddParity(d.initial())).pin(), tdesKSN, "adjusted to odd parity", "every bit"},
		{"BDK halves swapped", derive(t, join(double[8:], double[:8]), tdesKSN).pin(), tdesKSN, "halves swapped", "Swap"},
		{"BDK reversed", derive(t, reversed(double), tdesKSN).pin(), tdesKSN, "BDK with its bytes in reverse order", "Turn"},
		{"initial key of the right bytes", d.from(wrongInitial(double, unhexed(tdesKSN)[2:], initialMask)).pin(), tdesKSN, "right 8 bytes of the KSN", "takes the right"},

		{"counter one behind", d.pin(), "FFFF9876543210E00004", "counter of the KSN one higher", "FFFF9876543210E00005 is this one's"},
		{"counter one ahead", d.pin(), "FFFF9876543210E00006", "counter of the KSN one lower", "FFFF9876543210E00005 is this one's"},
		{"counter two behind", d.pin(), "FFFF9876543210E00003", "two higher", tdesKSN},
		{"counter two ahead", d.pin(), "FFFF9876543210E00007", "two lower", tdesKSN},
		{"counter zero given", at("FFFF9876543210E00001").pin(), "FFFF9876543210E00000", "one higher", "FFFF9876543210E00001"},
		{"KSN reversed", uncheckedPIN(t, turned(tdesKSN)), tdesKSN, "bytes in reverse order", "read from the left"},
		{"KSN given reversed", d.pin(), turned(tdesKSN), "bytes in reverse order", "read from the left"},
		{"KSN with its digits swapped", d.pin(), swappedDigits(tdesKSN), "two digits of each byte swapped", "read from the left"},
		{"counter reversed", d.pin(), tdesKSN[:14] + turned(tdesKSN[14:]), "counter in reverse order", "right end"},
		{"shifted left", d.pin(), tdesKSN[1:] + "0", "filled with F on its left", "F on its left"},
		{"shifted right", at("FFF9876543210E000050").pin(), tdesKSN, "moved to the left by a digit, with 0 behind", "moved by a digit"},
		{"filled with zeros", at("00009876543210E00005").pin(), tdesKSN, "filled with 0 on its left", "F on its left"},
		{"filled with zeros, short KSN", at("00009876543210E00005").pin(), tdesKSN[4:], "filled with 0 on its left", "F on its left"},
		{"given filled with zeros", d.pin(), "00009876543210E00005", "filled with F on its left", "F on its left"},
		{"filled on the right", uncheckedPIN(t, "9876543210E00005FFFF"), tdesKSN[4:], "filled with F on its right", "F on its left"},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.explained(t, Input{Block: desEncrypt(m.key, field(t, pinblock.ISO0, "1234", testPAN)), Keys: [][]byte{double}})
		})
	}
}

// uncheckedPIN returns the PIN key of a KSN that may have too many one bits.
func uncheckedPIN(t *testing.T, ksn string) []byte {
	t.Helper()
	n, err := dukpt.ParseKSN(ksn)
	require.NoError(t, err)
	found := unchecked(bases(double, n)[0], n, step{})
	require.Len(t, found, 1)
	return found[0].bytes
}

// TestUnchecked derives what package dukpt would, if the counter were allowed:
// its steps are those of the counters on the way, which it does derive.
func TestUnchecked(t *testing.T) {
	t.Parallel()
	d := derive(t, double, "FFFF9876543210E007FE") // ten one bits
	parent := d.transaction()
	register := unhexed("9876543210E007FF")
	want := join(childHalf(masked(parent, initialMask, initialMask), register), childHalf(parent, register))
	require.Equal(t, masked(want, pinVariant, pinVariant), uncheckedPIN(t, "FFFF9876543210E007FF"))

	grandparent := derive(t, double, "FFFF9876543210E007FC").transaction()
	register = unhexed("9876543210E007FE")
	require.Equal(t, parent, join(childHalf(masked(grandparent, initialMask, initialMask), register), childHalf(grandparent, register)))
}

// explained runs the diagnosis and wants the mistake first.
func (m dukptMistake) explained(t *testing.T, in Input) {
	t.Helper()
	in.KSN, in.PANs = m.ksn, []string{testPAN}
	r := Run(in)
	require.NotEmpty(t, r.Findings, "nothing fits")
	f := r.Findings[0]
	require.Regexp(t, m.says, f.What, "%+v", r.Findings)
	require.Contains(t, f.Change, m.fix, "%+v", r.Findings)
	require.Equal(t, "1234", f.PIN)
	require.Equal(t, "strong", f.Evidence)
}

// TestInitialKeyGiven has the initial key in place of the BDK.
func TestInitialKeyGiven(t *testing.T) {
	t.Parallel()
	d := derive(t, double, tdesKSN)
	block := func(key []byte) []byte { return desEncrypt(key, field(t, pinblock.ISO0, "1234", testPAN)) }
	keys := [][]byte{d.initial()}
	dukptMistake{ksn: tdesKSN, says: "as the terminal's initial key", fix: "Nothing is wrong"}.
		explained(t, Input{Block: block(d.pin()), Keys: keys})
	dukptMistake{ksn: tdesKSN, says: "under the transaction key itself", fix: "variant"}.
		explained(t, Input{Block: block(d.transaction()), Keys: keys})
	dukptMistake{ksn: tdesKSN, says: "under the key itself, with nothing derived", fix: "initial key"}.
		explained(t, Input{Block: block(d.initial()), Keys: keys})
	dukptMistake{ksn: "FFFF9876543210E00006", says: "initial key, and the counter of the KSN one lower", fix: tdesKSN}.
		explained(t, Input{Block: block(d.pin()), Keys: keys})
}

// TestMistakesWithAESDUKPT does the same for AES DUKPT, with ISO-4 and ISO-0.
func TestMistakesWithAESDUKPT(t *testing.T) {
	t.Parallel()
	d, strong := derive(t, aesKey, aesKSN), derive(t, aes256, aesKSN)
	at := func(ksn string) derivation { return derive(t, aesKey, ksn) }
	tx := func(d derivation) dukpt.Transaction {
		x, err := dukpt.Derive(d.bdk, d.ksn)
		require.NoError(t, err)
		return x
	}
	for _, m := range []struct {
		dukptMistake
		bdk []byte
	}{
		{dukptMistake{"none", d.pin(), aesKSN, "with the key given as the BDK", "Nothing is wrong"}, aesKey},
		{dukptMistake{"none, AES-256", strong.pin(), aesKSN, "with the key given as the BDK", "Nothing is wrong"}, aes256},
		{dukptMistake{"initial key given", d.pin(), aesKSN, "as the terminal's initial key", "Nothing is wrong"}, d.initial()},
		{dukptMistake{"transaction key", d.transaction(), aesKSN, "under the transaction key itself", "leaves it out"}, aesKey},
		{dukptMistake{"transaction key, AES-256", strong.transaction(), aesKSN, "under the transaction key itself", "leaves it out"}, aes256},
		{dukptMistake{"AES-128 under AES-256", strong.working(dukpt.PIN, keys.AES128), aesKSN, "of the type AES-128", "--pin-key-algorithm"}, aes256},
		{dukptMistake{"AES-192 under AES-256", strong.working(dukpt.PIN, keys.AES192), aesKSN, "of the type AES-192", "AES192"}, aes256},
		{dukptMistake{"AES-256 under AES-128", strongKey(keys.AES256, tx(d), d.transaction()), aesKSN, "stronger than the BDK", "No working key"}, aesKey},
		{dukptMistake{"cut to AES-128", strong.pin()[:16], aesKSN, "derived as AES-256 and used as AES-128", "derivation data"}, aes256},
		{dukptMistake{"TDES2 used as AES", d.working(dukpt.PIN, keys.TDES2), aesKSN, "derived as double length TDES and used as AES-128", "derivation data"}, aesKey},
		{dukptMistake{"MAC request", d.working(dukpt.MACRequest, keys.AES128), aesKSN, "mac-request", "purpose pin"}, aesKey},
		{dukptMistake{"MAC both", d.working(dukpt.MACBoth, keys.AES128), aesKSN, "mac-both", "purpose pin"}, aesKey},
		{dukptMistake{"data request", d.working(dukpt.DataRequest, keys.AES128), aesKSN, "data-request", "purpose pin"}, aesKey},
		{dukptMistake{"data response", d.working(dukpt.DataResponse, keys.AES128), aesKSN, "data-response", "purpose pin"}, aesKey},
		{dukptMistake{"key encryption", d.working(dukpt.KeyEncryption, keys.AES128), aesKSN, "key-encryption", "purpose pin"}, aesKey},
		{dukptMistake{"initial key", d.initial(), aesKSN, "initial key itself", "stops there"}, aesKey},
		{dukptMistake{"BDK", aesKey, aesKSN, "under the key itself", "must derive"}, aesKey},
		{dukptMistake{"initial key of the initial key", derive(t, d.initial(), aesKSN).pin(), aesKSN, "as if the initial key were the BDK", "one too many"}, aesKey},
		{dukptMistake{"counter one behind", d.pin(), "123456789012345600000004", "one higher", aesKSN}, aesKey},
		{dukptMistake{"counter two ahead", d.pin(), "123456789012345600000007", "two lower", aesKSN}, aesKey},
		{dukptMistake{"counter reversed", d.pin(), "123456789012345605000000", "counter in reverse order", "right end"}, aesKey},
		{dukptMistake{"KSN reversed", d.pin(), turned(aesKSN), "bytes in reverse order", "read from the left"}, aesKey},
		{dukptMistake{"counter in front", d.pin(), aesKSN[16:] + aesKSN[:16], "moved from the front to the end", "read from the left"}, aesKey},
		{dukptMistake{"counter moved to the front", at(aesKSN[16:] + aesKSN[:16]).pin(), aesKSN, "counter moved to the front", "read from the left"}, aesKey},
		{dukptMistake{"shifted", at(aesKSN[1:] + "0").pin(), aesKSN, "moved to the left by a digit, with 0 behind", "moved by a digit"}, aesKey},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.explained(t, Input{Block: iso4(t, m.key, fieldOf(testPAN, pinblock.ISO4)), Keys: [][]byte{m.bdk}})
		})
	}
	for _, m := range []struct {
		dukptMistake
		bdk []byte
	}{
		{dukptMistake{"ISO-0", d.working(dukpt.PIN, keys.TDES2), aesKSN, "with the key given as the BDK", "Nothing is wrong"}, aesKey},
		{dukptMistake{"ISO-0 under AES-256", strong.working(dukpt.PIN, keys.TDES2), aesKSN, "with the key given as the BDK", "Nothing is wrong"}, aes256},
		{dukptMistake{"TDES3", strong.working(dukpt.PIN, keys.TDES3), aesKSN, "triple length TDES", "TDES3"}, aes256},
		{dukptMistake{"AES-128 used as TDES", d.pin(), aesKSN, "derived as AES-128 and used as double length TDES", "derivation data"}, aesKey},
		{dukptMistake{"transaction key as TDES", d.transaction(), aesKSN, "under the transaction key itself", "leaves it out"}, aesKey},
		{dukptMistake{"MAC request as TDES", d.working(dukpt.MACRequest, keys.TDES2), aesKSN, "mac-request", "purpose pin"}, aesKey},
		{dukptMistake{"TDES DUKPT with two bytes in front", derive(t, aesKey, tdesKSN).pin(), "0000" + tdesKSN, "without its first 4 digits", ""}, aesKey},
	} {
		t.Run("8 bytes, "+m.name, func(t *testing.T) {
			t.Parallel()
			m.explained(t, Input{Block: desEncrypt(m.key, field(t, pinblock.ISO0, "1234", testPAN)), Keys: [][]byte{m.bdk}})
		})
	}
}

// TestNothingFitsWithKSN: so many more ways, and still little of what is random is
// explained.
func TestNothingFitsWithKSN(t *testing.T) {
	t.Parallel()
	const blocks = 60
	for _, c := range []struct {
		size int
		key  []byte
		ksn  string
	}{{8, double, tdesKSN}, {16, aesKey, aesKSN}, {8, aesKey, aesKSN}} {
		fits := 0
		for range blocks {
			block := make([]byte, c.size)
			rand.Read(block)
			r := Run(Input{Block: block, Keys: [][]byte{c.key}, PANs: []string{testPAN}, KSN: c.ksn})
			if len(r.Findings) == 0 {
				require.Contains(t, text(r.Next), "Ask which BDK")
				require.NotContains(t, text(r.Next), "Ask whether the terminal derives")
				continue
			}
			fits++
			require.NotEqual(t, "strong", r.Findings[0].Evidence, "%+v", r.Findings[0])
		}
		require.LessOrEqual(t, fits, blocks/10, "block of %d bytes", c.size)
	}
}

// TestKSNNotes explains the KSN itself.
func TestKSNNotes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ksn  string
		key  []byte
		says string
	}{
		{tdesKSN, double, "one of TDES DUKPT: initial key ID FFFF9876543210E0, transaction 5."},
		{aesKSN, aesKey, "one of AES DUKPT: initial key ID 1234567890123456, transaction 5."},
		{"FFFF9876543210E00000", double, "is zero"},
		{"FFFF9876543210E007FF", double, "more one bits"},
		{"9876543210E", double, "has 11 hex digits"},
		{tdesKSN, aes256, "A key of 32 bytes is no BDK of TDES DUKPT"},
		{tdesKSN, triple, "A key of 24 bytes is no BDK of TDES DUKPT"},
	} {
		r := Run(Input{Block: unhexed("0011223344556677"), Keys: [][]byte{c.key}, KSN: c.ksn})
		require.Contains(t, text(r.Notes), c.says)
	}
}

// FuzzKSN wants readings of any digits, each a KSN that can be used.
func FuzzKSN(f *testing.F) {
	for _, s := range []string{tdesKSN, aesKSN, "", "F", "0", strings.Repeat("F", 20), strings.Repeat("0", 24), "FFFF9876543210E1FFFFF"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, digits string) {
		if len(digits) > 64 {
			return
		}
		for _, r := range ksnReadings(digits) {
			require.False(t, r.ksn.IsZero(), fmt.Sprint(digits))
			require.Equal(t, r.bits == 0, r.what == "")
		}
	})
}
