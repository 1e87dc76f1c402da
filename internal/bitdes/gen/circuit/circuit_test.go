package circuit

import (
	"strings"
	"testing"
)

func TestEvalNoticesMistakes(t *testing.T) {
	t.Parallel()
	const right = "t1 = xor x1 x2\ny1 = is t1\ny2 = not t1\ny3 = andn x1 x2\ny4 = lut e8 x1 x2 x3\n"
	c, err := Parse(strings.NewReader("# a comment\n\n" + right))
	if err != nil || c.String() != right || c.Gates() != 4 {
		t.Fatalf("%v, %d gates:\n%s", err, c.Gates(), c)
	}
	out, err := c.Eval()
	a, b, d := Inputs[0], Inputs[1], Inputs[2]
	if want := [4]uint64{a ^ b, ^(a ^ b), ^a & b, a&b | a&d | b&d}; err != nil || out != want {
		t.Fatalf("%v: %x, want %x", err, out, want)
	}
	for _, wrong := range []string{
		"y1 = is x1",                          // outputs missing
		right + "t2 = and t3 x1",              // not there
		"t2 = and t1 x1\n" + right,            // not there yet
		right + "t1 = or x1 x2",               // twice
		strings.ReplaceAll(right, "y3", "y5"), // another output
	} {
		c, err := Parse(strings.NewReader(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Eval(); err == nil {
			t.Errorf("no error for\n%s", wrong)
		}
	}
	for _, wrong := range []string{"t1 = nand x1 x2", "t1 = and x1", "t1 and x1 x2", "t1 = lut 1ff x1 x2 x3", "t1 = lut e8 x1 x2"} {
		if _, err := Parse(strings.NewReader(wrong)); err == nil {
			t.Errorf("no error for %q", wrong)
		}
	}
}

// Every row of an S-box is a permutation of 0 to 15: a slip of the pen is not.
func TestBoxesArePermutations(t *testing.T) {
	t.Parallel()
	for n, box := range Boxes {
		for row := range 4 {
			seen := 0
			for _, v := range box[16*row : 16*row+16] {
				seen |= 1 << v
			}
			if seen != 0xffff {
				t.Errorf("S%d, row %d", n+1, row)
			}
		}
	}
}
