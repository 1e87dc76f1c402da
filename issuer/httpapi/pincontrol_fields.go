package httpapi

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/swaggest/jsonschema-go"
)

// pinControlRequest is the body of pinControl: the fields, types and lengths of
// the reference's table.
type pinControlRequest struct {
	WSID        wsid     `json:"wsid,omitempty" description:"The request's own number, 0 to 19 digits, as text or number. A repeat within 30 days is not executed again. Blank: the service makes one."`
	AuthType    string   `json:"AuthType,omitempty" pattern:"^[0-9A-Za-z]$" description:"How the card is named. 1, by PAN or public token, is the default and the only one supported." example:"1"`
	DOB         string   `json:"DOB,omitempty" format:"date" description:"Date of birth. Only AuthType 2 and 6 have use for it, and they are not supported." example:"1980-12-31"`
	PAN         string   `json:"PAN,omitempty" pattern:"^[0-9]{14,19}$" description:"The card's number. Mandatory if there is no PublicToken."`
	PublicToken string   `json:"PublicToken,omitempty" pattern:"^[0-9A-Za-z]{1,9}$" description:"The card's public token." example:"123456789"`
	ClientCode  string   `json:"ClientCode,omitempty" pattern:"^[0-9A-Za-z]{1,64}$" description:"Who uses the service. The audit log has it."`
	Func        string   `json:"Func" required:"true" pattern:"^[0-9A-Za-z]{1,2}$" description:"00 set, 01 get, 02 change, 03 generate and get, 04 unblock, 05 send a PIN mailer. 06, 07 and 08 are not supported. One digit is as good as two." example:"02"`
	CurrentPin  pinField `json:"CurrentPin,omitempty" description:"Current PIN, 4 to 12 digits, for function 02. Ignored for others."`
	NewPin      pinField `json:"NewPin,omitempty" description:"New PIN, 4 to 12 digits, for functions 00 and 02. Ignored for others."`
	ConfirmPin  pinField `json:"ConfirmPin,omitempty" description:"The new PIN again, for functions 00 and 02. Ignored for others."`
	FeeWaiver   waiver   `json:"FeeWaiver,omitempty" description:"0 or 1, as text or number. There are no fees here; it is checked and ignored."`
	IssCode     string   `json:"IssCode" required:"true" pattern:"^[0-9A-Za-z]{1,4}$" description:"Code of the issuer (program manager)." example:"PIN1"`
	LocDate     string   `json:"LocDate" required:"true" pattern:"^[0-9:. /-]{6}$" description:"Local date, year, month, day." example:"250213"`
	LocTime     string   `json:"LocTime" required:"true" pattern:"^[0-9:. /-]{10}$" description:"Local time, hour, minute, second, in 10 characters." example:"14:50:06.0"`
	_           struct{} `title:"PINControl" additionalProperties:"false"`
}

// PrepareJSONSchema adds what depends on other fields.
func (*pinControlRequest) PrepareJSONSchema(s *jsonschema.Schema) error {
	pin := func(names ...string) *jsonschema.Schema {
		then := (&jsonschema.Schema{}).WithRequired(names...)
		for _, n := range names {
			then.WithPropertiesItem(n, (&jsonschema.Schema{}).WithType(jsonschema.String.Type()).WithPattern("^[0-9]{4,12}$").ToSchemaOrBool())
		}
		return then
	}
	named := (&jsonschema.Schema{}).WithAnyOf(required("PAN"), required("PublicToken"))
	s.WithAllOf(
		implies((&jsonschema.Schema{}).WithRequired("Func"), pin("NewPin", "ConfirmPin"), "Func", "00", "0", "02", "2"),
		implies((&jsonschema.Schema{}).WithRequired("Func"), pin("CurrentPin"), "Func", "02", "2"),
		// What another AuthType needs is not asked for: it is refused as what it is.
		implies(&jsonschema.Schema{}, named, "AuthType", "1"), // 1 where there is none
	)
	return nil
}

// implies is a schema that asks for then if when holds and a member, if it is
// there, has one of the values.
func implies(when, then *jsonschema.Schema, name string, values ...any) jsonschema.SchemaOrBool {
	when.WithPropertiesItem(name, (&jsonschema.Schema{}).WithEnum(values...).ToSchemaOrBool())
	return (&jsonschema.Schema{}).WithIf(when.ToSchemaOrBool()).WithThen(then.ToSchemaOrBool()).ToSchemaOrBool()
}

// wsid is 0 to 19 digits.
type wsid string

// waiver is "0" or "1".
type waiver string

// pinField is a PIN where the function has use for it, and otherwise anything.
type pinField string

var errNumber = errors.New("issuer/httpapi: not a number of digits alone")

// UnmarshalJSON takes a text or a number.
func (w *wsid) UnmarshalJSON(b []byte) error { return digitsOf((*string)(w), b) }

// UnmarshalJSON takes a text or a number.
func (f *waiver) UnmarshalJSON(b []byte) error { return digitsOf((*string)(f), b) }

// UnmarshalJSON takes anything, and keeps texts.
func (p *pinField) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*p = pinField(text)
	}
	return nil
}

func digitsOf(out *string, b []byte) error {
	text := strings.Trim(string(b), `"`)
	if strings.Trim(text, "0123456789") != "" {
		return errNumber
	}
	*out = text
	return nil
}

// JSONSchemaBytes implements jsonschema.RawExposer.
func (wsid) JSONSchemaBytes() ([]byte, error) {
	return []byte(`{"type": ["string", "integer"], "pattern": "^[0-9]{0,19}$", "minimum": 0, "exclusiveMaximum": 10000000000000000000, "examples": ["20250213145006"]}`), nil
}

// JSONSchemaBytes implements jsonschema.RawExposer.
func (waiver) JSONSchemaBytes() ([]byte, error) { return []byte(`{"enum": ["0", "1", 0, 1]}`), nil }

// JSONSchemaBytes implements jsonschema.RawExposer.
func (pinField) JSONSchemaBytes() ([]byte, error) { return []byte(`{}`), nil }

// InlineJSONSchema keeps the schema with its field.
func (wsid) InlineJSONSchema() {}

// InlineJSONSchema keeps the schema with its field.
func (waiver) InlineJSONSchema() {}

// InlineJSONSchema keeps the schema with its field.
func (pinField) InlineJSONSchema() {}
