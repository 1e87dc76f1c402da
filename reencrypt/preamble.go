package reencrypt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

var errHeader = fmt.Errorf("%w: the header is not well-formed: a quote in it is wrong or not closed", ErrColumns)

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
			case at+n == len(s.rest) && s.ended != nil && !errors.Is(s.ended, io.EOF):
				return nil, s.ended // it may be cut off
			case reason == TooLong:
				return nil, fmt.Errorf("%w: the header is longer than 64 KiB", ErrColumns)
			case reason != "":
				return nil, errHeader
			case n > 0 && blank(s.rest[at:at+n]):
				at += n
				continue
			case n > 0:
				if err := s.layout.header(s.rest[at : at+n]); err != nil {
					return nil, err
				}
				at += n
			case s.ended == nil && len(s.rest)-at > maxLine:
				return nil, ErrRows
			case s.ended == nil:
				s.rest = s.fill(s.rest)
				continue
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
