package reencrypt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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

// ErrColumns says that the columns of an input are not those that were asked for.
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
// that are not in it have their own name, if such a column is there.
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
		return fmt.Errorf("%w: the header is not well-formed", ErrColumns)
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
			at, err := column(titles, name, func(a, b string) bool { return a == b })
			if err == nil && at == none {
				err = fmt.Errorf("%w: there is none of the name that --map gives for %s", ErrColumns, role)
			}
			if err != nil {
				return err
			}
			l.Columns[role], taken[at] = at, true
		}
	}
	for _, role := range Roles() {
		if _, named := l.Names[role]; named {
			continue
		}
		at, err := column(titles, string(role), strings.EqualFold)
		if err != nil {
			return err
		}
		if at != none && !taken[at] {
			l.Columns[role], l.Names[role] = at, titles[at]
		}
	}
	return nil
}

// column returns the place of a title.
func column(titles []string, name string, same func(a, b string) bool) (int, error) {
	at := none
	for i, t := range titles {
		if !same(t, name) {
			continue
		}
		if at != none {
			return none, fmt.Errorf("%w: two have the same name, and it is asked for", ErrColumns)
		}
		at = i
	}
	return at, nil
}

// has reports whether rows may have something in a role.
func (l *Layout) has(role Role) bool {
	if l.Kind == CSV {
		_, ok := l.Columns[role]
		return ok
	}
	return l.Names[role] != ""
}

// preamble reads what is before the rows, which goes into the output as it is: of
// CSV the header, and a byte order mark.
func (s *splitter) preamble() ([]byte, error) {
	for s.ended == nil && len(s.rest) < 4 {
		s.rest = s.fill(s.rest)
	}
	for _, utf16 := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(s.rest, []byte(utf16)) {
			return nil, fmt.Errorf("%w: the file is UTF-16: want UTF-8", ErrColumns)
		}
	}
	at := 0
	if bytes.HasPrefix(s.rest, []byte("\ufeff")) {
		at = len("\ufeff")
	}
	if s.layout.Kind != CSV && s.layout.Out != nil {
		if err := s.findTitles(at); err != nil {
			return nil, err
		}
	}
	if s.layout.Kind == CSV {
		for {
			n, reason := s.layout.end(s.rest[at:], s.ended != nil)
			switch {
			case reason != "":
				return nil, fmt.Errorf("%w: the header is not well-formed", ErrColumns)
			case n > 0 && blank(s.rest[at:at+n]):
				at += n
				continue
			case n > 0:
				if err := s.layout.header(s.rest[at : at+n]); err != nil {
					return nil, err
				}
				at += n
			case s.ended == nil && len(s.rest) <= maxLine:
				s.rest = s.fill(s.rest)
				continue
			case s.ended != nil && !errors.Is(s.ended, io.EOF):
				return nil, s.ended
			default:
				return nil, fmt.Errorf("%w: the file is empty: a CSV file has a header", ErrColumns)
			}
			break
		}
	}
	head := append([]byte(nil), s.rest[:at]...)
	s.rest = s.rest[at:]
	return head, nil
}
