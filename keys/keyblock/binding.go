package keyblock

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/subtle"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// protect enciphers payload in place and writes the authenticator. The three are
// neighbours: header and payload are one slice, msg, split at header.
func (v *version) protect(ctx context.Context, k KBPK, msg []byte, header int, mac []byte) error {
	payload := msg[header:]
	return v.withKeys(ctx, k, func(kbek, kbak cipher.Block) error {
		if v.variant {
			// The IV is the start of the header, and the MAC is over ciphertext.
			cipher.NewCBCEncrypter(kbek, msg[:v.block]).CryptBlocks(payload, payload)
			cbcMAC(mac, kbak, msg)
			return nil
		}
		copy(mac, cmac.Sum(kbak, msg))
		if v.streaming {
			cipher.NewCTR(kbek, mac).XORKeyStream(payload, payload)
		} else {
			cipher.NewCBCEncrypter(kbek, mac).CryptBlocks(payload, payload)
		}
		return nil
	})
}

// expose deciphers the payload of msg in place. Where the MAC is not that of msg
// it wipes the payload and returns [ErrMAC].
func (v *version) expose(ctx context.Context, k KBPK, msg []byte, header int, mac []byte) error {
	want, err := v.open(ctx, k, msg, header, mac)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(want, mac) != 1 {
		clear(msg[header:])
		return ErrMAC
	}
	return nil
}

// open deciphers the payload of msg in place, authentic or not, and returns the
// authenticator that msg should have.
func (v *version) open(ctx context.Context, k KBPK, msg []byte, header int, mac []byte) (want []byte, err error) {
	payload := msg[header:]
	err = v.withKeys(ctx, k, func(kbek, kbak cipher.Block) error {
		switch {
		case v.variant:
			want = make([]byte, v.mac)
			cbcMAC(want, kbak, msg)
			cipher.NewCBCDecrypter(kbek, msg[:v.block]).CryptBlocks(payload, payload)
			return nil
		case v.streaming:
			cipher.NewCTR(kbek, mac).XORKeyStream(payload, payload)
		default:
			cipher.NewCBCDecrypter(kbek, mac).CryptBlocks(payload, payload)
		}
		want = cmac.Sum(kbak, msg)
		return nil
	})
	return want, err
}

// withKeys calls use with the ciphers of KBEK and KBAK.
func (v *version) withKeys(ctx context.Context, k KBPK, use func(kbek, kbak cipher.Block) error) error {
	return v.withRawKeys(ctx, k, func(rawEnc, rawMAC []byte) error {
		kbek, err := v.newCipher(rawEnc)
		if err != nil {
			return err
		}
		kbak, err := v.newCipher(rawMAC)
		if err != nil {
			return err
		}
		return use(kbek, kbak)
	})
}

// withRawKeys calls use with the bytes of KBEK and KBAK, which are wiped when it
// returns.
func (v *version) withRawKeys(ctx context.Context, k KBPK, use func(kbek, kbak []byte) error) error {
	if v.variant {
		return variants(ctx, k, use)
	}
	return derive(ctx, k, v.mode(), use)
}

// variants calls use with the two variants of k: every byte XORed with 'E' for
// encipherment, and with 'M' for the MAC, X9.143 section 7.2.3.
func variants(ctx context.Context, k KBPK, use func(kbek, kbak []byte) error) (err error) {
	r, ok := k.(revealer)
	if !ok {
		return ErrOpaqueKBPK
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	secret.Lend(r.Secret(), func(raw []byte) {
		var buf [2 * 24]byte
		defer clear(buf[:])
		kbek, kbak := buf[:len(raw):len(raw)], buf[24:24+len(raw)]
		for i, b := range raw {
			kbek[i], kbak[i] = b^'E', b^'M'
		}
		err = use(kbek, kbak)
	})
	return err
}

// newCipher returns the cipher of a key as long as a KBPK: 16 or 24 bytes of
// TDES, or an AES key. A derived key is what it is: nobody asks if it is weak.
func (v *version) newCipher(raw []byte) (cipher.Block, error) {
	if v.aes() {
		b, err := aes.NewCipher(raw)
		if err != nil {
			return nil, ErrKBPK // the only reason there is: its length
		}
		return b, nil
	}
	var buf [24]byte
	defer clear(buf[:])
	copy(buf[copy(buf[:], raw):], raw) // K3 = K1 of a double length key
	b, err := des.NewTripleDESCipher(buf[:])
	if err != nil {
		return nil, fmt.Errorf("keys/keyblock: %w", err) // GODEBUG=fips140=only
	}
	return b, nil
}

// cbcMAC writes the leftmost bytes of ISO 9797-1 MAC algorithm 1 over whole
// blocks. Without the length in front it is safe only because a header says how
// long its block is.
func cbcMAC(mac []byte, b cipher.Block, msg []byte) {
	x := make([]byte, b.BlockSize())
	for ; len(msg) >= len(x); msg = msg[len(x):] {
		subtle.XORBytes(x, x, msg[:len(x)])
		b.Encrypt(x, x)
	}
	copy(mac, x)
}
