package soft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// ErrKeystore is returned for a file that is no keystore, or that others may read.
var ErrKeystore = errors.New("hsm/soft: not a keystore that can be used")

const (
	formatName    = "pinion-keystore"
	formatVersion = 1
)

// contents is the file of a keystore, a JSON object.
type contents struct {
	Format  string  `json:"format"`
	Version int     `json:"version"`
	KDF     kdf     `json:"kdf"`
	Keys    []entry `json:"keys"` // by label
	// MAC is the HMAC-SHA256, in hex, of the compact JSON of what is above.
	MAC string `json:"mac,omitempty"`
}

// entry is one key of the file.
type entry struct {
	Label string `json:"label"`
	Block string `json:"block"` // X9.143 version D, with the label in its block LB
}

func newContents(cost kdf) *contents {
	return &contents{Format: formatName, Version: formatVersion, KDF: cost.salted(), Keys: []entry{}}
}

// index returns where the key of a label is, or -1.
func (c *contents) index(label string) int {
	return slices.IndexFunc(c.Keys, func(e entry) bool { return e.Label == label })
}

func (c *contents) add(e entry) {
	c.Keys = append(c.Keys, e)
	slices.SortFunc(c.Keys, func(a, b entry) int { return strings.Compare(a.Label, b.Label) })
}

func (c *contents) remove(i int) { c.Keys = slices.Delete(c.Keys, i, i+1) }

// authenticated returns what the authenticator is over.
func (c *contents) authenticated() []byte {
	bare := *c
	bare.MAC = ""
	text, err := json.Marshal(bare)
	if err != nil { // strings and numbers only
		return nil
	}
	return text
}

// encode returns the file.
func (c *contents) encode() ([]byte, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("%w: it cannot be written as JSON", ErrKeystore)
	}
	return append(text, '\n'), nil
}

// decode reads the file. It quotes nothing of it: a wrong path may lead to
// anything.
func decode(text []byte) (*contents, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var c contents
	if err := d.Decode(&c); err != nil || c.Format != formatName {
		return nil, fmt.Errorf("%w: the file is not one, or is cut off", ErrKeystore)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its end", ErrKeystore)
	}
	if c.Version != formatVersion {
		return nil, fmt.Errorf("%w: it has format version %d, and this program reads version %d", ErrKeystore, c.Version, formatVersion)
	}
	if err := c.KDF.check(); err != nil {
		return nil, err
	}
	if c.MAC == "" {
		return nil, fmt.Errorf("%w: its authenticator is missing", ErrKeystore)
	}
	seen := map[string]bool{}
	for _, e := range c.Keys {
		if e.Label == "" || seen[e.Label] {
			return nil, fmt.Errorf("%w: a label is missing, or there twice", ErrKeystore)
		}
		seen[e.Label] = true
	}
	return &c, nil
}

// specOf returns the spec of a key that is kept.
func specOf(label string, k keys.Key) hsm.KeySpec {
	return hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}
}
