package pinverify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The rules once more, on text and without arithmetic.

func slowRepeated(pin string) bool { return strings.Count(pin, pin[:1]) == len(pin) }

func slowSequence(pin string) bool {
	const up, down = "0123456789012345678901", "9876543210987654321098"
	return strings.Contains(up, pin) || strings.Contains(down, pin)
}

func slowPairs(pin string) bool {
	twos := len(pin)%2 == 0
	for i := 0; i+1 < len(pin); i += 2 {
		twos = twos && pin[i] == pin[i+1]
	}
	return twos || pin == strings.Repeat(pin[:2], len(pin))[:len(pin)]
}

// refused returns how many of all PINs of n digits the rules refuse, having
// held each judgement to what slow says.
func refused(t *testing.T, r pinverify.Rules, n int, pan string, slow func(pin string) bool) int {
	t.Helper()
	account, all, count := mustPAN(t, pan), 1, 0
	for range n {
		all *= 10
	}
	for i := range all {
		text := fmt.Sprintf("%0*d", n, i)
		pin, err := pinblock.ParsePIN(text)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Judge(pin, account)
		if (err != nil) != slow(text) || err != nil && err != pinverify.ErrWeakPIN { //nolint:errorlint // a million times, and it is not wrapped
			t.Fatalf("%s: %v", text, err)
		}
		if err != nil {
			count++
		}
	}
	return count
}

// TestRulesOnEveryPIN counts what each rule refuses of all PINs of a length. The
// numbers were counted on paper.
func TestRulesOnEveryPIN(t *testing.T) {
	t.Parallel()
	const ascending, ones = "5432101234567891", "4111111111111111"
	in := func(pan string) func(string) bool { return func(pin string) bool { return strings.Contains(pan, pin) } }
	for name, c := range map[string]struct {
		rules pinverify.Rules
		slow  func(string) bool
		pan   string
		want  map[int]int // by length
	}{
		"none":      {pinverify.Rules{}, func(string) bool { return false }, ascending, map[int]int{4: 0, 5: 0}},
		"repeated":  {pinverify.Rules{Repeated: true}, slowRepeated, ascending, map[int]int{4: 10, 5: 10, 6: 10}},
		"sequences": {pinverify.Rules{Sequences: true}, slowSequence, ascending, map[int]int{4: 20, 5: 20, 6: 20}},
		// abab and aabb: 100 + 100 - 10; ababa: 100; ababab and aabbcc: 100 + 1000 - 10.
		"pairs": {pinverify.Rules{Pairs: true}, slowPairs, ascending, map[int]int{4: 190, 5: 100, 6: 1090}},
		// 13 places of four digits, 12 of five, and no row is there twice.
		"PAN": {pinverify.Rules{PAN: true}, in(ascending), ascending, map[int]int{4: 13, 5: 12}},
		// 4111 and 1111.
		"PAN of ones":  {pinverify.Rules{PAN: true}, in(ones), ones, map[int]int{4: 2, 5: 2}},
		"longest PAN":  {pinverify.Rules{PAN: true}, in("9081726354453627180"), "9081726354453627180", map[int]int{4: 16}},
		"shortest PAN": {pinverify.Rules{PAN: true}, in("123"), "123", map[int]int{4: 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n, want := range c.want {
				require.Equal(t, want, refused(t, c.rules, n, c.pan, c.slow), "%d digits", n)
			}
		})
	}
}

// TestCommonRulesOnEveryPIN: the rules together refuse what any of them refuses.
func TestCommonRulesOnEveryPIN(t *testing.T) {
	t.Parallel()
	// The sources of the list, without what they have twice.
	common := strings.Fields("1234 1111 0000 1212 7777 1004 2000 4444 2222 6969 9999 3333 5555 6666 1122 1313 8888 4321 2001 1010 " +
		"2580 0007 1984 0852 1998 5683 1342 1986 2020 1989 2004")
	isCommon := func(pin string) bool { return strings.Contains(" "+strings.Join(common, " ")+" ", " "+pin+" ") }
	require.Len(t, common, 31)
	require.Equal(t, 31, refused(t, pinverify.Rules{Common: true}, 4, testPAN, isCommon))

	// Of the 31, thirteen are no pattern. 10 PINs of one digit are pairs also, no
	// sequence is a pair: 190 + 20 + 13. The PAN has 13 more at most.
	const pan = "9081726354453624"
	patterns := func(pin string) bool { return slowSequence(pin) || slowPairs(pin) || isCommon(pin) }
	all := pinverify.CommonRules()
	all.PAN = false
	require.Equal(t, 223, refused(t, all, 4, pan, patterns))
	require.Equal(t, 236, refused(t, pinverify.CommonRules(), 4, pan,
		func(pin string) bool { return patterns(pin) || strings.Contains(pan, pin) }))
}

