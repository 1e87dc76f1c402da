package dukpt

import (
	"errors"
	"fmt"
	"log/slog"
)

var errMarshal = errors.New("keys/dukpt: keys cannot be marshalled")

// hidden is in every type here that holds keys. The keys print nothing by
// themselves, wherever they are held; this says so in words, and keeps encoders
// from writing an empty document in place of a key.
type hidden struct{ _ [0]func() }

const shown = "[DUKPT key]"

// String returns "[DUKPT key]".
func (hidden) String() string { return shown }

// GoString returns what String does.
func (hidden) GoString() string { return shown }

// Format prints what String returns, for every verb.
func (hidden) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(shown)) }

// LogValue returns what String does.
func (hidden) LogValue() slog.Value { return slog.StringValue(shown) }

// MarshalText always fails.
func (hidden) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails.
func (hidden) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails.
func (*hidden) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails.
func (*hidden) UnmarshalBinary([]byte) error { return errMarshal }
