package secret

import (
	"errors"
	"fmt"
	"log/slog"
)

var errMarshal = errors.New("secret: secret bytes cannot be marshalled")

const shown = "[secret]"

// String returns "[secret]".
func (Bytes) String() string { return shown }

// GoString returns "[secret]".
func (Bytes) GoString() string { return shown }

// Format prints "[secret]" for every verb.
func (Bytes) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(shown)) }

// LogValue returns "[secret]".
func (Bytes) LogValue() slog.Value { return slog.StringValue(shown) }

// MarshalText always fails: a secret written as "[secret]" would be a silent
// loss, a secret written out would be worse.
func (Bytes) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (Bytes) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails: a secret does not come from a document by way of
// a decoder that quotes what it could not read.
func (*Bytes) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails, as UnmarshalText does.
func (*Bytes) UnmarshalBinary([]byte) error { return errMarshal }
