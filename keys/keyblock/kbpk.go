package keyblock

import (
	"context"

	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// KBPK is a key block protection key. A [keys.Key] is one, and so is a key in an
// HSM: versions B, D and E need only the encipherment of some blocks.
type KBPK interface {
	Algorithm() keys.Algorithm
	Usage() keys.Usage

	// Encrypt enciphers each block of src into dst on its own (ECB). dst and src
	// are as long, and the same slice.
	Encrypt(ctx context.Context, dst, src []byte) error
}

// MACer is a KBPK that computes CMAC itself, NIST SP 800-38B: a key in an HSM that
// may make MACs and may not encipher. Where a KBPK has the method it is asked
// instead of Encrypt.
type MACer interface {
	CMAC(ctx context.Context, data []byte) ([]byte, error)
}

// revealer is a KBPK in this process. Versions A and C change its bytes.
type revealer interface{ Secret() secret.Bytes }

// checkKBPK returns [ErrKBPK] unless k may protect blocks of version v.
func checkKBPK(k KBPK, v *version) error {
	if k == nil || !v.fits(k.Algorithm()) {
		return ErrKBPK
	}
	switch u := k.Usage(); {
	case u == keys.UsageKBPK, u == keys.UsageKEK:
		return nil
	case u == keys.UsageISO20038KBPK && v.aes(): // ISO 20038 has D and E
		return nil
	}
	return ErrKBPK
}

// What a derived key is for: the key usage indicator of X9.143 section 7.2 tables
// 24 and 25, and ISO 20038 section 6.3 table 1.
const (
	forCBC = 0
	forMAC = 1
	forCTR = 2
)

// derivationLength is the length of the input of a derivation.
const derivationLength = 8

// derivationInput returns the input for one block of a derived key, X9.143
// section 7.2: a counter from 1, what the key is for, a zero, its algorithm and
// its length in bits. A derived key is as long as the KBPK, and the standard
// numbers the algorithms from 0 in the order that package keys has them.
func derivationInput(a keys.Algorithm, counter, purpose int) [derivationLength]byte {
	bits := 8 * a.KeySize()
	return [...]byte{byte(counter), 0, byte(purpose), 0, 0, byte(a - keys.TDES2), byte(bits >> 8), byte(bits)}
}

// DerivationInputs returns what the KBEK and the KBAK of a version are derived from
// under a KBPK of algorithm a: the CMAC of each input is a block of the key, X9.143
// section 7.2. There are none for versions A and C, whose keys are variants, and
// where the version has no such KBPK.
func DerivationInputs(blockVersion byte, a keys.Algorithm) (kbek, kbak [][]byte) {
	v := versions[blockVersion]
	if v == nil || v.variant || !v.fits(a) {
		return nil, nil
	}
	n := blocksOf(a)
	for i := range 2 * n {
		in := inputAt(a, v.mode(), i, 2*n)
		if i < n {
			kbek = append(kbek, in[:])
		} else {
			kbak = append(kbak, in[:])
		}
	}
	return kbek, kbak
}

// blocksOf returns how many blocks a key of algorithm a fills, whole or not.
func blocksOf(a keys.Algorithm) int { return (a.KeySize() + a.BlockSize() - 1) / a.BlockSize() }

// mode is what the KBEK of v is for.
func (v *version) mode() int {
	if v.streaming {
		return forCTR
	}
	return forCBC
}

// derive calls use with the two keys derived from k: the key block encryption key
// (KBEK), for the given mode, and the authentication key (KBAK).
func derive(ctx context.Context, k KBPK, mode int, use func(kbek, kbak []byte) error) error {
	a := k.Algorithm()
	half := blocksOf(a) * a.BlockSize()
	buf := make([]byte, 2*half) // KBEK, KBAK; of AES-192 half of every second block is dropped
	defer clear(buf)
	var err error
	if m, ok := k.(MACer); ok {
		err = deriveByMAC(ctx, m, a, mode, buf)
	} else {
		err = deriveByECB(ctx, k, a, mode, buf)
	}
	if err != nil {
		return err
	}
	n := a.KeySize()
	return use(buf[:n:n], buf[half:half+n:half+n])
}

// deriveByMAC fills buf with the CMACs of the inputs.
func deriveByMAC(ctx context.Context, m MACer, a keys.Algorithm, mode int, buf []byte) error {
	size := a.BlockSize()
	for i := range len(buf) / size {
		in := inputAt(a, mode, i, len(buf)/size)
		mac, err := m.CMAC(ctx, in[:])
		if err != nil {
			return err
		}
		if len(mac) != size {
			return ErrKBPK // a truncated MAC is no key
		}
		copy(buf[i*size:], mac)
		clear(mac)
	}
	return nil
}

// deriveByECB is deriveByMAC for a key that enciphers. A message of one block has
// as its CMAC the encipherment of itself, padded and masked; all have one mask.
// So two calls do, which counts when the key is on the other side of a network.
func deriveByECB(ctx context.Context, k KBPK, a keys.Algorithm, mode int, buf []byte) error {
	size := a.BlockSize()
	var mask [16]byte
	defer clear(mask[:])
	calls := 0
	_, err := cmac.SumFunc(size, func(dst, src []byte) error {
		if calls++; calls == 1 {
			return k.Encrypt(ctx, dst, src)
		}
		copy(mask[:], src) // the message is zeros, so this is padding and mask alone
		return nil
	}, make([]byte, derivationLength))
	if err != nil {
		return err
	}
	for i := range len(buf) / size {
		in := inputAt(a, mode, i, len(buf)/size)
		block := buf[i*size : (i+1)*size]
		copy(block, mask[:])
		for j, b := range in {
			block[j] ^= b
		}
	}
	return k.Encrypt(ctx, buf, buf)
}

// inputAt returns the input for block i of n, of which the first half are the
// KBEK's.
func inputAt(a keys.Algorithm, mode, i, n int) [derivationLength]byte {
	if i < n/2 {
		return derivationInput(a, i+1, mode)
	}
	return derivationInput(a, i-n/2+1, forMAC)
}
