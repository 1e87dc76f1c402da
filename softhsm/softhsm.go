package softhsm

import (
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// Label is the label of every token this package makes. Serial numbers tell them
// apart.
const Label = "pinion"

// Token is a SoftHSM2 token in a directory of its own.
type Token struct{ t *tokendir.Token }

// TB is what [New] needs of a *testing.T or *testing.B.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(func())
}

// New returns a fresh token for one test, and removes it when the test is over.
// If there is none to be had the test fails, and says how to install SoftHSM2:
// a test that is skipped proves nothing.
func New(t TB) *Token {
	t.Helper()
	return &Token{kind.New(t)}
}

// Temporary returns a fresh token in a new temporary directory. Close removes
// it.
func Temporary() (*Token, error) { return token(kind.Temporary()) }

// Create returns a fresh token in a directory that is empty or does not exist
// yet. The token is kept: open it again with [Open].
func Create(dir string) (*Token, error) { return token(kind.Create(dir)) }

// Open returns the token that [Create] made in a directory, with its keys. The
// directory may have been moved since.
func Open(dir string) (*Token, error) { return token(kind.Open(dir)) }

func token(t *tokendir.Token, err error) (*Token, error) {
	if err != nil {
		return nil, err
	}
	return &Token{t}, nil
}

// URI returns the PKCS#11 URI of the token (RFC 7512). In this process it is all
// that is needed until the token is closed; in another one see [Token.Env].
func (t *Token) URI() string { return t.t.URI() }

// Config returns what pkcs11.Open needs for the token.
func (t *Token) Config() pkcs11.Config { return t.t.Config() }

// Dir returns the directory of the token.
func (t *Token) Dir() string { return t.t.Dir() }

// Env returns the environment that another process needs, besides the URI, to
// use the token: SOFTHSM2_CONF.
func (t *Token) Env() []string { return t.t.Setup().Env }

// Close ends the use of the token in this process; close its devices first. A
// token of [New] or [Temporary] is removed with all its keys.
func (t *Token) Close() error { return t.t.Close() }
