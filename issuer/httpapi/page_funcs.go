package httpapi

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
)

// pageFuncs is what the page's template does with schemas.
var pageFuncs = template.FuncMap{
	"schema": schemaLink, "rule": schemaRule, "types": problemTypes, "members": schemaMembers, "alternatives": schemaAlternatives,
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// schemaLink names a schema: by a link if the page has it.
func schemaLink(s jsonSchema) template.HTML {
	if ref, ok := s["$ref"].(string); ok {
		name := template.HTMLEscapeString(strings.TrimPrefix(ref, schemaPlace))
		return template.HTML(`<a href="#schema-` + name + `">` + name + `</a>`)
	}
	if items, ok := s["items"].(jsonSchema); ok {
		return "list of " + schemaLink(items)
	}
	switch t := s["type"].(type) {
	case string:
		return template.HTML(template.HTMLEscapeString(t))
	case []any:
		return template.HTML(template.HTMLEscapeString(strings.Trim(fmt.Sprint(t), "[]")))
	}
	return ""
}

// schemaRule returns what a text has to be like.
func schemaRule(s jsonSchema) string {
	var rules []string
	for _, name := range []string{"pattern", "enum", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMaximum", "default"} {
		switch v := s[name]; {
		case v == nil:
		case name == "pattern" || name == "format":
			rules = append(rules, fmt.Sprint(v))
		default:
			rules = append(rules, fmt.Sprintf("%s %v", name, v))
		}
	}
	return strings.Join(rules, ", ")
}

// problemTypes returns the slugs of an answer's problems.
func problemTypes(s jsonSchema) []string {
	all, _ := s["allOf"].([]any)
	if len(all) != 2 {
		return nil
	}
	narrow, _ := all[1].(jsonSchema)
	properties, _ := narrow["properties"].(jsonSchema)
	of, _ := properties["type"].(jsonSchema)
	list, _ := of["enum"].([]any)
	var slugs []string
	for _, t := range list {
		_, slug, _ := strings.Cut(fmt.Sprint(t), "#")
		slugs = append(slugs, slug)
	}
	return slugs
}

// member is one row of a schema's table.
type member struct {
	Name, Description string
	Required          bool
	Schema            jsonSchema
}

// schemaMembers returns the members of an object.
func schemaMembers(s jsonSchema) []member {
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(jsonSchema)
	var list []member
	for _, name := range sortedKeys(properties) {
		p, _ := properties[name].(jsonSchema)
		text, _ := p["description"].(string)
		list = append(list, member{name, text, slices.Contains(required, any(name)), p})
	}
	return list
}

// schemaAlternatives returns the sets of members of which one is needed.
func schemaAlternatives(list []any) string {
	var sets []string
	for _, one := range list {
		of, _ := one.(jsonSchema)
		required, _ := of["required"].([]any)
		var names []string
		for _, r := range required {
			names = append(names, fmt.Sprint(r))
		}
		sets = append(sets, strings.Join(names, " and "))
	}
	return strings.Join(sets, "; ")
}
