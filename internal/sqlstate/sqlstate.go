// Package sqlstate says in words what the codes of PostgreSQL mean that operators meet.
// The texts of the server are not shown to them: those may quote values.
package sqlstate

// Text returns what a code means, and "" for one that is not known here.
func Text(code string) string { return texts[code] }

var texts = map[string]string{
	"25006": "it is read-only",
	"28P01": "the password was refused",
	"28000": "the role may not log in",
	"3D000": "no such database",
	"42501": "the role may not do this",
	"42P01": "a table is missing",
	"53100": "the disk is full",
	"53300": "too many connections",
	"57P01": "it is shutting down",
	"57P03": "it is starting or shutting down",
}
