package keys

import (
	"errors"
	"fmt"
	"log/slog"
)

var errMarshal = errors.New("keys: a key or component cannot be marshalled; export it as a key block")

// String returns the key's algorithm and usage, such as "[TDES2 key P0]".
func (k Key) String() string {
	if k.IsZero() {
		return "[no key]"
	}
	return "[" + k.m().alg.String() + " key " + string(k.m().usage) + "]"
}

// GoString returns what String does.
func (k Key) GoString() string { return k.String() }

// Format prints what String returns, for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// LogValue returns what String does.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText always fails: a key written as its name would be lost without a
// word, and one written out would be worse.
func (k Key) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (k Key) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails: a key does not come from a document by way of a
// decoder that quotes what it could not read.
func (k *Key) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails, as UnmarshalText does.
func (k *Key) UnmarshalBinary([]byte) error { return errMarshal }

// String returns the component's algorithm, such as "[TDES2 component]".
func (c Component) String() string {
	if c.IsZero() {
		return "[no component]"
	}
	return "[" + c.alg.String() + " component]"
}

// GoString returns what String does.
func (c Component) GoString() string { return c.String() }

// Format prints what String returns, for every verb.
func (c Component) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue returns what String does.
func (c Component) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText always fails, as a Key's does.
func (c Component) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (c Component) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails, as a Key's does.
func (c *Component) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails, as UnmarshalText does.
func (c *Component) UnmarshalBinary([]byte) error { return errMarshal }
