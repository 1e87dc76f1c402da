package session

import (
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4/json"

	"github.com/pinion-hsm/pinion/pinblock"
	pinclear "github.com/pinion-hsm/pinion/pinblock/clear"
)

// Message is what a client says in a JWE: the PIN to be set, or the current and the
// new one. The others are the zero PIN. As JSON, whose other members are ignored,
// it is
//
//	{"publicToken": "123456789", "iat": 1790000000, "pin": "1234"}
//	{"publicToken": "123456789", "iat": 1790000000, "currentPin": "1234", "newPin": "5678"}
//
// publicToken and iat (NumericDate, RFC 7519 section 2) are inside, so that
// whoever has caught a JWE cannot send it for another card, or later.
type Message struct {
	PIN                pinblock.PIN
	CurrentPIN, NewPIN pinblock.PIN
}

// A message is good for this long, and may be as much from the future as clocks
// differ.
const (
	MessageLife = 5 * time.Minute
	clockSkew   = time.Minute
)

type message struct {
	PublicToken string `json:"publicToken"`
	IssuedAt    int64  `json:"iat"`
	PIN         digits `json:"pin"`
	CurrentPIN  digits `json:"currentPin"`
	NewPIN      digits `json:"newPin"`
}

// digits is a PIN in JSON, a string of 4 to 12 digits. It is read without a copy
// that nobody clears, and its error quotes nothing.
type digits struct{ pin pinblock.PIN }

// UnmarshalJSON implements [json.Unmarshaler].
func (d *digits) UnmarshalJSON(text []byte) (err error) {
	if len(text) < 2 || text[0] != '"' {
		return ErrMessage
	}
	d.pin, err = pinblock.ParsePIN(text[1 : len(text)-1])
	return err
}

// has says which PINs are there.
func (m *message) has(pin, current, chosen bool) bool {
	return m.PIN.pin.IsZero() != pin && m.CurrentPIN.pin.IsZero() != current && m.NewPIN.pin.IsZero() != chosen
}

// OpenMessage opens a client's compact JWE, made for the service's key, about the
// card of the given token. Errors are [ErrJWE], [ErrKeyID], [ErrDecipher],
// [ErrMessage], [ErrOtherCard] and [ErrStale].
//
// Anybody can make a JWE for a public key: that it opens says nothing of who made
// it. Who sends it is known by the request's credential.
func (s *Sessions) OpenMessage(compact []byte, token string) (Message, error) {
	payload, err := s.openJWE(compact)
	if err != nil {
		return Message{}, err
	}
	defer clear(payload)
	var m message
	// The JOSE library's decoder takes names to the letter and none twice.
	if err := json.Unmarshal(payload, &m); err != nil {
		return Message{}, ErrMessage
	}
	if m.IssuedAt <= 0 || !m.has(true, false, false) && !m.has(false, true, true) {
		return Message{}, ErrMessage
	}
	if m.PublicToken != token {
		return Message{}, ErrOtherCard
	}
	if age := s.now().Sub(time.Unix(m.IssuedAt, 0)); age > MessageLife || age < -clockSkew {
		return Message{}, ErrStale
	}
	return Message{PIN: m.PIN.pin, CurrentPIN: m.CurrentPIN.pin, NewPIN: m.NewPIN.pin}, nil
}

// SealPIN returns a card's PIN as a message for a recipient, {"publicToken", "iat",
// "pin"} in a compact JWE. The error is [ErrPeer].
func (s *Sessions) SealPIN(r *Recipient, token string, pin pinblock.PIN) ([]byte, error) {
	payload := fmt.Appendf(nil, `{"publicToken":%q,"iat":%d,"pin":%q}`, token, s.now().Unix(), pinclear.Digits(pin))
	defer clear(payload)
	return r.seal(payload)
}
