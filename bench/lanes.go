package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/pinion-hsm/pinion/bench/pair"
	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// single is a device that derives and translates one by one.
type single struct {
	hsm.Device
	hsm.Deriver
}

// lanes times batches under a TDES BDK in the soft device, each block from a terminal of
// its own with any counter: their keys derived side by side, and one by one.
func lanes(ctx context.Context) error {
	for _, n := range []int{16, 64, 256, 4096} {
		together, alone, err := terminals(ctx, n)
		if err != nil {
			return err
		}
		r := pair.Compare(fmt.Sprintf("%d blocks under a BDK", n), together.translate(tdesKey, true), alone.translate(tdesKey, true))
		r.Print(os.Stdout, "side by side", "one by one")
		fmt.Printf("%-28s %.0f thousand blocks a second\n", "  rate", 1e6/r.Ours)
		if err := errors.Join(together.close(), alone.close()); err != nil {
			return err
		}
	}
	return nil
}

// terminals returns the blocks of n terminals, on the soft device as it is, and as one
// that does one after the other.
func terminals(ctx context.Context, n int) (together, alone *batch, err error) {
	d := soft.New()
	b := &batch{ctx: ctx, hsm: hsm.New(d), from: hsm.PINKey{Key: "bdk", Format: pinblock.ISO0}}
	bdk, errIn := cleartext.ParseTDES(zpk1, keys.UsageBDK)
	out, errOut := cleartext.ParseTDES(zpk2, keys.UsagePIN)
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, nil, err
	}
	for label, k := range map[string]keys.Key{b.from.Key: bdk, tdesKey.Key: out} {
		if _, err := b.hsm.ImportKey(ctx, hsm.KeySpec{Label: label}, k); err != nil {
			return nil, nil, err
		}
	}
	random := rand.New(rand.NewPCG(1, 24))
	for i := range n {
		ksn, err := randomKSN(random)
		if err == nil {
			b.in, err = dukpt.PINKey(bdk, ksn)
		}
		if err == nil {
			err = b.add(i)
		}
		if err != nil {
			return nil, nil, err
		}
		b.ksns = append(b.ksns, ksn)
	}
	a := *b
	a.hsm = hsm.New(single{d, d}, hsm.AllowInProcess())
	return b, &a, nil
}

// randomKSN returns the KSN of any transaction of any terminal.
func randomKSN(r *rand.Rand) (dukpt.KSN, error) {
	b := binary.BigEndian.AppendUint64([]byte{0xff, 0xff}, r.Uint64())
	for {
		ksn, err := dukpt.NewKSN(b)
		if err != nil || ksn.Check() == nil {
			return ksn, err
		}
		binary.BigEndian.PutUint32(b[6:], r.Uint32())
	}
}
