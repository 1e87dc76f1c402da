package outbox

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"

	"github.com/pinion-hsm/pinion/internal/durable"
	"github.com/pinion-hsm/pinion/issuer"
)

const suffix = ".jwe"

// The one pair of algorithms, RFC 7518 sections 4.6 and 5.3.
var (
	keyAlgorithms     = []jose.KeyAlgorithm{jose.ECDH_ES_A256KW}
	contentEncryption = []jose.ContentEncryption{jose.A256GCM}
)

// Mailer writes jobs into files. Many processes may write into one directory.
type Mailer struct {
	dir     string
	encrypt jose.Encrypter
}

var _ issuer.Mailer = (*Mailer)(nil)

// NewMailer returns a Mailer that writes into a directory, which it makes if it
// is not there, for its owner alone. recipient is the bureau's public key, a JWK;
// without a kid it gets its thumbprint (RFC 7638). Errors are [ErrRecipient] and
// those of the file system.
func NewMailer(dir string, recipient []byte) (*Mailer, error) {
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(recipient); err != nil {
		return nil, ErrRecipient
	}
	if _, ok := k.Key.(*ecdsa.PublicKey); !ok || !k.Valid() || k.Use != "" && k.Use != "enc" {
		return nil, ErrRecipient
	}
	if k.KeyID == "" {
		id, err := k.Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, ErrRecipient
		}
		k.KeyID = base64.RawURLEncoding.EncodeToString(id)
	}
	encrypter, err := jose.NewEncrypter(contentEncryption[0],
		jose.Recipient{Algorithm: keyAlgorithms[0], Key: k.Key, KeyID: k.KeyID},
		(&jose.EncrypterOptions{}).WithType(jobType).WithContentType("jose"))
	if err != nil {
		return nil, ErrRecipient
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, outbox(err)
	}
	return &Mailer{dir: dir, encrypt: encrypter}, nil
}

// Deliver implements [issuer.Mailer]. When it returns nil the file is whole, under
// its name, and on the disk.
func (m *Mailer) Deliver(ctx context.Context, mail issuer.Mail) error {
	if !isID(mail.ID) {
		return ErrJob
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	path := filepath.Join(m.dir, mail.ID+suffix)
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		// It is whole, since it has its name; whoever renamed it may have been killed
		// before the next step.
		return outbox(durable.SyncDir(m.dir))
	case !errors.Is(err, fs.ErrNotExist):
		return outbox(err)
	}
	j, err := m.encrypt.Encrypt(mail.Job)
	if err != nil {
		return ErrJob
	}
	text, err := j.CompactSerialize()
	if err != nil {
		return ErrJob
	}
	return outbox(durable.Replace(path, []byte(text)))
}

// outbox says where an error of the file system comes from.
func outbox(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("issuer/outbox: %w", err)
}

// isID says whether an ID is 32 hex digits, and so no path and no name that means
// something to a file system.
func isID(id string) bool {
	if len(id) != 32 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
