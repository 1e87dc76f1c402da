package httpapi

import (
	"slices"
	"strings"

	"github.com/swaggest/jsonschema-go"
)

// jsonSchema is a JSON Schema as it is in the document.
type jsonSchema = map[string]any

// schemaPlace is where the document has its schemas.
const schemaPlace = "#/components/schemas/"

// reflectSchema returns a reference to the schema of a struct, made of its tags,
// and adds that to the schemas.
func reflectSchema(of any, components map[string]jsonSchema) (jsonSchema, error) {
	var r jsonschema.Reflector
	var failed error
	s, err := r.Reflect(of, jsonschema.RootRef, jsonschema.DefinitionsPrefix(schemaPlace),
		jsonschema.StripDefinitionNamePrefix("Httpapi", "Session"),
		jsonschema.CollectDefinitions(func(name string, s jsonschema.Schema) {
			m, err := s.ToSchemaOrBool().ToSimpleMap()
			if err != nil {
				failed = err
			}
			components[name] = m
		}))
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return s.ToSchemaOrBool().ToSimpleMap()
}

// reflectParameters returns the fields of a struct that have the tag of a
// location, as parameters.
func reflectParameters(of any, in location) ([]openAPIParameter, error) {
	var r jsonschema.Reflector
	s, err := r.Reflect(of, jsonschema.InlineRefs, jsonschema.PropertyNameTag(string(in)))
	if err != nil {
		return nil, err
	}
	var ps []openAPIParameter
	for name, property := range s.Properties {
		m, err := property.ToSimpleMap()
		if err != nil {
			return nil, err
		}
		p := openAPIParameter{Name: name, In: in, Required: slices.Contains(s.Required, name), Schema: m}
		p.Description, _ = m["description"].(string)
		delete(m, "description")
		ps = append(ps, p)
	}
	slices.SortFunc(ps, func(a, b openAPIParameter) int { return strings.Compare(a.Name, b.Name) })
	return ps, nil
}
