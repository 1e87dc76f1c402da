package ontoken

// checkFill reports whether the fill of a field is good, and completes its frame.
// It looks at all of it whatever it finds.
func (b *Bench) checkFill(x *Field) (bool, error) {
	l := x.layout()
	x.frame = l.head(x.n)
	switch l.fill {
	case fixed:
		x.frame |= repeat(l.digit) & fillMask(x.n)
		return b.checkFixed(x, l.digit)
	case aToF:
		return b.checkAToF(x)
	}
	return true, nil // anything is
}

// checkFixed looks at the whole fill at once. 3 calls, 4 for ISO-4 with an odd
// number of digits.
func (b *Bench) checkFixed(x *Field, digit uint64) (bool, error) {
	bit, size := 4*(2+x.n), (15-x.n)/2
	if x.n%2 == 0 {
		c, err := b.look(x.plain, bit, size)
		return err == nil && b.m.fixed(c, digit, size), err
	}
	o, err := b.eight(x) // what is right of the fill must not be seen
	if err != nil {
		return false, err
	}
	c, err := b.lookOdd(o, bit, digit)
	return err == nil && b.m.fixed(c, digit, size), err
}

// eight returns the field without the PAN as a secret of 8 bytes.
func (b *Bench) eight(x *Field) (o Object, err error) {
	if !x.isLong() {
		return x.plain, nil
	}
	if x.half == 0 {
		x.half, err = b.hold(b.t.Extract(x.plain, 0, 8))
	}
	return x.half, err
}

// checkAToF looks the fill up two nibbles after two nibbles, four in one go where
// there are four, and so gets to know it. With an odd number of them the last look
// overlaps the one before: 3 calls for 2 nibbles, 4 for 4, 6 for 3, 7 for 5 and 6,
// 8 for 7 and 8, 11 for 9 and 10.
func (b *Bench) checkAToF(x *Field) (bool, error) {
	good := true
	for i := 2 + x.n; i < 16; {
		if left := 16 - i; left >= 4 || left == 3 && x.n <= 10 {
			i = min(i, 12)
			ok, err := b.learnTwo(x, i)
			if err != nil {
				return false, err
			}
			good = ok && good
			i += 4
			continue
		}
		i = min(i, 14)
		c, err := b.look(x.plain, 4*i, 1)
		if err != nil {
			return false, err
		}
		p, ok := b.m.pair(c, firstTable)
		x.learn(i, p)
		good = ok && good
		i += 2
	}
	return good, nil
}

// learnTwo looks up the four nibbles from nibble i on.
func (b *Bench) learnTwo(x *Field, i int) (bool, error) {
	last, first, err := b.lookTwo(x.plain, 4*i)
	if err != nil {
		return false, err
	}
	p, ok := b.m.pair(last, lastTable)
	q, too := b.m.pair(first, firstTable)
	x.learn(i, p)
	x.learn(i+2, q)
	return ok && too, nil
}

// learn notes the fill nibbles i and i+1.
func (f *Field) learn(i int, pair byte) { f.frame |= uint64(pair) << (56 - 4*i) }
