package httpapi

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

const mediaJSON = "application/json"

// readBody reads the body and checks it: its type, its length, its syntax, and
// that it is as the document describes it.
func (c *call) readBody(s *schemas) error {
	media, ok := mediaType(c.r)
	if !ok || media != mediaJSON && !slices.Contains(c.op.AlsoTakes, media) {
		return wrongMedia.problem()
	}
	c.media = media
	body, err := c.bytes()
	c.raw = body
	if err != nil || media != mediaJSON {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		c.raw = nil
		if c.op.OptionalBody {
			return nil
		}
		return malformed.problem()
	}
	if c.op.Rewrite != nil {
		c.raw = c.op.Rewrite(body)
		defer clear(body)
	}
	v, ok := parseStrict(c.raw)
	if !ok {
		return malformed.problem()
	}
	return s.body(v)
}

// mediaType returns the media type of the body, in lower case and without
// parameters. It is not good if it is missing, not UTF-8, or compressed.
func mediaType(r *http.Request) (string, bool) {
	values := r.Header.Values("Content-Type")
	if len(values) != 1 || r.Header.Get("Content-Encoding") != "" {
		return "", false
	}
	media, parameters, err := mime.ParseMediaType(values[0])
	if err != nil {
		return "", false
	}
	charset := parameters["charset"]
	return media, charset == "" || strings.EqualFold(charset, "utf-8")
}

// bytes returns the body. It is the caller's to clear, as are the buffers that it
// grew out of, which are not kept.
func (c *call) bytes() ([]byte, error) {
	if c.r.ContentLength > c.MaxBody {
		return nil, tooLarge.problem()
	}
	limited := http.MaxBytesReader(c.w, c.r.Body, c.MaxBody)
	b := make([]byte, 0, 512)
	for {
		if len(b) == cap(b) {
			grown := append(make([]byte, 0, 2*cap(b)), b...)
			clear(b)
			b = grown
		}
		n, err := limited.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF:
			return b, nil
		case err == nil:
			continue
		}
		clear(b)
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, tooLarge.problem()
		}
		return nil, malformed.problem() // the client stopped in the middle of it
	}
}
