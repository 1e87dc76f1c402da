package httpapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	violation "github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// tell adds to a problem what a schema has against a request, in words that
// quote nothing of it: the library's own texts do.
func tell(p *problem, err error) {
	bad, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		p.about("", "is not as described")
		return
	}
	tellOne(p, bad)
	for _, texts := range p.Errors {
		slices.Sort(texts)
	}
}

func tellOne(p *problem, e *jsonschema.ValidationError) {
	name := strings.Join(e.InstanceLocation, ".") // of members that the schema knows
	if missing, ok := e.ErrorKind.(*violation.Required); ok {
		for _, m := range missing.Missing {
			p.once(strings.TrimPrefix(name+"."+m, "."), "is missing")
		}
		return
	}
	if text := complaint(e.ErrorKind); text != "" {
		p.once(name, text)
		return
	}
	for _, cause := range e.Causes {
		tellOne(p, cause)
	}
}

// once is about without repetition.
func (p *problem) once(name, text string) {
	if !slices.Contains(p.Errors[name], text) {
		p.about(name, text)
	}
}

// complaint returns what a schema keyword asks for, and "" for one that only holds
// others.
func complaint(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *violation.AdditionalProperties:
		return "has a member that is not described"
	case *violation.OneOf:
		return "has none or more than one of the members of which it needs one"
	case *violation.AnyOf:
		return "has none of the members of which it needs one"
	case *violation.Type:
		return "must be of type " + strings.Join(k.Want, " or ")
	case *violation.Pattern:
		return "must match " + k.Want
	case *violation.Format:
		return "must be a " + k.Want
	case *violation.MinLength:
		return fmt.Sprintf("must have %d characters or more", k.Want)
	case *violation.MaxLength:
		return fmt.Sprintf("must have at most %d characters", k.Want)
	case *violation.Enum:
		return "must be one of the values described"
	case *violation.Const:
		return "must be the value described"
	case *violation.Minimum, *violation.Maximum:
		return "is out of range"
	case *violation.Schema, *violation.Group, *violation.Reference, *violation.AllOf:
		return ""
	}
	return "is not as described"
}
