package httpapi

import (
	"errors"
	"net/http"
	"strings"

	"github.com/swaggest/jsonschema-go"

	"github.com/pinion-hsm/pinion/issuer"
)

// actionCode is PIN Control's answer in three digits. Those that Thredd's list has
// are used as it has them; the list does not say which are for a wrong current PIN
// or a wsid used twice, so those are ISO 8583's.
type actionCode string

// The action codes.
const (
	codeDone         actionCode = "000"
	codeTries        actionCode = "106"
	codeNotSupported actionCode = "115"
	codeWrongPIN     actionCode = "117"
	codeNoCard       actionCode = "118"
	codeInput        actionCode = "119"
	codeIssuer       actionCode = "801"
	codeUnavailable  actionCode = "907"
	codeRepeated     actionCode = "913"
	codeCredentials  actionCode = "999"
)

// actionCodes is the codes and what they mean.
var actionCodes = []struct {
	code actionCode
	text string
}{
	{codeDone, "Done"},
	{codeTries, "The allowed number of PIN tries is exceeded"},
	{codeNotSupported, "The function is not supported, here or for this card"},
	{codeWrongPIN, "The current PIN is wrong"},
	{codeNoCard, "No card record"},
	{codeInput, "An input value is not valid, or the product does not take this PIN"},
	{codeIssuer, "Bad issuer code"},
	{codeUnavailable, "The HSM or the store does not answer"},
	{codeRepeated, "The wsid was used for another request"},
	{codeCredentials, "Bad credentials"},
}

// text returns what the code means.
func (a actionCode) text() string {
	for _, c := range actionCodes {
		if c.code == a {
			return c.text
		}
	}
	return ""
}

// InlineJSONSchema keeps the codes where they are used.
func (actionCode) InlineJSONSchema() {}

// PrepareJSONSchema puts the codes and their meaning into the document.
func (actionCode) PrepareJSONSchema(s *jsonschema.Schema) error {
	var list []string
	for _, c := range actionCodes {
		s.Enum = append(s.Enum, string(c.code))
		list = append(list, string(c.code)+": "+c.text)
	}
	s.WithDescription(strings.Join(list, ". ") + ".")
	return nil
}

// codeOf returns the code of a request that was executed.
func codeOf(r issuer.Result) actionCode {
	switch r {
	case issuer.OK:
		return codeDone
	case issuer.WrongPIN:
		return codeWrongPIN
	case issuer.Blocked:
		return codeTries
	}
	return codeInput
}

// codeOfError returns the code of a refusal that PIN Control answers with HTTP
// 200. Others are problems.
func codeOfError(err error) (code actionCode, ok bool) {
	for _, m := range []struct {
		err  error
		code actionCode
	}{
		{issuer.ErrNoCard, codeNoCard},
		{issuer.ErrNotRevealed, codeNotSupported},
		{issuer.ErrNoMailer, codeNotSupported},
		{issuer.ErrReused, codeRepeated},
	} {
		if errors.Is(err, m.err) {
			return m.code, true
		}
	}
	return "", false
}

// completeActionCode adds the code to a problem.
func completeActionCode(p *problem) {
	code := codeInput
	switch {
	case p.Status == http.StatusUnauthorized, p.Status == http.StatusForbidden:
		code = codeCredentials
	case p.Status == http.StatusTooManyRequests, p.Status >= http.StatusInternalServerError:
		code = codeUnavailable
	}
	p.ActionCode = string(code)
}
