package dukpt

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"github.com/pinion-hsm/pinion/internal/bitdes"
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// KeyColumn is the PIN keys of many transactions, for a column of as many blocks: the
// block of each place is under the key of that place. It has the two methods of a PIN
// key that package pinblock asks for, and no other way in or out.
//
// Like [keys.Key] it does not print. It is safe for concurrent use, but for Release.
// The zero KeyColumn has no keys: its methods return [keys.ErrZeroKey].
type KeyColumn struct {
	hidden
	faults []Fault
	box    func() *columnBox
}

// columnBox is what the cleanup watches: when no KeyColumn refers to it any more, its
// keys are wiped.
type columnBox struct{ keys [][16]byte }

// Fault is what is wrong with one KSN of many.
type Fault struct {
	Index int
	Err   error
}

// PINKeys is [PINKey] for many transactions of TDES DUKPT: their keys are derived side
// by side, many times as fast as one by one from some dozens on, and, unlike those, in
// constant time. The counters are public, and how long it takes depends on them.
//
// What is wrong with one KSN is that one's affair: it is told in faults, in order, with
// the error that PINKey has for it, and its place in the column has no key. The error
// returned is for what concerns them all: [keys.ErrZeroKey], [keys.ErrUsage],
// [keys.ErrKeySize], and [ErrAlgorithm] for an AES key, from which keys are derived one
// by one.
//
// The caller releases the column.
func PINKeys(k keys.Key, ksns []KSN) (*KeyColumn, []Fault, error) {
	var root [16]byte
	defer clear(root[:])
	switch {
	case k.IsZero():
		return nil, nil, keys.ErrZeroKey
	case k.Usage() != keys.UsageBDK && k.Usage() != keys.UsageInitialKey:
		return nil, nil, keys.ErrUsage
	case k.BlockSize() != 8:
		return nil, nil, ErrAlgorithm
	case k.Algorithm() != keys.TDES2:
		return nil, nil, keys.ErrKeySize // X9.24-1 has double length keys only
	}
	secret.Lend(k.Secret(), func(raw []byte) { copy(root[:], raw) })
	l := lanesPool.Get().(*lanes)
	defer lanesPool.Put(l)
	made := make([][16]byte, len(ksns))
	var faults []Fault
	for first := 0; first < len(ksns); first += mostLanes {
		last := min(first+mostLanes, len(ksns))
		if err := l.pinKeys(made[first:last], &root, k.Usage() == keys.UsageBDK, ksns[first:last]); err != nil {
			clear(made)
			return nil, nil, err
		}
		faults = finish(made[first:last], ksns[first:last], first, faults)
	}
	return newColumn(made, slices.Clone(faults), wipeKeys), faults, nil
}

// newColumn returns a column with the function that wipes its keys when nobody has it
// any more, so that a test can tell when that is.
func newColumn(made [][16]byte, faults []Fault, wipe func([][16]byte)) *KeyColumn {
	b := &columnBox{made}
	runtime.AddCleanup(b, wipe, made)
	return &KeyColumn{faults: faults, box: func() *columnBox { return b }}
}

func wipeKeys(made [][16]byte) { clear(made) }

// BlockSize returns 8, that of TDES.
func (c *KeyColumn) BlockSize() int { return 8 }

// Encrypt enciphers each block of src into dst under the key of its place. There are as
// many blocks as keys, else the error is [ErrColumn]; dst is as long, and the two are
// the same slice or do not overlap, else [keys.ErrOverlap]. The place of a KSN that was
// wrong becomes zeros. A context that is done is its own error. After an error dst is as
// it was.
func (c *KeyColumn) Encrypt(ctx context.Context, dst, src []byte) error {
	return c.crypt(ctx, bitdes.EncryptLanes[[16]byte], dst, src)
}

// Decrypt is the inverse of Encrypt, with the same errors.
func (c *KeyColumn) Decrypt(ctx context.Context, dst, src []byte) error {
	return c.crypt(ctx, bitdes.DecryptLanes[[16]byte], dst, src)
}

func (c *KeyColumn) crypt(ctx context.Context, ecb func(dst, src []byte, keys [][16]byte) error, dst, src []byte) error {
	if c.box == nil || c.box().keys == nil {
		return keys.ErrZeroKey
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b := c.box()
	defer runtime.KeepAlive(b)
	if err := ecb(dst, src, b.keys); err != nil {
		return columnError(err)
	}
	for _, f := range c.faults {
		clear(dst[8*f.Index:][:8])
	}
	return nil
}

// columnError returns an error of bitdes as one of keys.
func columnError(err error) error {
	switch {
	case errors.Is(err, bitdes.ErrOverlap):
		return keys.ErrOverlap
	case errors.Is(err, bitdes.ErrSize):
		return ErrColumn
	}
	return err
}

// Release wipes the keys. No other method may be running.
func (c *KeyColumn) Release() {
	if c.box == nil {
		return
	}
	b := c.box()
	wipeKeys(b.keys)
	b.keys = nil
}
