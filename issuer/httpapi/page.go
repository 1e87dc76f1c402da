package httpapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// pagePolicy lets the page do nothing but look as it does: no script, no request.
var pagePolicy = "default-src 'none'; style-src 'sha256-" + digest(pageStyle) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// pageData is the document as the page has it.
type pageData struct {
	openAPI
	Style   template.CSS
	Problem jsonSchema
	Groups  []pageGroup
}

type pageGroup struct {
	Name       string
	Operations []pageOperation
}

type pageOperation struct {
	*openAPICall
	Method, Path string
	Access       []string
}

// page returns the page of a document.
func page(document []byte) ([]byte, error) {
	d := pageData{Style: template.CSS(pageStyle), Problem: jsonSchema{"$ref": schemaPlace + "Problem"}}
	if err := json.Unmarshal(document, &d.openAPI); err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the page: %w", err)
	}
	for _, tag := range d.Tags {
		d.Groups = append(d.Groups, pageGroup{tag.Name, d.of(tag.Name)})
	}
	t, err := template.New("page").Funcs(pageFuncs).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return nil, fmt.Errorf("issuer/httpapi: the page: %w", err)
	}
	return b.Bytes(), nil
}

// of returns the operations of a tag.
func (d *pageData) of(tag string) []pageOperation {
	var ops []pageOperation
	for _, path := range sortedKeys(d.Paths) {
		for _, method := range sortedKeys(d.Paths[path]) {
			c := d.Paths[path][method]
			if c.Tags[0] != tag {
				continue
			}
			op := pageOperation{openAPICall: c, Method: strings.ToUpper(method), Path: path}
			for _, alternative := range c.Security {
				if scopes, ok := alternative[byToken]; ok {
					op.Access = append(op.Access, cmp.Or(strings.Join(scopes, " and "), "any scope or none"))
				}
				if _, ok := alternative[byTicket]; ok {
					op.Access = append(op.Access, "whoever has a ticket")
				}
			}
			ops = append(ops, op)
		}
	}
	return ops
}
