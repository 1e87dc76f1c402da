package httpapi

import (
	"net/http"
	"strconv"
	"strings"
)

// describeRequest adds the parameters and the body.
func describeRequest(c *openAPICall, op *operation, components map[string]jsonSchema) error {
	sources := []struct {
		when bool
		in   location
		of   any
	}{
		{op.aboutCard(), inPath, cardPath{}},
		{op.Query != nil, inQuery, op.Query},
		{op.Once, inHeader, onceHeader{}},
	}
	for _, s := range sources {
		if !s.when {
			continue
		}
		ps, err := reflectParameters(s.of, s.in)
		if err != nil {
			return err
		}
		c.Parameters = append(c.Parameters, ps...)
	}
	if op.body == nil && len(op.AlsoTakes) == 0 {
		return nil
	}
	c.Body = &openAPIBody{Required: !op.OptionalBody, Content: map[string]openAPIMedia{}}
	for _, media := range op.AlsoTakes {
		c.Body.Content[media] = openAPIMedia{jsonSchema{"type": "string"}}
	}
	if op.body == nil {
		return nil
	}
	ref, err := reflectSchema(op.body, components)
	c.Body.Content[mediaJSON] = openAPIMedia{ref}
	return err
}

// describeAnswer adds the answer of success.
func describeAnswer(c *openAPICall, op *operation, components map[string]jsonSchema) error {
	a := openAPIAnswer{Description: http.StatusText(op.Status), Headers: map[string]openAPIHeader{}, Content: map[string]openAPIMedia{}}
	if op.Once {
		a.Headers[headerReplayed] = openAPIHeader{"true: this is what was answered to an earlier request of the same Idempotency-Key.", jsonSchema{"type": "string", "const": "true"}}
	}
	for _, media := range op.AlsoGives {
		a.Content[media] = openAPIMedia{jsonSchema{"type": "string"}}
	}
	if op.Media != "" {
		media, _, _ := strings.Cut(op.Media, ";")
		a.Content[media] = openAPIMedia{}
	}
	if op.Response != nil {
		ref, err := reflectSchema(op.Response, components)
		if err != nil {
			return err
		}
		headers, err := reflectParameters(op.Response, inHeader)
		if err != nil {
			return err
		}
		for _, h := range headers {
			a.Headers[h.Name] = openAPIHeader{h.Description, h.Schema}
		}
		media := mediaJSON
		if op.Media != "" {
			media, _, _ = strings.Cut(op.Media, ";")
		}
		a.Content[media] = openAPIMedia{ref}
	}
	c.Responses[strconv.Itoa(op.Status)] = a
	return nil
}

// describeProblems returns the answer of one status that is a problem: which types
// it may have, and which headers come with it.
func describeProblems(ks []*kind, ref jsonSchema) openAPIAnswer {
	a := openAPIAnswer{Headers: map[string]openAPIHeader{}}
	var types, titles []string
	for _, k := range ks {
		types = append(types, k.typeURI())
		titles = append(titles, k.Title+".")
		if k.Retry > 0 {
			a.Headers["Retry-After"] = openAPIHeader{"Seconds to wait, RFC 9110 section 10.2.3.", jsonSchema{"type": "string", "pattern": "^[0-9]+$"}}
		}
		if k == noCredential || k == badCredential || k == noScope {
			a.Headers["WWW-Authenticate"] = openAPIHeader{"RFC 6750 section 3.", jsonSchema{"type": "string"}}
		}
	}
	a.Description = strings.Join(titles, " ")
	a.Content = map[string]openAPIMedia{mediaProblem: {jsonSchema{"allOf": []any{ref, jsonSchema{"properties": jsonSchema{
		"type":   jsonSchema{"enum": types},
		"status": jsonSchema{"const": ks[0].Status},
	}}}}}}
	return a
}
