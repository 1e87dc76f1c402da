package explain

import (
	"math/bits"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// tree returns the tree of keys from the one that was given down the path.
func (d *dukptWalk) tree(path []uint32) (*Node, error) {
	below, err := d.branches(path)
	if err != nil {
		return nil, err
	}
	ik := Node{Name: "initial key", Value: cleartext.Hex(d.ik), Kind: Key, Note: "counter " + counterText(d.ksn, 0), OnPath: true, Children: below}
	if d.key.Usage() == keys.UsageInitialKey {
		return &ik, nil
	}
	return &Node{Name: "BDK", Value: cleartext.Hex(d.key), Kind: Key, Note: "KCV " + d.key.KCV(), OnPath: true, Children: []Node{ik}}, nil
}

// branches returns what is below the initial key: on the path the keys of its
// counters, and beside it one key for the look of it and how many more there are.
func (d *dukptWalk) branches(path []uint32) ([]Node, error) {
	var below []Node
	for i := len(path) - 1; i >= 0; i-- {
		n, err := d.node(path[i], "")
		if err != nil {
			return nil, err
		}
		n.OnPath, n.Children = true, below
		if i == len(path)-1 {
			n.Note += "; transaction key, not a working key"
			n.Children = d.future(path[i])
		}
		if below, err = d.beside(n, path[i]); err != nil {
			return nil, err
		}
	}
	return below, nil
}

// node returns the node of a counter.
func (d *dukptWalk) node(counter uint32, note string) (Node, error) {
	key, err := d.keyOf(counter)
	if err != nil {
		return Node{}, err
	}
	if note == "" {
		note = d.inputOf(counter)
	}
	return Node{Name: "counter " + counterText(d.ksn, counter), Value: upperHex(key), Kind: Key, Note: note}, nil
}

// beside returns a node and its siblings: the nearest one with its key, the others
// counted.
func (d *dukptWalk) beside(taken Node, counter uint32) ([]Node, error) {
	siblings := counterLength(d.ksn) - 1
	bit := bits.TrailingZeros32(counter)
	parent := counter & (counter - 1)
	if parent != 0 {
		siblings = bits.TrailingZeros32(parent) - 1
	}
	if siblings == 0 {
		return []Node{taken}, nil
	}
	nodes := []Node{taken}
	if left := parent | 1<<(bit+1); bit < siblings {
		n, err := d.node(left, "not taken: its bit is zero")
		if err != nil {
			return nil, err
		}
		nodes = []Node{n, taken}
	} else {
		n, err := d.node(parent|1<<(bit-1), "not taken: its bit comes later")
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if siblings > 1 {
		nodes = append(nodes, Node{Name: count(siblings-1, "other key"), Note: "one for each bit that could be next"})
	}
	return nodes, nil
}

// future returns what a terminal makes of a transaction key before erasing it: the keys
// of the counters with one more bit, unless these would have too many.
func (d *dukptWalk) future(counter uint32) []Node {
	n := bits.TrailingZeros32(counter)
	next, err := d.ksn.Next()
	if n == 0 || err != nil || next.Counter() != counter+1 {
		return nil
	}
	return []Node{{Name: count(n, "key"), Note: "of later transactions"}}
}
