package httpapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// The names of the ways to be known.
const (
	byToken       = "token"
	byCertificate = "certificate"
	byTicket      = "ticket" // where an operation admits those
)

// document returns the OpenAPI document of the operations, as JSON.
func document(ops []*operation) ([]byte, error) {
	d := openAPI{
		OpenAPI: "3.1.0",
		Info: openAPIInfo{Title: "pinion", Version: "1",
			Description: "The issuer's PIN service: cards and their PINs, in the calls of the Cards API and of PIN Control, and in calls of its own for enciphered PINs."},
		Servers: []openAPIServer{{URL: "/"}}, // where the document is
		Paths:   map[string]map[string]*openAPICall{},
		Components: openAPIComponents{Schemas: map[string]jsonSchema{}, Security: map[string]map[string]string{
			byToken:       {"type": "http", "scheme": "bearer", "description": "An access token. The roles of an operation are the scopes that it needs."},
			byCertificate: {"type": "mutualTLS", "description": "A TLS client certificate. Its scopes are in the service's configuration."},
			byTicket:      {"type": "http", "scheme": schemeTicket, "description": "A ticket that a client had made for one card. It is good once."},
		}},
		Problems: sortedProblems(),
	}
	for _, op := range ops {
		if tag := (openAPITag{op.Tag}); !slices.Contains(d.Tags, tag) {
			d.Tags = append(d.Tags, tag)
		}
		c, err := describe(op, d.Components.Schemas)
		if err != nil {
			return nil, fmt.Errorf("issuer/httpapi: %s in the OpenAPI document: %w", op.ID, err)
		}
		if d.Paths[op.Path] == nil {
			d.Paths[op.Path] = map[string]*openAPICall{}
		}
		method := strings.ToLower(op.Method)
		if d.Paths[op.Path][method] != nil {
			return nil, fmt.Errorf("issuer/httpapi: two operations are %s %s", op.Method, op.Path)
		}
		d.Paths[op.Path][method] = c
	}
	text, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the OpenAPI document: %w", err)
	}
	return append(text, '\n'), nil
}

// describe returns one operation's part of the document. It adds to the schemas
// what that refers to.
func describe(op *operation, components map[string]jsonSchema) (*openAPICall, error) {
	c := &openAPICall{ID: op.ID, Tags: []string{op.Tag}, Summary: op.Summary, Description: op.Description,
		Security: []map[string][]string{}, Responses: map[string]openAPIAnswer{}}
	for _, scopes := range op.alternatives() {
		c.Security = append(c.Security, map[string][]string{byToken: scopes}, map[string][]string{byCertificate: scopes})
	}
	if op.Admit != nil {
		c.Security = append(c.Security, map[string][]string{byTicket: {}})
	}
	if err := describeRequest(c, op, components); err != nil {
		return nil, err
	}
	if err := describeAnswer(c, op, components); err != nil {
		return nil, err
	}
	ref, err := reflectSchema(problem{}, components)
	if err != nil {
		return nil, err
	}
	ks := op.problems()
	for len(ks) > 0 {
		n := 1
		for n < len(ks) && ks[n].Status == ks[0].Status {
			n++
		}
		c.Responses[strconv.Itoa(ks[0].Status)] = describeProblems(ks[:n], ref)
		ks = ks[n:]
	}
	return c, nil
}

// sortedProblems returns every kind of problem by its name.
func sortedProblems() []*kind {
	return slices.SortedFunc(slices.Values(kinds), func(a, b *kind) int { return strings.Compare(a.Slug, b.Slug) })
}

// alternatives returns the sets of scopes of which one is needed.
func (o *operation) alternatives() [][]string {
	names := func(scopes ...access.Scope) []string {
		list := []string{}
		for _, s := range scopes {
			list = append(list, string(s))
		}
		return list
	}
	switch {
	case o.Public:
		return nil
	case len(o.AnyOf) == 0:
		return [][]string{names(o.Scopes...)}
	}
	var sets [][]string
	for _, s := range o.AnyOf {
		sets = append(sets, names(append(slices.Clone(o.Scopes), s)...))
	}
	return sets
}
