package diagnose

import (
	"crypto/rand"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/luhn"
)

// TestNothingFits holds the promise that little of what is random is explained:
// with more than a few findings by accident nobody would believe a true one.
func TestNothingFits(t *testing.T) {
	t.Parallel()
	const blocks = 200
	for _, c := range []struct {
		size int
		key  []byte
	}{{8, double}, {8, triple}, {16, aesKey}} {
		fits := 0
		for range blocks {
			block := make([]byte, c.size)
			rand.Read(block)
			r := Run(Input{Block: block, Keys: [][]byte{c.key}, PANs: []string{testPAN}})
			if len(r.Findings) == 0 {
				require.NotEmpty(t, r.Next)
				require.Positive(t, r.Tried)
				continue
			}
			fits++
			require.NotEqual(t, "strong", r.Findings[0].Evidence, "%+v", r.Findings[0])
		}
		require.Less(t, fits, blocks/20, "block of %d bytes", c.size)
	}
}

// TestNextSteps are said where nothing fits.
func TestNextSteps(t *testing.T) {
	t.Parallel()
	block := unhexed("0011223344556677")
	for _, c := range []struct {
		name string
		in   Input
		next string
		note string
	}{
		{"a wrong key", Input{Block: block, Keys: [][]byte{double}, PANs: []string{testPAN}}, "compare its check value", "08D7B4 (tdes-ecb-zero)"},
		{"DUKPT", Input{Block: block, Keys: [][]byte{double}, PANs: []string{testPAN}}, "(DUKPT)", ""},
		{"no PAN", Input{Block: block, Keys: [][]byte{double}}, "No PAN was given", ""},
		{"no key", Input{Block: block, PANs: []string{testPAN}}, "No key was given", ""},
		{"AES key", Input{Block: block, Keys: [][]byte{aes256}}, "A key of 32 bytes is AES", ""},
		{"DES key", Input{Block: append(block, block...), Keys: [][]byte{double[:8]}}, "needs an AES key", "single DES"},
		{"equal halves", Input{Block: block, Keys: [][]byte{join(double[:8], double[:8])}}, "", "equal halves"},
		{"no parity", Input{Block: block, Keys: [][]byte{aesKey}}, "", "not the cause"},
		{"check digit", Input{Block: block, Keys: [][]byte{double}, PANs: []string{testPAN, noLuhn}}, "", "PAN 2 does not pass the check digit test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := Run(c.in)
			require.Empty(t, r.Findings)
			require.Contains(t, text(r.Next), c.next)
			require.Contains(t, text(r.Notes), c.note)
		})
	}
}

func text(lines []string) (s string) {
	for _, l := range lines {
		s += l + "\n"
	}
	return s
}

// TestVague names formats that half of all blocks fit, without believing them.
func TestVague(t *testing.T) {
	t.Parallel()
	r := Run(Input{Block: desEncrypt(double, unhexed("1234C0FFEE15BAD1")), Keys: [][]byte{double}})
	require.Empty(t, r.Findings)
	require.Contains(t, text(r.Next), "ECI-2")
}

// TestParityIsNotAMistake opens a block under a key whose parity bits differ.
func TestParityIsNotAMistake(t *testing.T) {
	t.Parallel()
	even := append([]byte(nil), double...)
	for i := range even {
		even[i] ^= 1
	}
	r := Run(Input{Block: desEncrypt(double, unhexed("041234FFFFFFFFFF")), Keys: [][]byte{even}, PANs: []string{"0000000000000"}})
	require.NotEmpty(t, r.Findings)
	require.Equal(t, "An ISO-0 block.", r.Findings[0].What)
	require.Contains(t, text(r.Notes), "not the cause")
}

func TestLuhn(t *testing.T) {
	t.Parallel()
	require.True(t, luhn.Valid(testPAN))
	require.True(t, luhn.Valid("79927398713")) // the example of ISO/IEC 7812-1's literature
	require.False(t, luhn.Valid(noLuhn))
	for _, d := range []string{"1", "12", "453201511283036", "000000000000"} {
		require.True(t, luhn.Valid(withCheckDigit(d)), d)
	}
}

// FuzzRun wants an answer for everything: findings in order, each explained.
func FuzzRun(f *testing.F) {
	f.Add("041234FFFFFFFFFF", "0123456789ABCDEFFEDCBA9876543210", testPAN, "")
	f.Add("1B9C1845EB993A7A", "0123456789ABCDEFFEDCBA9876543210", "4012345678909", tdesKSN)
	f.Add("00112233445566778899AABBCCDDEEFF", "00112233445566778899AABBCCDDEEFF", testPAN, aesKSN)
	f.Add("00", "", "1", "F")
	f.Add("", "0123456789ABCDEF", "", "9876543210E007FF")
	f.Add("00112233445566778899AABBCCDDEEFF", "00112233445566778899AABBCCDDEEFF", "453201511283", "0000")
	f.Fuzz(func(t *testing.T, blockHex, keyHex, pan, ksn string) {
		block, err1 := hex.DecodeString(blockHex)
		key, err2 := hex.DecodeString(keyHex)
		if err1 != nil || err2 != nil || len(block) > 64 || len(key) > 64 || len(ksn) > 32 {
			return
		}
		in := Input{Block: block, Keys: [][]byte{key}, KSN: ksn}
		if digits(pan) {
			in.PANs = []string{pan}
		}
		r := Run(in)
		for i, found := range r.Findings {
			require.NotEmpty(t, found.What)
			require.NotEmpty(t, found.Change)
			require.GreaterOrEqual(t, found.OneIn, 1.0)
			if i > 0 {
				require.LessOrEqual(t, found.score, r.Findings[i-1].score)
			}
		}
	})
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 19
}

func BenchmarkRun(b *testing.B) {
	in := Input{Block: unhexed("0011223344556677"), Keys: [][]byte{double}, PANs: []string{testPAN}}
	for b.Loop() {
		Run(in)
	}
}
