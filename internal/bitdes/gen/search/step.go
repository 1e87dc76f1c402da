package main

import "math/bits"

// cells divides the ones and the zeros of target by the gates a and b; conflict
// has a bit for each of the four cells that holds both.
func cells(a, b, ones, zeros uint64) (o, z [4]uint64, conflict uint8) {
	for q, c := range [4]uint64{^a & ^b, b &^ a, a &^ b, a & b} {
		o[q], z[q] = ones&c, zeros&c
		if o[q] != 0 && z[q] != 0 {
			conflict |= 1 << q
		}
	}
	return o, z, conflict
}

// tables2 are the functions of two inputs that depend on both.
var tables2 = [10]uint8{1, 2, 4, 8, 6, 9, 7, 11, 13, 14}

// pairTable draws a function of two inputs that is right in every cell.
func (s *searcher) pairTable(o, z *[4]uint64) uint8 {
	var need1, need0, drawn uint8
	for q := range 4 {
		if o[q] != 0 {
			need1 |= 1 << q
		}
		if z[q] != 0 {
			need0 |= 1 << q
		}
	}
	found := 0
	for _, t := range tables2 {
		if t&need0 == 0 && need1&^t == 0 {
			if found++; s.rand.IntN(found) == 0 {
				drawn = t
			}
		}
	}
	return drawn
}

// onePair makes target from two gates.
func (s *searcher) onePair(n *net, target, mask uint64) (ref, bool) {
	found, ba, bb, bt := 0, 0, 0, uint8(0)
	ones, zeros := target&mask, mask&^target
	for a := range n.n {
		for b := range a {
			o, z, conflict := cells(n.val[a], n.val[b], ones, zeros)
			if conflict != 0 {
				continue
			}
			if found++; s.rand.IntN(found) == 0 {
				ba, bb, bt = a, b, s.pairTable(&o, &z)
			}
		}
	}
	if found == 0 || bt == 0 {
		return 0, false
	}
	return ref(n.add2(bt, ba, bb) << 1), true
}

// twoPairs makes target from three gates by way of one more.
func (s *searcher) twoPairs(n *net, target, mask uint64) (ref, bool) {
	type answer struct {
		a, b, c      int
		inner, outer uint8
	}
	var drawn answer
	found := 0
	ones, zeros := target&mask, mask&^target
	for a := range n.n {
		for b := range a {
			o, z, conflict := cells(n.val[a], n.val[b], ones, zeros)
			for c := range b {
				if !splits(&o, &z, conflict, n.val[c]) {
					continue
				}
				for _, p := range [3][3]int{{a, b, c}, {a, c, b}, {b, c, a}} {
					for _, t := range tables2[:5] {
						io, iz, bad := cells(apply2(t, n.val[p[0]], n.val[p[1]]), n.val[p[2]], ones, zeros)
						if bad != 0 {
							continue
						}
						if found++; s.rand.IntN(found) == 0 {
							if outer := s.pairTable(&io, &iz); outer != 0 {
								drawn = answer{p[0], p[1], p[2], t, outer}
							}
						}
					}
				}
			}
		}
	}
	if drawn.outer == 0 {
		return 0, false
	}
	inner := n.add2(drawn.inner, drawn.a, drawn.b)
	return ref(n.add2(drawn.outer, inner, drawn.c) << 1), true
}

// splits reports whether c separates the ones from the zeros in each cell that
// holds both.
func splits(o, z *[4]uint64, conflict uint8, c uint64) bool {
	for q := conflict; q != 0; q &= q - 1 {
		i := bits.TrailingZeros8(q)
		if o[i]&c != 0 && z[i]&c != 0 || o[i]&^c != 0 && z[i]&^c != 0 {
			return false
		}
	}
	return true
}

// oneTriple makes target from three gates by a table.
func (s *searcher) oneTriple(n *net, target, mask uint64) (ref, bool) {
	a, b, c, ok := s.triple(n, target&mask, mask&^target)
	if !ok {
		return 0, false
	}
	return ref(n.add3(s.tripleTable(n, a, b, c, target&mask, mask&^target), a, b, c) << 1), true
}

