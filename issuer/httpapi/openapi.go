package httpapi

// openAPI is the part of OpenAPI 3.1 that this interface needs.
type openAPI struct {
	OpenAPI    string                             `json:"openapi"`
	Info       openAPIInfo                        `json:"info"`
	Servers    []openAPIServer                    `json:"servers"`
	Tags       []openAPITag                       `json:"tags"`
	Paths      map[string]map[string]*openAPICall `json:"paths"` // by path and method
	Components openAPIComponents                  `json:"components"`
	Problems   []*kind                            `json:"x-problems"`
}

type openAPIServer struct {
	URL string `json:"url"`
}

type openAPITag struct {
	Name string `json:"name"`
}

type openAPIInfo struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

type openAPIComponents struct {
	Schemas  map[string]jsonSchema        `json:"schemas"`
	Security map[string]map[string]string `json:"securitySchemes"`
}

type openAPICall struct {
	ID          string                   `json:"operationId"`
	Tags        []string                 `json:"tags"`
	Summary     string                   `json:"summary"`
	Description string                   `json:"description,omitempty"`
	Security    []map[string][]string    `json:"security"` // empty: none is needed
	Parameters  []openAPIParameter       `json:"parameters,omitempty"`
	Body        *openAPIBody             `json:"requestBody,omitempty"`
	Responses   map[string]openAPIAnswer `json:"responses"` // by status
}

type openAPIParameter struct {
	Name        string     `json:"name"`
	In          location   `json:"in"`
	Required    bool       `json:"required"`
	Description string     `json:"description,omitempty"`
	Schema      jsonSchema `json:"schema"`
}

type openAPIBody struct {
	Required bool                    `json:"required"`
	Content  map[string]openAPIMedia `json:"content"` // by media type
}

type openAPIAnswer struct {
	Description string                   `json:"description"`
	Headers     map[string]openAPIHeader `json:"headers,omitempty"`
	Content     map[string]openAPIMedia  `json:"content,omitempty"`
}

type openAPIHeader struct {
	Description string     `json:"description"`
	Schema      jsonSchema `json:"schema"`
}

type openAPIMedia struct {
	Schema jsonSchema `json:"schema,omitempty"`
}
