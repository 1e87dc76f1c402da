package outbox

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"

	"github.com/pinion-hsm/pinion/issuer"
)

// maxFile bounds what is read; a job has some hundred bytes.
const maxFile = 64 << 10

// Open reads a file of the outbox on the bureau's side: with its private key, and
// the public key of the service that it was given, a JWK as of [Signer.PublicKey].
// It refuses a file that has another job's name, so that nobody can have a job
// printed again under a new one. The error is [ErrOpen], or of the file system.
func Open(path string, recipient *ecdsa.PrivateKey, signer []byte) (issuer.MailJob, error) {
	text, err := read(path)
	if err != nil {
		return issuer.MailJob{}, err
	}
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(signer); err != nil || !k.IsPublic() || recipient == nil {
		return issuer.MailJob{}, ErrOpen
	}
	sealed, err := jose.ParseEncryptedCompact(string(bytes.TrimSpace(text)), keyAlgorithms, contentEncryption)
	if err != nil {
		return issuer.MailJob{}, ErrOpen
	}
	signed, err := sealed.Decrypt(recipient)
	if err != nil {
		return issuer.MailJob{}, ErrOpen
	}
	j, err := jose.ParseSignedCompact(string(signed), []jose.SignatureAlgorithm{jose.EdDSA, jose.ES256})
	if err != nil || j.Signatures[0].Protected.ExtraHeaders[jose.HeaderType] != jobType {
		return issuer.MailJob{}, ErrOpen
	}
	payload, err := j.Verify(k.Key)
	if err != nil {
		return issuer.MailJob{}, ErrOpen
	}
	var job issuer.MailJob
	if json.Unmarshal(payload, &job) != nil || !isID(job.ID) || filepath.Base(path) != job.ID+suffix {
		return issuer.MailJob{}, ErrOpen
	}
	return job, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("issuer/outbox: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("issuer/outbox: %w", err)
	}
	if len(text) > maxFile {
		return nil, ErrOpen
	}
	return text, nil
}
