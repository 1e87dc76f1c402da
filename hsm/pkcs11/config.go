package pkcs11

import "log/slog"

// Config says what to open and how. Only the URI is needed.
type Config struct {
	// URI names the token, its library and, maybe, its credential. A URI that
	// names no token stands for the only one there is.
	URI URI

	// Credential returns the credential (PKCS#11's user PIN) if the URI has none.
	// It is called at most once, when the device is opened and the token was found
	// and wants a credential; what it returns is cleared. Nil: there is none.
	Credential func() ([]byte, error)

	// Sessions is how many operations run at the same time; others wait. Zero is
	// 16, or what the token has if that is less.
	Sessions int

	// ReadOnly opens sessions that cannot make or delete keys on the token.
	ReadOnly bool

	// ThrowAway says that the token was made for a test or a demonstration, so
	// that a clear PIN in this process does no harm: see [hsm.ThrowAway].
	ThrowAway bool
}

// TokenSpec is what a new token is to be.
type TokenSpec struct {
	Label string // 1 to 32 bytes

	// Credential returns the credential that devices are to log in with (PKCS#11's
	// user PIN), and Officer that of the security officer (its SO PIN). Each is called
	// once; what it returns is cleared. Nil is the empty credential, which NSS takes
	// for its officer.
	Credential, Officer func() ([]byte, error)
}

// TokenInfo is a token as a list shows it, by what it says of itself. [Token] is all
// that it says.
type TokenInfo struct {
	Label         string
	Serial        string
	Manufacturer  string
	Model         string
	Initialized   bool
	LoginRequired bool
	SlotID        uint // for information: it may change at any time
}

// String returns the token as the path of a URI that names it.
func (t TokenInfo) String() string {
	return URI{Token: t.Label, Serial: t.Serial, Manufacturer: t.Manufacturer, Model: t.Model}.String()
}

// LogValue returns what String does.
func (t TokenInfo) LogValue() slog.Value { return slog.StringValue(t.String()) }
