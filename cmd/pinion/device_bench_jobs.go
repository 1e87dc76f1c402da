package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// wholeBatch is how many blocks a batch has.
const wholeBatch = 1000

// benchJob is an operation to be measured.
type benchJob struct {
	name   string
	work   hsm.Work // without keys
	single call
	batch  func(size int) call // nil where there is none
	check  func(ctx context.Context) error
}

// jobs returns the operations.
func (w *workload) jobs() []benchJob {
	return []benchJob{
		w.translation("tdes1", pinblock.ISO0, "tdes2", pinblock.ISO0, ""),
		w.translation("tdes1", pinblock.ISO0, "aes2", pinblock.ISO4, ""),
		w.translation("aes1", pinblock.ISO4, "aes2", pinblock.ISO4, ""),
		w.pvv("verify PIN, Visa PVV", hsm.OpVerify),
		w.pvv("PIN reference, Visa PVV", hsm.OpReference),
		w.translation("bdk-aes", pinblock.ISO4, "aes2", pinblock.ISO4, "AES DUKPT "),
		w.translation("bdk-tdes", pinblock.ISO0, "tdes2", pinblock.ISO0, "TDES DUKPT "),
	}
}

// leaveOut returns why an operation is not measured, or "". One that is measured has
// given a right answer.
func (w *workload) leaveOut(ctx context.Context, j benchJob) (string, error) {
	switch err := j.check(ctx); {
	case err == nil:
		return "", nil
	case errors.Is(err, hsm.ErrExposure):
		return "it would bring the clear PIN into this program: see --allow-in-process", nil
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, hsm.ErrPolicy):
		return cmp.Or(hintOf(err), plain(err)), nil
	default:
		return "", about(j.name, err)
	}
}

// exposure returns where the clear PIN is, with the keys that are used.
func (w *workload) exposure(raw hsm.Device, j benchJob) hsm.Exposure {
	e, _ := raw.Exposure(j.work)
	return e
}

// batchSize returns how many blocks go into a batch: fewer than a thousand on a
// device so slow that a thousand would take longer than the measurement.
func (w *workload) batchSize(ctx context.Context, j benchJob, each time.Duration) int {
	start := time.Now()
	if err := j.batch(10)(ctx, 0, 0); err != nil {
		return 10
	}
	one := max(time.Since(start)/10, 1)
	if one < time.Millisecond { // near enough not to matter
		return wholeBatch
	}
	return int(min(max(each/one, 10), wholeBatch))
}

// translation is from one key and format to another. A BDK has a KSN for each block.
func (w *workload) translation(from string, f pinblock.Format, to string, t pinblock.Format, scheme string) benchJob {
	source, target := hsm.PINKey{Key: w.label(from), Format: f}, hsm.PINKey{Key: w.label(to), Format: t}
	var blocks []hsm.Translation
	var failed error
	for i, pin := range w.pins {
		x := hsm.Translation{PAN: w.pan, From: source, To: target}
		k := w.keys[from]
		if scheme != "" {
			x.From.KSN, k, failed = transaction(k, i+1, failed)
		}
		if failed == nil {
			x.Block, failed = pinblock.Seal(context.Background(), nil, k, f, pin, w.pan)
		}
		blocks = append(blocks, x)
	}
	j := benchJob{
		name: fmt.Sprintf("translate %s%s to %s", scheme, f.Name(), t.Name()),
		work: hsm.Work{Op: hsm.OpTranslate, From: f, To: t},
		single: func(ctx context.Context, worker, i int) error {
			_, err := w.h.TranslatePIN(ctx, blocks[(worker*7+i)%len(blocks)])
			return err
		},
		check: func(ctx context.Context) error {
			if failed != nil {
				return failed
			}
			out, err := w.h.TranslatePIN(ctx, blocks[0])
			if err != nil {
				return err
			}
			pin, err := pinblock.Open(ctx, w.keys[to], t, out, w.pan)
			if err != nil || !pin.Equal(w.pins[0]) {
				return errAnswer
			}
			return nil
		},
	}
	if scheme == "" {
		j.batch = func(size int) call {
			b := hsm.Batch{From: source, To: target}
			for i := range size {
				b.Blocks, b.PANs = append(b.Blocks, blocks[i%len(blocks)].Block...), append(b.PANs, w.pan)
			}
			return func(ctx context.Context, _, _ int) error { return allGood(w.h.TranslatePINs(ctx, b)) }
		}
	}
	return j
}

// errAnswer is returned for an answer that is not right.
var errAnswer = &hsm.Error{Err: hsm.ErrDevice, Hint: "the device answered, and the answer is wrong: see 'pinion device doctor'"}

// allGood returns the first error of a batch.
func allGood(results hsm.Results, err error) error {
	if err == nil && len(results.Faults) > 0 {
		err = results.Faults[0].Err
	}
	return err
}

// transaction returns the KSN of the n-th transaction of a terminal, and its PIN key.
func transaction(bdk keys.Key, n int, failed error) (dukpt.KSN, keys.Key, error) {
	if failed != nil {
		return dukpt.KSN{}, keys.Key{}, failed
	}
	text := fmt.Sprintf("FFFF9876543210E%05X", n)
	if bdk.Algorithm().BlockSize() == 16 {
		text = fmt.Sprintf("1234567890123456%08X", n)
	}
	ksn, err := dukpt.ParseKSN(text)
	if err != nil {
		return ksn, keys.Key{}, err
	}
	k, err := dukpt.PINKey(bdk, ksn)
	return ksn, k, err
}

// pvv is a verification by PVV, or the computation of one, of an ISO-0 block.
func (w *workload) pvv(name string, op hsm.Operation) benchJob {
	method := pinverify.VisaPVV{Index: 1}
	from := hsm.PINKey{Key: w.label("tdes1"), Format: pinblock.ISO0}
	pvk := w.label("pvk")
	blocks, references := make([][]byte, len(w.pins)), make([][]byte, len(w.pins))
	var failed error
	for i, pin := range w.pins {
		var err1, err2 error
		blocks[i], err1 = pinblock.Seal(context.Background(), nil, w.keys["tdes1"], pinblock.ISO0, pin, w.pan)
		references[i], err2 = method.Reference(context.Background(), w.keys["pvk"], pin, w.pan)
		failed = cmp.Or(failed, err1, err2)
	}
	single := func(ctx context.Context, worker, i int) error {
		i = (worker*7 + i) % len(blocks)
		if op == hsm.OpVerify {
			return w.h.VerifyPIN(ctx, hsm.Verification{Block: blocks[i], PAN: w.pan, From: from, Method: method, MethodKey: pvk, Reference: references[i]})
		}
		got, err := w.h.PINReference(ctx, hsm.Reference{Block: blocks[i], PAN: w.pan, From: from, Method: method, MethodKey: pvk})
		if err == nil && string(got) != string(references[i]) {
			err = errAnswer
		}
		return err
	}
	return benchJob{name: name, work: hsm.Work{Op: op, Method: method, From: pinblock.ISO0}, single: single,
		check: func(ctx context.Context) error { return cmp.Or(failed, single(ctx, 0, 0)) }}
}
