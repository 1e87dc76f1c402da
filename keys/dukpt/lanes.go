package dukpt

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync"

	"github.com/pinion-hsm/pinion/internal/bitdes"
	"github.com/pinion-hsm/pinion/keys"
)

// Many TDES keys are derived side by side: each step of each of them is two blocks
// under two keys, which package bitdes enciphers with those of all the others. Counters
// differ in how many steps they take. So the lanes are packed before each step, and
// those that have arrived take no part.

// mostLanes is how many transactions go side by side: so many that few of the lanes that
// bitdes has are idle when most have arrived, and so few that all this stays in the cache.
const mostLanes = 1024

// lanes is the memory of a derivation. It is used again, and wiped before that.
type lanes struct {
	ways   [mostLanes]way
	active []way // those that go on, at the beginning of ways
	keys   [2 * mostLanes][16]byte
	data   [2 * mostLanes * 8]byte
}

// way is how far the derivation of a key has come. It is public.
type way struct {
	place    int    // of the key
	register uint64 // the crypto register, with the counter of the key as it is
	rest     uint32 // the one bits that the counter does not have yet
}

var lanesPool = sync.Pool{New: func() any { return new(lanes) }}

// pinKeys makes the PIN keys of at most mostLanes transactions from root, which is a BDK
// or an initial key. Where a KSN is none of TDES DUKPT the key is not to be used.
func (l *lanes) pinKeys(made [][16]byte, root *[16]byte, isBDK bool, ksns []KSN) (err error) {
	defer l.wipe(len(ksns))
	l.begin(made, root, ksns)
	if isBDK {
		err = l.initial(made, ksns)
	}
	for err == nil && len(l.active) > 0 {
		err = l.child(made)
	}
	if err != nil {
		return fmt.Errorf("keys/dukpt: %w", err) // GODEBUG=fips140=only
	}
	for i := range made {
		k := loadTDES(&made[i])
		k.variant(purposes[PIN].variant)
		k.store(&made[i])
	}
	return nil
}

// begin puts every transaction at the root.
func (l *lanes) begin(made [][16]byte, root *[16]byte, ksns []KSN) {
	l.active = l.ways[:0]
	for i, ksn := range ksns {
		made[i] = *root
		if checkTDES(ksn) == nil {
			l.active = append(l.active, way{i, ksn.register(0), ksn.Counter()})
		}
	}
}

// initial is [tdesKey.initial] for all.
func (l *lanes) initial(made [][16]byte, ksns []KSN) error {
	for j, w := range l.active {
		id := ksns[w.place].InitialKeyID()
		k := loadTDES(&made[w.place])
		l.put(2*j, k, binary.BigEndian.Uint64(id[:]))
		l.put(2*j+1, tdesKey{k.left ^ keyMask, k.right ^ keyMask}, binary.BigEndian.Uint64(id[:]))
	}
	err := l.encrypt()
	for j, w := range l.active {
		made[w.place] = [16]byte(l.data[16*j:])
	}
	return err
}

// child is [tdesKey.child] for all that are on their way. TDES with one key thrice is
// single DES.
func (l *lanes) child(made [][16]byte) error {
	for j := range l.active {
		w := &l.active[j]
		bit := uint32(1) << (bits.Len32(w.rest) - 1)
		w.register |= uint64(bit)
		w.rest &^= bit
		k := loadTDES(&made[w.place])
		masked := k.left ^ keyMask
		l.put(2*j, tdesKey{masked, masked}, w.register^k.right^keyMask)
		l.put(2*j+1, tdesKey{k.left, k.left}, w.register^k.right)
	}
	err := l.encrypt()
	on := l.ways[:0]
	for j, w := range l.active {
		k := loadTDES(&made[w.place])
		k.left, k.right = l.get(2*j)^k.right^keyMask, l.get(2*j+1)^k.right
		k.store(&made[w.place])
		if w.rest != 0 {
			on = append(on, w)
		}
	}
	l.active = on
	return err
}

func (l *lanes) put(lane int, k tdesKey, block uint64) {
	k.store(&l.keys[lane])
	binary.BigEndian.PutUint64(l.data[8*lane:], block)
}

func (l *lanes) get(lane int) uint64 { return binary.BigEndian.Uint64(l.data[8*lane:]) }

// encrypt enciphers the two blocks of each active transaction.
func (l *lanes) encrypt() error {
	n := 2 * len(l.active)
	return bitdes.EncryptLanes(l.data[:8*n], l.data[:8*n], l.keys[:n])
}

// wipe clears what the derivation of n keys has left.
func (l *lanes) wipe(n int) {
	clear(l.keys[:2*n])
	clear(l.data[:16*n])
}

// checkTDES returns nil if ksn is that of a transaction of TDES DUKPT.
func checkTDES(ksn KSN) error {
	if ksn.IsAES() {
		return ErrScheme
	}
	return ksn.Check()
}

// finish returns what is wrong with each transaction, counted from first, and clears
// the keys of those.
func finish(made [][16]byte, ksns []KSN, first int, faults []Fault) []Fault {
	for i, ksn := range ksns {
		err := checkTDES(ksn)
		if k := loadTDES(&made[i]); err == nil && k.weak() {
			err = keys.ErrWeak
		}
		if err != nil {
			clear(made[i][:])
			faults = append(faults, Fault{Index: first + i, Err: err})
		}
	}
	return faults
}