func TestRulesOnLongPINs(t *testing.T) {
	t.Parallel()
	const pan = "4012888812345678901"
	for pin, want := range map[string]bool{
		"123456789012": true, "098765432109": true, "777777777777": true, "121212121212": true, "112233445566": true,
		"12121212121": true, "11223344556": false, "123456789013": false, "777777777778": false, "121212121213": false,
		"112233445567": false, "212345678901": false, "888812345678": true, "123456": true, "159753": true, "1597530": false,
		"789456": true, "135790": false, "123123": true,
	} {
		require.Equal(t, slowRepeated(pin) || slowSequence(pin) || slowPairs(pin) || strings.Contains(pan, pin) ||
			strings.Contains(" 159753 789456 123123 ", pin+" "), want, "the test's own view of %s", pin)
		err := pinverify.CommonRules().Judge(mustPIN(t, pin), mustPAN(t, pan))
		if want {
			require.ErrorIs(t, err, pinverify.ErrWeakPIN, pin)
		} else {
			require.NoError(t, err, pin)
		}
	}
}

func TestRulesLengths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ least, most, first, last int }{
		{0, 0, 4, 12}, {4, 4, 4, 4}, {6, 0, 6, 12}, {0, 6, 4, 6}, {5, 8, 5, 8}, {12, 12, 12, 12},
	} {
		r := pinverify.Rules{MinLength: c.least, MaxLength: c.most}
		require.NoError(t, r.Check())
		// Test data has PINs of other lengths than 4 to 12, and no rules take them.
		for n := 4; n <= 16; n++ {
			err := r.Judge(mustPIN(t, strings.Repeat("7", n)), pinblock.PAN{})
			require.Equal(t, n >= c.first && n <= c.last, err == nil, "%+v, %d digits", c, n)
			require.Equal(t, err == nil, r.TakesLength(n))
			if err != nil {
				require.ErrorIs(t, err, pinverify.ErrRuleLength)
			}
		}
	}
	for _, bad := range [][2]int{{3, 0}, {0, 13}, {7, 6}, {-1, 0}, {0, -1}, {13, 0}, {0, 3}, {1, 2}} {
		r := pinverify.Rules{MinLength: bad[0], MaxLength: bad[1]}
		require.ErrorIs(t, r.Check(), pinverify.ErrRules, bad)
		require.ErrorIs(t, r.Judge(mustPIN(t, "8068"), pinblock.PAN{}), pinverify.ErrRules, bad)
	}
	short := pinverify.Rules{MinLength: 6, Repeated: true}
	require.ErrorIs(t, short.Judge(mustPIN(t, "1111"), pinblock.PAN{}), pinverify.ErrRuleLength, "the length first")
}

func TestRulesThatCannotJudge(t *testing.T) {
	t.Parallel()
	pin, pan := mustPIN(t, "8068"), mustPAN(t, testPAN)
	require.ErrorIs(t, pinverify.Rules{}.Judge(pinblock.PIN{}, pan), pinverify.ErrPIN)
	require.ErrorIs(t, pinverify.CommonRules().Judge(pin, pinblock.PAN{}), pinverify.ErrRulePAN)
	require.NoError(t, pinverify.Rules{Pairs: true}.Judge(pin, pinblock.PAN{}), "no PAN is needed for that")
}

func TestRulesIsZero(t *testing.T) {
	t.Parallel()
	require.True(t, pinverify.Rules{}.IsZero())
	excluded, err := pinverify.ParseExclusions([]string{"8068"})
	require.NoError(t, err)
	for _, r := range []pinverify.Rules{{MinLength: 4}, {MaxLength: 12}, {Repeated: true}, {Sequences: true}, {Pairs: true},
		{PAN: true}, {Common: true}, {Excluded: excluded}, pinverify.CommonRules()} {
		require.False(t, r.IsZero(), "%+v", r)
		require.NoError(t, r.Check())
	}
}

// TestRulesAreData: rules without a list can be kept in a document.
func TestRulesAreData(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(pinverify.Rules{MinLength: 4, MaxLength: 6, Pairs: true})
	require.NoError(t, err)
	var back pinverify.Rules
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, 6, back.MaxLength)
	require.True(t, back.Pairs && !back.Sequences && back.Excluded.IsZero())
}

func TestJudgeAllocatesNothing(t *testing.T) {
	r, pin, pan := pinverify.CommonRules(), mustPIN(t, "8068"), mustPAN(t, testPAN)
	require.NoError(t, r.Judge(pin, pan))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = r.Judge(pin, pan) }))
}

func ExampleRules() {
	rules := pinverify.CommonRules()
	rules.MaxLength = 6
	pan, _ := pinblock.ParsePAN("4111111111111111")
	for _, text := range []string{"8068", "4321", "1212", "2580", "4111", "80680680"} {
		pin, _ := pinblock.ParsePIN(text) // in production it comes in a block
		fmt.Println(rules.Judge(pin, pan))
	}
	// Output:
	// <nil>
	// pinverify: the PIN is too easy to guess
	// pinverify: the PIN is too easy to guess
	// pinverify: the PIN is too easy to guess
	// pinverify: the PIN is too easy to guess
	// pinverify: the PIN is not as long as the rules ask
}
