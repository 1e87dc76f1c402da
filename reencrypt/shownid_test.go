package reencrypt

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

// TestIDsWithAccounts wants no account number whole in the rejects, whatever the row's
// own is, no block, and other ids as they are.
func TestIDsWithAccounts(t *testing.T) {
	t.Parallel()
	const pan, shown = "4284246537043955", "428424******3955"
	for _, c := range []struct{ id, pan, want string }{
		{pan, pan, shown},
		{pan, "", shown},
		{pan, "9999999912345678", shown},
		{"4284 2465 3704 3955", pan, "4284 24** **** 3955"},
		{"4284-2465-3704-3955", "", "4284-24**-****-3955"},
		{"4284.2465.3704.3955", "", "4284.24**.****.3955"},
		{"4284_2465_3704_3955", "", "4284_24**_****_3955"},
		{"4284  2465, 3704 - 3955", "", "4284  24**, **** - 3955"},
		{"4284\u00a02465\u00a03704\u00a03955", "", "4284\u00a024**\u00a0****\u00a03955"},
		{"4284\xff2465\xfe\xfd3704\u20093955", "", "4284\ufffd24**\ufffd****\u20093955"},
		{"４２８４２４６５３７０４３９５５", "", "４２８４２４******３９５５"},
		{"card " + pan + "/2", pan, "card 428424*******955/2"},
		{"ref:" + pan + "x", "", "ref:" + shown + "x"},
		{"9" + pan + "27", pan, "942842*********5527"},
		{strings.Repeat("x", 120) + pan, pan, strings.Repeat("x", 120) + "428424**"},
		{"12345678901234567890123", "", "123456*************0123"},
		{"123456789012", "", "********9012"},
		{"12345678901", "", "12345678901"},
		{"x-12345678", "12345678", "x-****5678"},
		{"x-1234567", "12345678", "x-1234567"},
		{"41-1", "41", "41-1"},
		{"a5681F58F7C99049A", pan, strings.Repeat("*", 17)},
		{"id 5681f58f7c99049a.", "", "id " + strings.Repeat("*", 16) + "."},
		{"A" + pan + "-1", "", strings.Repeat("*", 17) + "-1"},
		{"5681F58F7C99049", "", "5681F58F7C99049"},
		{"card-17", pan, "card-17"},
		{"2024-01-02", "", "2024-01-02"},
		{"550e8400-e29b-41d4-a716-44665f44000f", pan, "550e8400-e29b-41d4-a716-44665f44000f"},
		{"550e8400-e29b-41d4-a716-446655440000", pan, "550e8400-e29b-41d4-a716-446*****0000"},
	} {
		r := &row{id: []byte(c.id)}
		if c.pan != "" {
			var err error
			r.pan, err = pinblock.ParsePAN(c.pan)
			require.NoError(t, err)
		}
		require.Equal(t, c.want, r.shownID(), c.id)
	}
}

// FuzzShownID wants no long number and no block in an id, wherever it was put.
func FuzzShownID(f *testing.F) {
	for _, s := range []string{"", "card-17", "4284 2465", "é４\xff", "12\n\n34", "deadbeef"} {
		f.Add(s, "-", uint64(4284246537043955))
		f.Add(s, " .", uint64(0x5681F58F7C99049A))
	}
	long := regexp.MustCompile(`(?:\p{Nd}[^\p{L}\p{N}*]{0,3}){11}\p{Nd}|[0-9A-Fa-f]{16}`)
	f.Fuzz(func(t *testing.T, text, between string, n uint64) {
		digits := make([]string, 16)
		for i := range digits {
			digits[i] = string('0' + rune(n>>(4*i)&15)%10)
		}
		for _, id := range []string{text, text + strings.Join(digits, between) + text} {
			shown := (&row{id: []byte(id)}).shownID()
			require.False(t, long.MatchString(shown), "%q", shown)
			require.True(t, utf8.ValidString(shown))
			require.LessOrEqual(t, len(shown), maxID+2)
		}
	})
}
