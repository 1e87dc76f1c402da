package ontoken

import "slices"

// bin is where objects are kept from the moment they are made, so that none is
// forgotten on any path.
type bin struct {
	t    Token
	held []Object
	room [32]Object // of held, so that it rarely needs a heap
}

func (b *bin) init(t Token) {
	b.t = t
	b.held = b.room[:0]
}

// hold takes what a method of the token returned.
func (b *bin) hold(o Object, err error) (Object, error) {
	if err == nil {
		b.held = append(b.held, o)
	}
	return o, err
}

// release destroys all but the first n objects, the youngest first.
func (b *bin) release(n int) {
	for i := len(b.held) - 1; i >= n; i-- {
		b.t.Destroy(b.held[i])
	}
	b.held = b.held[:n]
}

// only destroys all objects but these.
func (b *bin) only(keep ...Object) {
	n := 0
	for _, o := range b.held {
		if slices.Contains(keep, o) {
			b.held[n] = o
			n++
			continue
		}
		b.t.Destroy(o)
	}
	b.held = b.held[:n]
}
