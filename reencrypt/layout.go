package reencrypt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Role is what a column or member is for.
type Role string

// The roles. A row has a block; the others are there or not.
const (
	RolePAN   Role = "pan"    // account number with its check digit
	RoleBlock Role = "block"  // enciphered PIN block in hex
	RoleKSN   Role = "ksn"    // key serial number of the block that comes in
	RoleToKSN Role = "to_ksn" // and of the one that goes out
	RoleID    Role = "id"     // what the rejects call the card
)

// Roles returns every role.
func Roles() []Role { return []Role{RolePAN, RoleBlock, RoleKSN, RoleToKSN, RoleID} }

// none stands for a column that is not there.
const none = -1

// ErrColumns says that the columns of an input are not those that were asked for. Where
// another name for one would do, it is in a [*ColumnError].
var ErrColumns = errors.New("reencrypt: columns")

// Layout says where in a row things are. It is made once for an input, and can be
// kept as JSON with the chunks of it.
type Layout struct {
	Kind      Kind            `json:"kind"`
	Delimiter byte            `json:"delimiter,omitempty"` // CSV
	Width     int             `json:"width,omitempty"`     // CSV: how many columns there are
	Columns   map[Role]int    `json:"columns,omitempty"`   // CSV: from 0
	Names     map[Role]string `json:"names"`
	Out       *Conversion     `json:"out,omitempty"` // nil: rows go out as they came in
}

// NewLayout returns the layout of rows with the given names for the roles; roles
// that are not in it have their own name, if such a column is there. The error wraps
// [ErrColumns].
func NewLayout(kind Kind, delimiter byte, names map[Role]string) (*Layout, error) {
	l := &Layout{Kind: kind, Names: map[Role]string{}}
	if kind == CSV {
		l.Delimiter = delimiter
		if delimiter == 0 {
			l.Delimiter = ','
		}
		if strings.IndexByte("\"\r\n", l.Delimiter) >= 0 {
			return nil, fmt.Errorf("%w: that character does not separate them", ErrColumns)
		}
	}
	seen := map[string]Role{}
	for _, role := range Roles() {
		name, mapped := names[role]
		if !mapped {
			continue
		}
		if other, twice := seen[name]; twice {
			return nil, fmt.Errorf("%w: one column cannot be %s and %s", ErrColumns, other, role)
		}
		seen[name], l.Names[role] = role, name
	}
	for role := range names {
		if !slices.Contains(Roles(), role) {
			return nil, fmt.Errorf("%w: roles are pan, block, ksn, to_ksn and id", ErrColumns)
		}
	}
	if kind == NDJSON {
		for _, role := range Roles() {
			if _, taken := seen[string(role)]; l.Names[role] == "" && !taken {
				l.Names[role] = string(role)
			}
		}
	}
	return l, nil
}

// header reads the header of a CSV file, with its line end.
func (l *Layout) header(line []byte) error {
	fields, ok := csvFields(chomp(line), l.Delimiter, nil)
	if !ok {
		return errHeader
	}
	titles := make([]string, len(fields))
	for i, f := range fields {
		titles[i] = strings.TrimSpace(string(f.text(line)))
	}
	l.Width, l.Columns = len(fields), map[Role]int{}
	if err := l.Out.titled(titles); err != nil {
		return err
	}
	taken := map[int]bool{}
	for _, role := range Roles() { // those that were named first: they take their columns from the others
		if name, named := l.Names[role]; named {
			at, times := column(titles, name, func(a, b string) bool { return a == b })
			switch {
			case times == 0:
				return fmt.Errorf("%w: there is none of the name that --map gives for %s (upper and lower case are told apart)", ErrColumns, role)
			case times > 1:
				return fmt.Errorf("%w: two have the name that --map gives for %s", ErrColumns, role)
			}
			l.Columns[role], taken[at] = at, true
		}
	}
	for _, role := range Roles() {
		if _, named := l.Names[role]; named {
			continue
		}
		at, times := column(titles, string(role), strings.EqualFold)
		if times > 1 {
			return &ColumnError{role, "two are called " + string(role) + ", in upper case or lower case"}
		}
		if at != none && !taken[at] {
			l.Columns[role], l.Names[role] = at, titles[at]
		}
	}
	return nil
}

// column returns the place of a title, and how often it is there.
func column(titles []string, name string, same func(a, b string) bool) (at, times int) {
	at = none
	for i, t := range titles {
		if same(t, name) {
			at, times = i, times+1
		}
	}
	return at, times
}

// place returns the column of a role.
func (l *Layout) place(role Role) int {
	if at, ok := l.Columns[role]; ok {
		return at
	}
	return none
}

// check holds a layout to itself: it may come from a database.
func (l *Layout) check() error {
	bad := l.Kind == CSV && strings.IndexByte("\"\r\n\x00", l.Delimiter) >= 0
	for _, at := range l.Columns {
		bad = bad || at < 0 || at >= l.Width
	}
	if out := l.Out; out != nil {
		bad = bad || out.Kind == l.Kind || l.Kind == CSV && len(out.Titles) != l.Width ||
			l.Kind != CSV && !slices.Contains(out.Titles, l.Names[RoleBlock])
	}
	if bad {
		return fmt.Errorf("%w: the layout contradicts itself", ErrColumns)
	}
	return nil
}

// has reports whether rows may have something in a role.
func (l *Layout) has(role Role) bool {
	if l.Kind == CSV {
		_, ok := l.Columns[role]
		return ok
	}
	return l.Names[role] != ""
}
