package explain_test

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// checkTree holds the path to the counter, and the keys beside it to their number.
func checkTree(t *testing.T, tree *explain.Node, ksn dukpt.KSN) {
	t.Helper()
	path := starred(tree)
	if path[0].Name == "BDK" {
		path = path[1:]
	}
	require.Equal(t, "initial key", path[0].Name)
	length := 21
	if ksn.IsAES() {
		length = 32
	}
	at, free := uint32(0), length
	for _, n := range path[1:] {
		var counter uint32
		_, err := fmt.Sscanf(n.Name, "counter %X", &counter)
		require.NoError(t, err)
		require.Equal(t, at, counter&(counter-1), "one bit more, to the right of the others")
		at, free = counter, bits.TrailingZeros32(counter)
	}
	if strings.Contains(path[len(path)-1].Note, "transaction key") {
		require.Equal(t, ksn.Counter(), at)
		below := path[len(path)-1].Children
		if most := map[bool]int{false: 10, true: 16}[ksn.IsAES()]; free == 0 || bits.OnesCount32(at) >= most {
			require.Empty(t, below, "no later transaction has a key below this one")
		} else {
			require.Len(t, below, 1)
			require.Equal(t, plural(free, "key"), below[0].Name)
		}
	} else {
		require.Equal(t, uint32(0xffffffff), at, "the way to the update key")
		return
	}
	free = length
	for i, n := range path[:len(path)-1] {
		require.Len(t, n.Children, min(free, 3), "the one taken, another, and how many more")
		if free > 2 {
			require.Equal(t, plural(free-2, "other key"), n.Children[2].Name)
		}
		var counter uint32
		_, err := fmt.Sscanf(path[i+1].Name, "counter %X", &counter)
		require.NoError(t, err)
		for _, beside := range n.Children[:min(free, 2)] {
			var other uint32
			_, err := fmt.Sscanf(beside.Name, "counter %X", &other)
			require.NoError(t, err)
			switch {
			case other > counter:
				require.Equal(t, "not taken: its bit is zero", beside.Note)
			case other < counter:
				require.Equal(t, "not taken: its bit comes later", beside.Note)
			}
		}
		free = bits.TrailingZeros32(counter)
	}
}
