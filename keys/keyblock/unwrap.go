package keyblock

import (
	"context"
	"encoding/hex"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// Unwrap opens a key block of any version. kbpk is TDES for versions A, B and C,
// AES for D and E, of usage K0 or K1 (or K4 for D and E), else the error is
// [ErrKBPK]; A and C also need its bytes, else [ErrOpaqueKBPK].
//
// What is wrong with block as anybody can see it wraps [ErrHeader]. Everything
// that takes the key to find out is [ErrMAC]. An error of kbpk, or of crypto/des
// where TDES is switched off, is returned as it is.
//
// The header is authentic, which does not make it sensible: a caller that wants
// only what X9.143 allows asks its [Header.Check].
func Unwrap(ctx context.Context, kbpk KBPK, block string) (Unwrapped, error) {
	e, err := enclose(kbpk, block)
	if err != nil {
		return Unwrapped{}, err
	}
	defer clear(e.payload())
	if err := e.version.expose(ctx, kbpk, e.msg, e.head, e.mac); err != nil {
		return Unwrapped{}, err
	}
	payload := e.payload()
	bits := int(payload[0])<<8 | int(payload[1])
	if bits == 0 || bits%8 != 0 || bits/8 > len(payload)-lengthField {
		return Unwrapped{}, ErrMAC
	}
	return Unwrapped{Header: e.header, size: bits / 8, payload: secret.New(payload[lengthField:])}, nil
}

// enclosed is a block that passed all checks that need no key.
type enclosed struct {
	header  Header
	version *version
	msg     []byte // header as text, then the enciphered part
	head    int    // where that begins
	mac     []byte
}

func (e *enclosed) payload() []byte { return e.msg[e.head:] }

// enclose takes block apart, and makes sure that kbpk may protect it.
func enclose(kbpk KBPK, block string) (e enclosed, err error) {
	if e.header, err = ParseHeader(block); err != nil {
		return e, err
	}
	e.version = versions[e.header.Version]
	if e.msg, e.mac, err = e.version.decode(&e.header, block); err != nil {
		return e, err
	}
	e.head = len(e.msg) - e.version.payloadLen(&e.header)
	return e, checkKBPK(kbpk, e.version)
}

// payloadLen returns the length of the enciphered part in bytes.
func (v *version) payloadLen(h *Header) int { return (h.Length-h.Len())/2 - v.mac }

// decode returns header and enciphered key as one slice, and the authenticator.
// It makes the checks that need no key.
func (v *version) decode(h *Header, block string) (msg, mac []byte, err error) {
	header := h.Len()
	if h.Length != len(block) {
		return nil, nil, malformed("length", 1, "the block has another length")
	}
	// CBC-MAC has no padding of its own here, and X9.143 section 6.3.6 and ISO 20038
	// A.2.1 want whole blocks in every version.
	if h.optionalLen()%v.block != 0 {
		return nil, nil, malformed("optional blocks", fixedLength, "they do not fill whole cipher blocks")
	}
	text := len(block) - header
	if text < 2*(v.payload(1)+v.mac) {
		return nil, nil, malformed("enciphered key", header, "the text is too short for one")
	}
	unit := 2 * v.block
	if v.streaming {
		unit = 2
	}
	if (text-2*v.mac)%unit != 0 {
		return nil, nil, malformed("enciphered key", header, "it is not whole cipher blocks")
	}
	// One copy of the text, deciphered in place.
	buf := []byte(block)
	if _, err := hex.Decode(buf[header:], buf[header:]); err != nil {
		return nil, nil, malformed("enciphered key", header, "it is not hex digits") // err quotes the character
	}
	end := header + text/2
	return buf[: end-v.mac : end-v.mac], buf[end-v.mac : end], nil
}
