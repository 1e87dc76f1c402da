package httpapi

import (
	"net/http"

	"github.com/swaggest/jsonschema-go"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "setPIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin", Tag: "Cards API",
		Summary: "Set the PIN to one that the cardholder chose",
		Description: `The PIN is in "pin" or in "cardPin". A run of digits without quotes, {"pin": 0000}, is taken as well, ` +
			`though it is not JSON. The try counter stays as it is.`,
		Scopes: []access.Scope{access.SetPIN}, Clear: true, Once: true,
		Rewrite:  quotePIN,
		Status:   http.StatusNoContent,
		Problems: []*kind{weakPIN, pinLength},
	}, setPIN)
}

// setPINRequest is the body of setPIN.
type setPINRequest struct {
	PIN     string `json:"pin,omitempty" pattern:"^[0-9]{4,12}$" description:"The PIN, 4 to 12 digits." example:"0000"`
	CardPIN string `json:"cardPin,omitempty" pattern:"^[0-9]{4,12}$" description:"The PIN, under the other name that the Cards API has for it." example:"1234"`
	explained
	_ struct{} `title:"SetPIN" additionalProperties:"false"`
}

// PrepareJSONSchema says that one of the two names is needed, and only one.
func (*setPINRequest) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.WithOneOf(required("pin"), required("cardPin"))
	return nil
}

// required is a schema for objects with these members.
func required(names ...string) jsonschema.SchemaOrBool {
	return (&jsonschema.Schema{}).WithRequired(names...).ToSchemaOrBool()
}

func setPIN(c *call, in *setPINRequest) (any, error) {
	digits := in.PIN + in.CardPIN // one is empty
	t, err := c.cleartext(c.token)
	if err != nil {
		return nil, err
	}
	defer t.release(c.ctx())
	block, err := t.seal(c.ctx(), digits)
	if err != nil {
		return nil, err
	}
	o, err := c.Service.SetPIN(c.ctx(), c.token, block, c.request(in.clean(digits)))
	return nil, c.outcome(o, err)
}
