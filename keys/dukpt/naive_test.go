package dukpt_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/subtle"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/keys"
)

// DUKPT a second time, as the standards tell it and on the ciphers of the standard
// library: to compare with, in results and in time. Keys and KSNs are bytes.

func block(c cipher.Block, err error) cipher.Block {
	if err != nil {
		panic(err)
	}
	return c
}

func xor(a, b []byte) []byte {
	out := make([]byte, len(a))
	subtle.XORBytes(out, a, b)
	return out
}

func tdes2(key []byte) cipher.Block {
	return block(des.NewTripleDESCipher(append(append([]byte(nil), key...), key[:8]...)))
}

var naiveMask = []byte{0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0, 0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0}

func naiveTDESInitialKey(bdk, ksn []byte) []byte {
	id := append([]byte(nil), ksn[:8]...)
	id[7] &= 0xe0
	ik := make([]byte, 16)
	tdes2(bdk).Encrypt(ik, id)
	tdes2(xor(bdk, naiveMask)).Encrypt(ik[8:], id)
	return ik
}

func naiveTDESTransactionKey(bdk, ksn []byte) []byte {
	key := naiveTDESInitialKey(bdk, ksn)
	counter := binary.BigEndian.Uint32(ksn[6:]) & 0x1fffff
	register := append([]byte(nil), ksn[2:]...)
	register[5] &= 0xe0
	register[6], register[7] = 0, 0
	half := func(key []byte) []byte {
		out := xor(register, key[8:])
		block(des.NewCipher(key[:8])).Encrypt(out, out)
		return xor(out, key[8:])
	}
	for bit := uint32(1 << 20); bit > 0; bit >>= 1 {
		if counter&bit == 0 {
			continue
		}
		tail := binary.BigEndian.Uint32(register[4:]) | bit
		binary.BigEndian.PutUint32(register[4:], tail)
		key = append(half(xor(key, naiveMask)), half(key)...)
	}
	return key
}

func naiveTDESPINKey(bdk, ksn []byte) []byte {
	key := naiveTDESTransactionKey(bdk, ksn)
	key[7] ^= 0xff
	key[15] ^= 0xff
	return key
}

// naiveAESTypes are algorithm indicator and bits.
var naiveAESTypes = map[keys.Algorithm][2]uint16{
	keys.TDES2: {0, 128}, keys.TDES3: {1, 192}, keys.AES128: {2, 128}, keys.AES192: {3, 192}, keys.AES256: {4, 256},
}

func naiveAESDerive(key []byte, usage uint16, a keys.Algorithm, tail []byte) []byte {
	var out []byte
	t := naiveAESTypes[a]
	for i := byte(1); len(out)*8 < int(t[1]); i++ {
		data := []byte{1, i}
		data = binary.BigEndian.AppendUint16(data, usage)
		data = binary.BigEndian.AppendUint16(data, t[0])
		data = binary.BigEndian.AppendUint16(data, t[1])
		data = append(data, tail...)
		block(aes.NewCipher(key)).Encrypt(data, data)
		out = append(out, data...)
	}
	return out[:t[1]/8]
}

func naiveAESWorkingKey(bdk []byte, root keys.Algorithm, ksn []byte, usage uint16, a keys.Algorithm) []byte {
	key := naiveAESDerive(bdk, 0x8001, root, ksn[:8])
	counter, at := binary.BigEndian.Uint32(ksn[8:]), uint32(0)
	for bit := uint32(1 << 31); bit > 0; bit >>= 1 {
		if counter&bit != 0 {
			at |= bit
			key = naiveAESDerive(key, 0x8000, root, binary.BigEndian.AppendUint32(append([]byte(nil), ksn[4:8]...), at))
		}
	}
	return naiveAESDerive(key, usage, a, ksn[4:])
}
