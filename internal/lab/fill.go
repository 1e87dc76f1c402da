package lab

import (
	"crypto/rand"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// most is more than the random digits of any format.
const most = 32

// drawFill returns random fill for a block, as many digits as it takes, so that
// the command and the program can name it and make the same block. Which digits a
// format allows, and how many it takes, the library is asked. It is empty for a
// format without random fill, and for a block that cannot be made.
func drawFill(f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o clear.Options) string {
	if !traitsOf(f.Base()).fill {
		return ""
	}
	takes := func(fill string) bool {
		o.Fill = fill
		_, err := clear.Encode(nil, f, pin, pan, &o)
		return err == nil
	}
	allowed := ""
	for _, d := range "0123456789ABCDEF" {
		if takes(strings.Repeat(string(d), most)) {
			allowed += string(d)
		}
	}
	if allowed == "" {
		return ""
	}
	fill := drawDigits(allowed)
	for n := 1; n < most; n++ {
		if takes(fill[:n]) {
			return fill[:n]
		}
	}
	return fill
}

// drawDigits returns most random digits of those allowed, all of them equally
// likely.
func drawDigits(allowed string) string {
	limit := 256 - 256%len(allowed)
	var b strings.Builder
	for b.Len() < most {
		var x [1]byte
		_, _ = rand.Read(x[:]) // it does not fail: see crypto/rand
		if int(x[0]) < limit {
			b.WriteByte(allowed[int(x[0])%len(allowed)])
		}
	}
	return b.String()
}
