package httpapi

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/swaggest/jsonschema-go"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/pinblock"
)

var (
	badPeer = newKind(kind{"public-key-refused", http.StatusUnprocessableEntity, "The public key is not one of P-256",
		"It is a JWK with the public part alone, its point is on the curve, and it is for enciphering.", 0})
	badKeyID = newKind(kind{"key-id-unknown", http.StatusUnprocessableEntity, "This is not the service's key",
		"Get /keys again, and use the key there whose purpose this is.", 0})
)

// sealedPIN is a PIN as an enciphered block: under a key of the HSM, or under one
// that is agreed with the client in the same request.
type sealedPIN struct {
	pinBlock
	ECDH *agreement `json:"ecdh,omitempty" description:"Instead of format and key: the block is ISO-4 under the key that this agrees on."`
	_    struct{}   `title:"SealedPIN" additionalProperties:"false"`
}

// PrepareJSONSchema says that the key is named or agreed on, and not both.
func (*sealedPIN) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.Required = []string{"pinBlock"}
	s.WithOneOf(
		requiredWithout([]string{"format", "key"}, "ecdh"),
		requiredWithout([]string{"ecdh"}, "format", "key", "ksn", "algorithm"))
	return nil
}

// requiredWithout is a schema for objects with some members and without others.
func requiredWithout(names []string, without ...string) jsonschema.SchemaOrBool {
	var others []jsonschema.SchemaOrBool
	for _, w := range without {
		others = append(others, required(w))
	}
	not := (&jsonschema.Schema{}).WithAnyOf(others...).ToSchemaOrBool()
	return (&jsonschema.Schema{}).WithRequired(names...).WithNot(not).ToSchemaOrBool()
}

// agreement is what a client says to agree on a key by ECDH.
type agreement struct {
	PublicKey  jwk      `json:"publicKey" required:"true" description:"The client's ephemeral public key."`
	SharedInfo string   `json:"sharedInfo" required:"true" pattern:"^([0-9A-Fa-f]{2}){16,64}$" description:"Random bytes that go into the key, hex. 32 bytes are usual." example:"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"`
	KeyID      string   `json:"kid,omitempty" pattern:"^[0-9A-Za-z_-]{43}$" description:"The kid of the service's key that was used. Without it, a wrong key shows as a block that does not open."`
	_          struct{} `title:"Agreement" additionalProperties:"false" description:"ECDH of P-256 with the first key of /keys, Concat KDF (NIST SP 800-56A) with SHA-512 and the shared info as OtherInfo, AES-128."`
}

// jwk is a client's public key. It is kept as it was sent: what is in it is the
// package session's to judge.
type jwk struct {
	KeyType string   `json:"kty" required:"true" enum:"EC"`
	Curve   string   `json:"crv" required:"true" enum:"P-256"`
	X       string   `json:"x" required:"true" pattern:"^[0-9A-Za-z_-]{43}$"`
	Y       string   `json:"y" required:"true" pattern:"^[0-9A-Za-z_-]{43}$"`
	KeyID   string   `json:"kid,omitempty" maxLength:"128" description:"A JWE for the key names it."`
	_       struct{} `title:"JWK" additionalProperties:"true" description:"A public key of P-256, RFC 7517. Members that are not described are not looked at, but for use and alg; a private part is refused."`

	sent []byte
}

// UnmarshalJSON keeps the text.
func (k *jwk) UnmarshalJSON(text []byte) error {
	k.sent = bytes.Clone(text)
	return nil
}

// MarshalJSON returns the text.
func (k jwk) MarshalJSON() ([]byte, error) { return json.RawMessage(k.sent).MarshalJSON() }

// agree puts the agreed key on the HSM. The caller releases it.
func (a *agreement) agree(c *call) (*session.Agreed, error) {
	info, err := hex.DecodeString(a.SharedInfo)
	if err != nil {
		return nil, session.ErrSharedInfo
	}
	return c.Sessions.Agree(c.ctx(), session.Offer{PublicKey: a.PublicKey.sent, SharedInfo: info, KeyID: a.KeyID})
}

// block returns the PIN as the service takes it. The caller calls release.
func (p *sealedPIN) block(c *call) (b issuer.PINBlock, release func(context.Context), err error) {
	if p.ECDH == nil {
		b, err = p.pinBlock.parse()
		return b, func(context.Context) {}, err
	}
	block, err := hex.DecodeString(p.PINBlock)
	if err != nil {
		return issuer.PINBlock{}, nil, pinblock.ErrBlockSize
	}
	agreed, err := p.ECDH.agree(c)
	if err != nil {
		return issuer.PINBlock{}, nil, err
	}
	return issuer.PINBlock{Block: block, Key: agreed.Key()}, agreed.Release, nil
}

// sessionKeyLost says whether the HSM had the key of this request no more: it was
// restarted, or lost it. That is not the client's mistake.
func sessionKeyLost(err error) bool {
	e, ok := errors.AsType[*hsm.Error](err)
	return ok && session.IsLabel(e.Key) && errors.Is(err, hsm.ErrKeyNotFound)
}
