package main

import "math/bits"

// build adds to n what is missing for a gate that equals target where mask is
// set, and returns that gate. It fails if n would grow beyond limit.
//
// It is the way of Kwan ("Reducing the gate count of bitslice DES", 2000): take a
// gate that is there; or one more gate; or two; else divide the question by an
// input and solve both halves, the second with the gates of the first. What he
// tries in order is drawn here.
func (s *searcher) build(n *net, target, mask uint64, limit int) (ref, bool) {
	if r, ok := n.find(target, mask); ok {
		return r, true
	}
	if n.n+1 > limit || n.n+3 > most {
		return 0, false
	}
	if r, ok := s.onePair(n, target, mask); ok {
		return r, true
	}
	if s.three {
		if r, ok := s.oneTriple(n, target, mask); ok {
			return r, true
		}
	}
	if n.n+2 > limit {
		return 0, false
	}
	switch {
	case !s.three:
		if r, ok := s.twoPairs(n, target, mask); ok {
			return r, true
		}
	case bits.OnesCount64(mask) <= 32:
		if r, ok := s.twoTriples(n, target, mask); ok {
			return r, true
		}
	}
	if s.rand.IntN(4) > 0 {
		if r, ok, tried := s.narrow(n, target, mask, limit); tried {
			return r, ok
		}
	}
	return s.divide(n, target, mask, limit)
}

// find returns a gate that is target already, or its complement.
func (n *net) find(target, mask uint64) (ref, bool) {
	for i, v := range n.val[:n.n] {
		switch d := (v ^ target) & mask; d {
		case 0:
			return ref(i << 1), true
		case mask:
			return ref(i<<1 | 1), true
		}
	}
	return 0, false
}

// divide solves target where an input is 0 and where it is 1, and joins the two.
// Where little is left of the mask it tries every input, else one at random.
func (s *searcher) divide(n *net, target, mask uint64, limit int) (ref, bool) {
	tries := 1
	if left := bits.OnesCount64(mask); left <= 16 {
		tries = 4
	} else if left <= 32 {
		tries = 2
	}
	var best *net
	var bestRef ref
	for range tries {
		m := *n
		r, ok := s.divideOnce(&m, target, mask, limit)
		if ok && (best == nil || m.n < best.n) {
			best, bestRef = &m, r
			limit = m.n - 1
		}
	}
	if best == nil {
		return 0, false
	}
	*n = *best
	return bestRef, true
}

func (s *searcher) divideOnce(n *net, target, mask uint64, limit int) (ref, bool) {
	bit, ok := s.divider(n, mask)
	if !ok {
		return 0, false
	}
	// The first half is where the divider is w; only there must first be right.
	w := n.val[bit]
	inverted := s.rand.IntN(2) == 1
	if inverted {
		w = ^w
	}
	first, ok := s.build(n, target, mask&w, limit-1)
	if !ok {
		return 0, false
	}
	if s.three && s.rand.IntN(2) == 0 {
		second, ok := s.build(n, target, mask&^w, limit-1)
		if !ok {
			return 0, false
		}
		var t uint8 // first if w, else second
		for v := range 8 {
			d, a, b := v>>2&1, v>>1&1^int(first&1), v&1^int(second&1)
			if inverted {
				d ^= 1
			}
			if d == 1 && a == 1 || d == 0 && b == 1 {
				t |= 1 << v
			}
		}
		return ref(n.add3(t, bit, int(first>>1), int(second>>1)) << 1), true
	}
	// target = first ^ (second & not w)
	have := n.val[first>>1]
	if first&1 == 1 {
		have = ^have
	}
	cost := 2
	if s.three {
		cost = 1
	}
	second, ok := s.build(n, target^have, mask&^w, limit-cost)
	if !ok || n.n+cost > limit {
		return 0, false
	}
	var and uint8 // of bit and second
	for v := range 4 {
		d, b := v>>1&1, v&1^int(second&1)
		if inverted {
			d ^= 1
		}
		if d == 0 && b == 1 {
			and |= 1 << v
		}
	}
	if s.three {
		var t uint8
		for v := range 8 {
			x := v>>1&1 ^ int(first&1) ^ int(and>>(v>>2&1<<1|v&1)&1)
			t |= uint8(x) << v
		}
		return ref(n.add3(t, bit, int(first>>1), int(second>>1)) << 1), true
	}
	r := ref(n.add2(6, int(first>>1), n.add2(and, bit, int(second>>1))) << 1)
	return r ^ first&1, true
}

// divider draws a gate that is 0 somewhere in mask and 1 somewhere else, most
// often an input.
func (s *searcher) divider(n *net, mask uint64) (int, bool) {
	for range 50 {
		i := s.rand.IntN(6)
		if s.rand.IntN(8) == 0 {
			i = s.rand.IntN(n.n)
		}
		a := bits.OnesCount64(n.val[i] & mask)
		all := bits.OnesCount64(mask)
		if a*4 >= all && (all-a)*4 >= all {
			return i, true
		}
	}
	for i := range 6 {
		if v := n.val[i] & mask; v != 0 && v != mask {
			return i, true
		}
	}
	return 0, false
}

// narrow makes target one gate from what is there and a new gate that has to be
// right in a part of the mask only. It does not try if that part is large.
func (s *searcher) narrow(n *net, target, mask uint64, limit int) (r ref, ok, tried bool) {
	if s.three {
		return s.narrowThree(n, target, mask, limit)
	}
	// target is constant where gate i is v, so only the rest matters.
	found, gate, part := 0, 0, uint64(0)
	for i := range n.n {
		for _, w := range [2]uint64{n.val[i], ^n.val[i]} {
			in := mask & w
			if in == 0 || in == mask || (target&in != 0 && target&in != in) {
				continue
			}
			if bits.OnesCount64(in)*4 < bits.OnesCount64(mask) {
				continue
			}
			if found++; s.rand.IntN(found) == 0 {
				gate, part = i, w
			}
		}
	}
	if found == 0 {
		return 0, false, false
	}
	one := target&mask&part != 0
	second, ok := s.build(n, target, mask&^part, limit-1)
	if !ok || n.n+1 > limit {
		return 0, false, true
	}
	var t uint8
	for v := range 4 {
		a, b := v>>1&1, v&1^int(second&1)
		in := (a == 1) == (n.val[gate] == part)
		if in && one || !in && b == 1 {
			t |= 1 << v
		}
	}
	return ref(n.add2(t, gate, int(second>>1)) << 1), true, true
}
