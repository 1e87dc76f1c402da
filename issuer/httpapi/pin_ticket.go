package httpapi

import (
	"net/http"
	"time"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// defaultTicketLife is how long a ticket is good where nothing is said.
const defaultTicketLife = 5 * time.Minute

func init() {
	register(operation{
		ID: "issueTicket", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/tickets", Tag: "PINs",
		Summary: "Have a ticket made, to reveal the PIN once",
		Description: "The ticket is for whoever is to see the PIN and is no client, like the cardholder's device: " +
			"it sends it to reveal the PIN with the header Authorization: Ticket, a space, and the ticket. " +
			"The ticket is not kept and cannot be had again, so this takes no Idempotency-Key.",
		Scopes: []access.Scope{access.RevealPIN}, OptionalBody: true,
		Status: http.StatusCreated, Response: issueTicketResponse{},
		Problems: []*kind{notRevealed},
	}, issueTicket)
}

// issueTicketRequest is the body of issueTicket.
type issueTicketRequest struct {
	Lifetime int `json:"lifetime,omitempty" minimum:"1" maximum:"3600" description:"Seconds that the ticket is good for. None: 300." example:"300"`
	explained
	_ struct{} `title:"IssueTicket" additionalProperties:"false"`
}

// issueTicketResponse is the answer of issueTicket.
type issueTicketResponse struct {
	Ticket  string    `json:"ticket" required:"true" pattern:"^[A-Z2-7]{26}$" description:"The ticket." example:"KRMFTOQ6LHG3QYVFNMHXZ2AEWI"`
	Expires time.Time `json:"expiresAt" required:"true" description:"When it is good no more." example:"2027-01-31T12:05:00Z"`
	_       struct{}  `title:"Ticket" additionalProperties:"false"`
}

func issueTicket(c *call, in *issueTicketRequest) (any, error) {
	life := defaultTicketLife
	if in.Lifetime != 0 {
		life = time.Duration(in.Lifetime) * time.Second
	}
	ticket, expires, err := c.Service.IssueTicket(c.ctx(), c.token, life, c.request(in.clean()))
	if err != nil {
		return nil, err
	}
	return issueTicketResponse{Ticket: ticket, Expires: expires.UTC()}, nil
}