// triple draws three gates of which target is a function.
func (s *searcher) triple(n *net, ones, zeros uint64) (ba, bb, bc int, ok bool) {
	found := 0
	for a := range n.n {
		for b := range a {
			o, z, conflict := cells(n.val[a], n.val[b], ones, zeros)
			for c := range b {
				if splits(&o, &z, conflict, n.val[c]) {
					if found++; s.rand.IntN(found) == 0 {
						ba, bb, bc = a, b, c
					}
				}
			}
		}
	}
	return ba, bb, bc, found > 0
}

// tripleTable is the function, with what does not matter drawn.
func (s *searcher) tripleTable(n *net, a, b, c int, ones, zeros uint64) (t uint8) {
	free := uint8(s.rand.Uint32())
	switch s.rand.IntN(3) {
	case 0:
		free = 0
	case 1:
		free = 0xff
	}
	o, z, _ := cells(n.val[a], n.val[b], ones, zeros)
	for q := range 4 {
		for i, w := range [2]uint64{^n.val[c], n.val[c]} {
			v := q<<1 | i
			switch {
			case o[q]&w != 0:
				t |= 1 << v
			case z[q]&w == 0:
				t |= free & (1 << v)
			}
		}
	}
	return t
}

// twoTriples makes target from two gates and a new one of three.
func (s *searcher) twoTriples(n *net, target, mask uint64) (ref, bool) {
	for _, p := range s.pairs(n.n) {
		o, z, conflict := cells(n.val[p[0]], n.val[p[1]], target&mask, mask&^target)
		// The new gate has to tell ones from zeros in each cell that holds both;
		// which of the two it is there, is free.
		for turn := range 8 {
			ones, zeros, ok := turnCells(&o, &z, conflict, turn)
			if !ok {
				break
			}
			a, b, c, ok := s.triple(n, ones, zeros)
			if !ok {
				continue
			}
			inner := n.add3(s.tripleTable(n, a, b, c, ones, zeros), a, b, c)
			t := s.tripleTable(n, inner, p[0], p[1], target&mask, mask&^target)
			return ref(n.add3(t, inner, p[0], p[1]) << 1), true
		}
	}
	return 0, false
}

// turnCells is the turn-th way of what a new gate has to be, false if there are
// no more.
func turnCells(o, z *[4]uint64, conflict uint8, turn int) (ones, zeros uint64, ok bool) {
	k := 0
	for q := conflict; q != 0; q &= q - 1 {
		i := bits.TrailingZeros8(q)
		if k > 0 && turn>>(k-1)&1 == 1 {
			ones, zeros = ones|z[i], zeros|o[i]
		} else {
			ones, zeros = ones|o[i], zeros|z[i]
		}
		k++
	}
	return ones, zeros, k > 0 && turn < 1<<(k-1)
}

func (s *searcher) pairs(n int) [][2]int {
	var p [][2]int
	for a := range n {
		for b := range a {
			p = append(p, [2]int{a, b})
		}
	}
	s.rand.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

// narrowThree is narrow with two gates that are there.
func (s *searcher) narrowThree(n *net, target, mask uint64, limit int) (r ref, ok, tried bool) {
	found, ba, bb := 0, 0, 0
	for a := range n.n {
		for b := range a {
			o, z, conflict := cells(n.val[a], n.val[b], target&mask, mask&^target)
			left := 0
			for q := conflict; q != 0; q &= q - 1 {
				i := bits.TrailingZeros8(q)
				left += bits.OnesCount64(o[i] | z[i])
			}
			if left*2 > bits.OnesCount64(mask) {
				continue
			}
			if found++; s.rand.IntN(found) == 0 {
				ba, bb = a, b
			}
		}
	}
	if found == 0 {
		return 0, false, false
	}
	o, z, conflict := cells(n.val[ba], n.val[bb], target&mask, mask&^target)
	ways := 1 << max(bits.OnesCount8(conflict)-1, 0)
	ones, zeros, _ := turnCells(&o, &z, conflict, s.rand.IntN(ways))
	inner, ok := s.build(n, ones, ones|zeros, limit-1)
	if !ok || n.n+1 > limit {
		return 0, false, true
	}
	t := s.tripleTable(n, int(inner>>1), ba, bb, target&mask, mask&^target)
	return ref(n.add3(t, int(inner>>1), ba, bb) << 1), true, true
}
