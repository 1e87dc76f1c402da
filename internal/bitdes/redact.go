package bitdes

import (
	"errors"
	"fmt"
	"log/slog"
)

var errMarshal = errors.New("bitdes: a cipher cannot be marshalled")

const shown = "[TDES key]"

// String returns "[TDES key]".
func (Cipher) String() string { return shown }

// GoString returns "[TDES key]".
func (Cipher) GoString() string { return shown }

// Format prints "[TDES key]" for every verb.
func (Cipher) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(shown)) }

// LogValue returns "[TDES key]".
func (Cipher) LogValue() slog.Value { return slog.StringValue(shown) }

// MarshalText always fails.
func (Cipher) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails.
func (Cipher) MarshalBinary() ([]byte, error) { return nil, errMarshal }
