package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// location is where a parameter is, as OpenAPI calls it.
type location string

const (
	inPath   location = "path"
	inQuery  location = "query"
	inHeader location = "header"
)

// schemas is what the document says of one operation's requests.
type schemas struct {
	json       *jsonschema.Schema // of the body, nil for none
	parameters map[location]map[string]*parameter
}

type parameter struct {
	schema  *jsonschema.Schema
	integer bool
}

// documentURL is what the compiler knows the document by.
const documentURL = "openapi.json"

// compile returns the schemas of the operations, out of the document that is
// served.
func compile(document []byte, ops []*operation) (map[*operation]*schemas, error) {
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the OpenAPI document: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(documentURL, root); err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the OpenAPI document: %w", err)
	}
	var paths struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(document, &paths); err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the OpenAPI document: %w", err)
	}
	all := map[*operation]*schemas{}
	for _, op := range ops {
		method := strings.ToLower(op.Method)
		s, err := compileOne(c, pointer("paths", op.Path, method), paths.Paths[op.Path][method], op.body != nil)
		if err != nil {
			return nil, fmt.Errorf("issuer/httpapi: the schemas of %s: %w", op.ID, err)
		}
		all[op] = s
	}
	return all, nil
}

func compileOne(c *jsonschema.Compiler, at string, text []byte, body bool) (*schemas, error) {
	var op struct {
		Parameters []struct {
			Name   string
			In     location
			Schema struct{ Type any }
		}
	}
	if err := json.Unmarshal(text, &op); err != nil {
		return nil, err
	}
	s := &schemas{parameters: map[location]map[string]*parameter{}}
	for i, p := range op.Parameters {
		compiled, err := c.Compile(at + pointer("parameters", fmt.Sprint(i), "schema")[len(documentURL)+1:])
		if err != nil {
			return nil, err
		}
		if s.parameters[p.In] == nil {
			s.parameters[p.In] = map[string]*parameter{}
		}
		s.parameters[p.In][p.Name] = &parameter{compiled, p.Schema.Type == "integer"}
	}
	if !body {
		return s, nil
	}
	var err error
	s.json, err = c.Compile(at + pointer("requestBody", "content", mediaJSON, "schema")[len(documentURL)+1:])
	return s, err
}

// pointer returns the URL of a place in the document.
func pointer(names ...string) string {
	var b strings.Builder
	b.WriteString(documentURL + "#")
	for _, n := range names {
		n = strings.ReplaceAll(strings.ReplaceAll(n, "~", "~0"), "/", "~1")
		b.WriteString("/" + url.PathEscape(n))
	}
	return b.String()
}

// accepts reports whether a parameter's text is as described.
func (s *schemas) accepts(in location, name, text string) bool {
	p := s.parameters[in][name]
	if p == nil {
		return false
	}
	var v any = text
	if p.integer {
		if len(text) > 18 || strings.Trim(text, "0123456789") != "" || text == "" {
			return false
		}
		v = json.Number(text)
	}
	return p.schema.Validate(v) == nil
}

// body returns a problem if a body is not as described.
func (s *schemas) body(v any) error {
	if s.json == nil {
		return nil
	}
	err := s.json.Validate(v)
	if err == nil {
		return nil
	}
	p := invalid.problem()
	tell(p, err)
	return p
}
