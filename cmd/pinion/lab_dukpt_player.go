package main

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// terminal returns the terminal before its first transaction, and the algorithm of
// its PIN keys.
func (t *labTerminal) terminal(f pinblock.Format) (*dukpt.Terminal, keys.Algorithm, error) {
	ksn, err := t.last()
	if err != nil {
		return nil, 0, err
	}
	ik, err := t.dukpt.key(ksn)
	if err != nil {
		return nil, 0, err
	}
	if ik.Usage() == keys.UsageBDK {
		if ik, err = dukpt.InitialKey(ik, ksn); err != nil {
			return nil, 0, dukptProblem(err)
		}
	}
	a := ik.Algorithm()
	if f.BlockSize() == 8 {
		a = keys.TDES2
	}
	if t.algorithm != "" {
		if a, err = keys.ParseAlgorithm(t.algorithm); err != nil {
			return nil, 0, usage("--pin-key-algorithm: want one of %s", strings.Join(algorithmNames(), ", "))
		}
	}
	if a.BlockSize() != f.BlockSize() {
		return nil, 0, usage("--format: %s has blocks of %d bytes, and the PIN key is %v", f.Name(), f.BlockSize(), a).
			withHint("AES DUKPT has PIN keys for every format, TDES DUKPT for those of 8 bytes")
	}
	terminal, err := dukpt.NewTerminal(ik, ksn)
	if err != nil {
		return nil, 0, dukptProblem(err)
	}
	return terminal, a, nil
}

// last returns the KSN of the transaction before the first one to be played, or
// one with the counter zero.
func (t *labTerminal) last() (dukpt.KSN, error) {
	if t.from == "" {
		return t.dukpt.serial()
	}
	if t.dukpt.ksn != "" {
		return dukpt.KSN{}, usage("--from-ksn and --ksn: give one of the two").withHint("--ksn is the KSN before the first transaction")
	}
	from, err := ksnFlag("--from-ksn", t.from)
	if err == nil {
		if err = from.Check(); err != nil {
			return dukpt.KSN{}, about("--from-ksn", err)
		}
		return before(from)
	}
	return dukpt.KSN{}, err
}

// before returns the KSN whose next one is ksn: of the counters below that of ksn
// the greatest that has not too many one bits. That is the one just below it
// without its lowest one bits.
func before(ksn dukpt.KSN) (dukpt.KSN, error) {
	b := ksn.Bytes()
	tail := b[len(b)-4:] // the counter is in it, and what is left of it stays
	rest := binary.BigEndian.Uint32(tail) - ksn.Counter()
	for counter := ksn.Counter() - 1; ; counter &= counter - 1 {
		binary.BigEndian.PutUint32(tail, rest+counter)
		last, err := dukpt.NewKSN(b)
		if err != nil || !errors.Is(last.Check(), dukpt.ErrCounterBits) {
			return last, err
		}
	}
}
