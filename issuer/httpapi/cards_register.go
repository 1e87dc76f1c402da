package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() {
	register(operation{
		ID: "registerCard", Method: http.MethodPost, Path: "/cards", Tag: "Cards",
		Summary:     "Register a card",
		Description: "Its PIN is drawn at random in the HSM. A card without PAN gets an account number of its own, which its PIN blocks are bound to.",
		Scopes:      []access.Scope{access.WriteCards}, Once: true,
		Status: http.StatusCreated, Response: registerCardResponse{},
		Problems: []*kind{cardExists, noProduct, hsmDown, storeDown, misconfigured},
	}, registerCard)
}

var (
	cardExists = newKind(kind{"card-exists", http.StatusConflict, "A card with this PAN is registered already", "", 0})
	noProduct  = newKind(kind{"no-product", http.StatusUnprocessableEntity, "There is no such product", "Products are in the service's configuration. Without one the default is taken.", 0})
)

// registerCardRequest is the body of registerCard.
type registerCardRequest struct {
	PAN     string `json:"pan,omitempty" pattern:"^[0-9]{12,19}$" description:"The primary account number, 12 to 19 digits. None: the card is known by its token alone." example:"4111111111111111"`
	Product string `json:"product,omitempty" minLength:"1" maxLength:"40" description:"The product, which says how PINs are. None: the default one." example:"default"`
	explained
	_ struct{} `title:"RegisterCard" additionalProperties:"false"`
}

// registerCardResponse is the answer of registerCard.
type registerCardResponse struct {
	Location    string   `header:"Location" json:"-" description:"Path of the card."`
	PublicToken string   `json:"publicToken" required:"true" pattern:"^[0-9A-Za-z]{1,9}$" description:"What the card is called from now on." example:"123456789"`
	Account     string   `json:"account,omitempty" pattern:"^[0-9]{16}$" description:"What PIN blocks of a card without PAN are bound to." example:"0000001234567897"`
	_           struct{} `title:"RegisteredCard" additionalProperties:"false"`
}

func registerCard(c *call, in *registerCardRequest) (any, error) {
	r := issuer.Registration{Product: in.Product}
	if in.PAN != "" {
		var err error
		if r.PAN, err = pinblock.ParsePAN(in.PAN); err != nil {
			return nil, err
		}
	}
	o, err := c.Service.Register(c.ctx(), r, c.request(in.clean()))
	if err != nil {
		return nil, err
	}
	if err := c.refused(o); err != nil {
		return nil, err
	}
	answer := registerCardResponse{PublicToken: o.Token}
	if in.PAN == "" {
		account, err := issuer.Account(o.Token)
		if err != nil {
			return nil, err
		}
		answer.Account = clear.PANDigits(account)
	}
	c.token = o.Token
	c.w.Header().Set("Location", "/cards/"+o.Token)
	return answer, nil
}
