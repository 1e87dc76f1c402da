package httpapi

import (
	"bytes"
	"net/http"
)

func init() {
	register(operation{
		ID: "getDocument", Method: http.MethodGet, Path: "/openapi.json", Tag: "Operation",
		Summary: "This description, as OpenAPI 3.1", Public: true,
		Status: http.StatusOK, Media: mediaJSON,
	}, func(c *call, _ *none) (any, error) {
		return raw{mediaJSON, bytes.Clone(c.document)}, nil
	})

	register(operation{
		ID: "getPage", Method: http.MethodGet, Path: "/docs", Tag: "Operation",
		Summary: "This description, to read", Public: true,
		Status: http.StatusOK, Media: "text/html; charset=utf-8",
	}, func(c *call, _ *none) (any, error) {
		c.w.Header().Set("Content-Security-Policy", pagePolicy)
		c.w.Header().Set("Referrer-Policy", "no-referrer")
		return raw{"text/html; charset=utf-8", bytes.Clone(c.page)}, nil
	})
}
