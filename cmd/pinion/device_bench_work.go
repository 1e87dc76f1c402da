package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// differentBlocks are worked on in turn in each operation.
const differentBlocks = 64

// workload is keys, blocks and operations that are nobody's.
type workload struct {
	h      *hsm.HSM
	prefix string // of the labels of its keys
	keys   map[string]keys.Key
	made   []string
	pan    pinblock.PAN
	pins   []pinblock.PIN
}

// newWorkload draws keys and PINs, and puts the keys on the device.
func newWorkload(ctx context.Context, h *hsm.HSM) (_ *workload, err error) {
	w := &workload{h: h, prefix: "pinion-bench-" + rand.Text()[:8] + "-", keys: map[string]keys.Key{}}
	if w.pan, err = pinblock.ParsePAN("9999990000000004"); err != nil {
		return nil, err
	}
	for range differentBlocks {
		pin, err := drawPIN()
		if err != nil {
			return nil, err
		}
		w.pins = append(w.pins, pin)
	}
	for _, k := range []struct {
		name string
		a    keys.Algorithm
		u    keys.Usage
	}{
		{"tdes1", keys.TDES2, keys.UsagePIN}, {"tdes2", keys.TDES2, keys.UsagePIN},
		{"aes1", keys.AES128, keys.UsagePIN}, {"aes2", keys.AES128, keys.UsagePIN},
		{"pvk", keys.TDES2, keys.UsageVisaPVV},
		{"bdk-tdes", keys.TDES2, keys.UsageBDK}, {"bdk-aes", keys.AES128, keys.UsageBDK},
	} {
		if err := w.load(ctx, k.name, k.a, k.u); err != nil {
			_ = w.remove(context.WithoutCancel(ctx))
			return nil, about("a "+k.a.String()+" key of bench's own", err)
		}
	}
	return w, nil
}

// drawPIN returns a random PIN of four digits.
func drawPIN() (pinblock.PIN, error) {
	var b [2]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return pinblock.ParsePIN(fmt.Sprintf("%04d", (int(b[0])<<8|int(b[1]))%10000))
}

// load draws a key and imports it.
func (w *workload) load(ctx context.Context, name string, a keys.Algorithm, u keys.Usage) error {
	k, err := keys.Generate(a, u)
	if err != nil {
		return err
	}
	if _, err = w.h.ImportKey(ctx, hsm.KeySpec{Label: w.label(name), Ephemeral: true}, k); err != nil {
		return err
	}
	w.keys[name] = k
	w.made = append(w.made, w.label(name))
	return nil
}

func (w *workload) label(name string) string { return w.prefix + name }

// remove removes the keys.
func (w *workload) remove(ctx context.Context) error {
	var all error
	for _, label := range w.made {
		if err := w.h.DeleteKey(ctx, label); err != nil && !errors.Is(err, hsm.ErrKeyNotFound) {
			all = cmp.Or(all, err)
		}
	}
	w.made = nil
	return all
}
