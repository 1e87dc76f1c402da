package pinverify

import "sync"

// commonest are the PINs of the rule Common. They are published, and so no
// secret. Many of them fall under other rules too: the list is whole, so that
// the rule does what it says by itself. That an issuer should have such a list
// is the advice of Bonneau, Preibusch and Anderson, "A birthday present every
// eleven wallets? The security of customer-chosen banking PINs" (2012).
var commonest = []string{
	// The twenty most frequent of 3.4 million passwords of four digits, and three
	// of those that come next: N. Berry, "PIN analysis" (2012).
	"1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969",
	"9999", "3333", "5555", "6666", "1122", "1313", "8888", "4321", "2001", "1010",
	"2580", "0007", "1984",

	// The ten most popular of each length on phones: Markert, Bailey, Golla,
	// Dürmuth and Aviv, "This PIN can be easily guessed" (2020).
	"0852", "1998", "5683",
	"000000", "111111", "112233", "121212", "123123", "123456", "159753", "654321", "666666", "789456",

	// What the twenty most frequent of 29 million PINs have besides: ABC News
	// (Australia), J. Fell and T. Tan, on the data of Have I Been Pwned.
	"1342", "1986", "2020", "1989", "2004",
}

var commonPINs = sync.OnceValue(func() Exclusions {
	e, _ := ParseExclusions(commonest) // a test holds the list to being PINs
	return e
})
