package testvectors

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// Headers of key blocks, which are read and made without a key.
func init() {
	define("tr31.header", header, nil)
	define("tr31.header_new", headerNew, nil)
}

type (
	headerIn struct {
		Header string `json:"header"`
	}
	headerOut struct {
		Version       string `json:"version"`
		Length        string `json:"length"`
		Usage         string `json:"usage"`
		Algorithm     string `json:"algorithm"`
		Mode          string `json:"mode"`
		KeyVersion    string `json:"key_version"`
		Exportability string `json:"exportability"`
		Optional      int    `json:"optional"`
		Reserved      string `json:"reserved"`
	}
	headerNewIn struct {
		Version       string `json:"version"`
		Usage         string `json:"usage"`
		Algorithm     string `json:"algorithm"`
		Mode          string `json:"mode"`
		KeyVersion    string `json:"key_version"`
		Exportability string `json:"exportability"`
	}
	acceptedOut struct{}
)

func header(_ context.Context, _ *Vector, in headerIn) (headerOut, error) {
	h, err := keyblock.ParseHeader(in.Header)
	if err != nil {
		return headerOut{}, err
	}
	if h.String() != in.Header {
		return headerOut{}, fmt.Errorf("the header is written again as %s", h)
	}
	return headerOut{
		Version:       string(h.Version),
		Length:        fmt.Sprintf("%04d", h.Length),
		Usage:         string(h.Usage),
		Algorithm:     string(h.Algorithm),
		Mode:          string(h.Mode),
		KeyVersion:    h.KeyVersion,
		Exportability: string(h.Exportability),
		Optional:      len(h.Optional),
		Reserved:      h.Reserved,
	}, nil
}

func headerNew(_ context.Context, _ *Vector, in headerNewIn) (acceptedOut, error) {
	_, err := keyblock.Fields(in).Header()
	return acceptedOut{}, err
}

// fieldReasons are the reasons that a fault in one field of a key block may have.
var fieldReasons = map[string][]string{
	"header":                    {"header", "length"},
	"version":                   {"header", "header-field", "version"},
	"length":                    {"length"},
	"usage":                     {"header-field"},
	"algorithm":                 {"header-field"},
	"mode of use":               {"header-field"},
	"key version":               {"header-field"},
	"exportability":             {"header-field"},
	"reserved field":            {"header-field"},
	"number of optional blocks": {"header", "optional-block"},
	"optional block":            {"optional-block"},
	"optional blocks":           {"optional-block"},
	// All that is behind the header is one field to the library: key and
	// authenticator cannot be told apart where the text has not their length.
	"enciphered key": {"key-format", "length", "mac-format"},
}
