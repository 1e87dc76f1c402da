//go:build cgo && unix

package pkcs11_test

import (
	stdaes "crypto/aes"
	"crypto/des"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// secretValue is something that must not cross the boundary.
type secretValue struct {
	what  string
	bytes []byte
}

// digitsFrom is from how many digits on the digits alone are looked for: those of
// a shorter PIN are in any log by chance. Of a short PIN all blocks are looked for.
const digitsFrom = 11

// field returns 8 bytes of hexadecimal digits that begin with these, filled up.
func field(digits string, fill byte) []byte {
	digits += strings.Repeat(string(fill), 16)
	b, err := hex.DecodeString(digits[:16])
	if err != nil {
		panic(err)
	}
	return b
}

// ofPIN returns what has the PIN of a card in it, whatever blocks there are.
func ofPIN(c text) []secretValue {
	plain := fmt.Sprintf("0%X%s", len(c.pin), c.pin)
	bound, err := clear.Encode(nil, pinblock.ISO0, pinOf(c), c.PAN(), nil)
	if err != nil {
		panic(err)
	}
	vs := []secretValue{
		{"the field", field(plain, 'F')},
		{"the field of ISO-4", field("4"+plain[1:], 'A')},
		{"the field with zeros", field(plain, '0')},
		{"the clear block of ISO-0", bound},
	}
	if len(c.pin) >= digitsFrom {
		odd := plain[1+(len(c.pin)+1)%2:]
		vs = append(vs, secretValue{"the digits", []byte(c.pin)}, secretValue{"the digits, as they are compared", field(odd, '0')})
	}
	if right := c.pan[:len(c.pan)-1]; len(right) >= 11 {
		for index := range 2 {
			vs = append(vs, secretValue{"what a PVV is made of", field(fmt.Sprintf("%s%d%s", right[len(right)-11:], index+1, c.pin[:4]), '0')})
		}
	}
	return vs
}

func pinOf(c text) pinblock.PIN {
	pin, err := clear.PIN(c.pin)
	if err != nil {
		panic(err)
	}
	return pin
}

// ofBlock returns what is in a block, good or not: deciphered, and then without
// the account number.
func (s *stand) ofBlock(k hsm.PINKey, block []byte, c text) []secretValue {
	s.t.Helper()
	out := s.deciphered(k, block, c)
	if len(block) == 16 {
		return []secretValue{{"the PIN field of a block", out[:8]}}
	}
	return []secretValue{{"a block, deciphered", out}, {"a block without its account number", xorBytes(out, s.panBytes(c))}}
}

// panBytes returns what formats of 8 bytes are combined with.
func (s *stand) panBytes(c text) []byte {
	s.t.Helper()
	right := c.pan[:len(c.pan)-1]
	pan, err := hex.DecodeString("0000" + right[len(right)-12:])
	require.NoError(s.t, err)
	return pan
}

// deciphered returns the clear block, which of ISO-4 is the PIN field.
func (s *stand) deciphered(k hsm.PINKey, block []byte, c text) []byte {
	s.t.Helper()
	key := s.software(k)
	out := make([]byte, len(block))
	require.NoError(s.t, key.Decrypt(s.t.Context(), out, block))
	if len(block) == 16 {
		subtle.XORBytes(out, out, s.panField(k.Format, c))
		require.NoError(s.t, key.Decrypt(s.t.Context(), out, out))
	}
	return out
}

// enciphered is the opposite, for any bytes.
func (s *stand) enciphered(k hsm.PINKey, block []byte, c text) []byte {
	s.t.Helper()
	key := s.software(k)
	out := make([]byte, len(block))
	require.NoError(s.t, key.Encrypt(s.t.Context(), out, block))
	if len(block) == 16 {
		subtle.XORBytes(out, out, s.panField(k.Format, c))
		require.NoError(s.t, key.Encrypt(s.t.Context(), out, out))
	}
	return out
}

func (s *stand) panField(f pinblock.Format, c text) []byte {
	s.t.Helper()
	pan, err := clear.PANField(nil, f, c.PAN())
	require.NoError(s.t, err)
	return pan
}

// spoilt returns a block with something wrong: the control nibble, the length, or,
// where it is not random, the fill.
func (s *stand) spoilt(k hsm.PINKey, block []byte, c text) []byte {
	s.t.Helper()
	field := s.deciphered(k, block, c)
	faults := 2
	if k.Format != pinblock.ISO1 && len(c.pin) < 12 {
		faults = 3
	}
	switch s.rand.IntN(faults) {
	case 0:
		field[0] ^= 0x80 // no format has that
	case 1:
		field[0] = field[0]&0xf0 | [...]byte{0, 1, 2, 3, 13, 14, 15}[s.rand.IntN(7)]
	case 2:
		field[7] ^= 0x08 // A to F become 2 to 7
	}
	return s.enciphered(k, field, c)
}

// ofKey returns what must not be seen of the key of a block: of DUKPT, everything
// on the way from the BDK to it.
func (s *stand) ofKey(k hsm.PINKey) []secretValue {
	raw := cleartext.Bytes(s.soft[k.Key])
	switch {
	case k.KSN.IsZero():
		return halves("a key", raw)
	case k.KSN.IsAES():
		return s.aesWay(raw, k)
	}
	return tdesWay(raw, k.KSN)
}

// halves returns the eight byte pieces of a key, also with their parity set.
func halves(what string, key []byte) []secretValue {
	var vs []secretValue
	for i := 0; i < len(key); i += 8 {
		half := key[i : i+8 : i+8]
		vs = append(vs, secretValue{what, half}, secretValue{what + " with parity", cleartext.OddParity(half)})
	}
	return vs
}

func (s *stand) aesWay(bdk []byte, k hsm.PINKey) []secretValue {
	a := s.software(k).Algorithm()
	steps, err := dukpt.Steps(s.soft[k.Key].Algorithm(), k.KSN, dukpt.PIN, a)
	require.NoError(s.t, err)
	key, vs := bdk, halves("the BDK", bdk)
	for i, step := range steps {
		c, err := stdaes.NewCipher(key)
		require.NoError(s.t, err)
		next := make([]byte, len(step.Data))
		for j := 0; j < len(next); j += 16 {
			c.Encrypt(next[j:], step.Data[j:])
		}
		key = next[:step.Algorithm.KeySize()]
		vs = append(vs, halves(fmt.Sprintf("key %d below the BDK", i+1), key)...)
	}
	require.Equal(s.t, cleartext.Bytes(s.software(k)), key, "the way that is looked for is the right one")
	return vs
}

var baseMask = []byte{0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0, 0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0, 0}

// tdesWay is TDES DUKPT as X9.24-1:2009 A.2 and A.6 tell it.
func tdesWay(bdk []byte, k dukpt.KSN) []secretValue {
	masked := xorBytes(bdk, baseMask)
	vs := append(halves("the BDK", bdk), halves("the variant of the BDK", masked)...)
	id := k.InitialKeyID()
	key := append(tdesOf(bdk, id[:]), tdesOf(masked, id[:])...)
	vs = append(vs, halves("the initial key", key)...)
	register := append([]byte(nil), k.Bytes()[2:]...)
	tail := binary.BigEndian.Uint32(register[4:]) &^ 0x1fffff
	half := func(key []byte) []byte {
		c, err := des.NewCipher(key[:8])
		if err != nil {
			panic(err)
		}
		out := xorBytes(register, key[8:])
		c.Encrypt(out, out)
		return xorBytes(out, key[8:])
	}
	for bit := uint32(1 << 20); bit > 0; bit >>= 1 {
		if k.Counter()&bit == 0 {
			continue
		}
		tail |= bit
		binary.BigEndian.PutUint32(register[4:], tail)
		vs = append(vs, halves("a masked key", xorBytes(key, baseMask))...)
		key = append(half(xorBytes(key, baseMask)), half(key)...)
		vs = append(vs, halves("a key below", key)...)
	}
	key[7] ^= 0xff
	key[15] ^= 0xff
	return append(vs, halves("the PIN key", key)...)
}

func tdesOf(key, block []byte) []byte {
	c, err := des.NewTripleDESCipher(append(key[:16:16], key[:8]...))
	if err != nil {
		panic(err)
	}
	out := make([]byte, 8)
	c.Encrypt(out, block)
	return out
}

func xorBytes(a, b []byte) []byte {
	out := make([]byte, len(a))
	subtle.XORBytes(out, a, b)
	return out
}

// stored and visa are the methods that are applied on a token.
func stored(f pinblock.Format) pinverify.Method { return pinverify.StoredBlock{Format: f} }

var visa = pinverify.VisaPVV{Index: 1}
