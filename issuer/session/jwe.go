package session

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// MaxJWE is the length of the longest JWE that is looked at, in bytes.
const MaxJWE = 8 << 10

// The one pair of algorithms, RFC 7518 sections 4.6 and 5.3. ECDH-ES with a
// wrapped key rather than bare: a key that does not unwrap is found out before any
// of the content is deciphered.
var (
	keyAlgorithms     = []jose.KeyAlgorithm{jose.ECDH_ES_A256KW}
	contentEncryption = []jose.ContentEncryption{jose.A256GCM}
)

// headers are the members a JWE's header may have. zip is not among them: how
// well a PIN compresses tells of the PIN; nor is crit, for nothing critical is
// understood here.
var headers = []string{"alg", "enc", "kid", "epk", "apu", "apv", "typ", "cty"}

// openJWE returns the payload of a compact JWE made for the service's key: the
// caller clears it. Errors are [ErrJWE], [ErrKeyID] and [ErrDecipher].
func (s *Sessions) openJWE(compact []byte) ([]byte, error) {
	if len(compact) > MaxJWE || bytes.ContainsFunc(compact, notCompact) {
		return nil, ErrJWE
	}
	text := string(compact)
	kid, ok := readHeader(text)
	if !ok {
		return nil, ErrJWE
	}
	if kid != s.public.Keys[encryptionKey].KeyID {
		return nil, ErrKeyID
	}
	j, err := jose.ParseEncryptedCompact(text, keyAlgorithms, contentEncryption)
	if err != nil {
		return nil, ErrJWE
	}
	payload, err := j.Decrypt(s.keys.encryption())
	if err != nil {
		return nil, ErrDecipher
	}
	return payload, nil
}

// notCompact says whether a character has no place in a compact JWE. The decoder
// of base64 would pass over ends of lines.
func notCompact(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		return false
	}
	return true
}

// readHeader returns the kid of a JWE whose header has only what it may have. The
// JOSE library does not say whether there was a zip.
func readHeader(compact string) (kid string, ok bool) {
	first, _, _ := strings.Cut(compact, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return "", false
	}
	var h map[string]json.RawMessage
	if json.Unmarshal(raw, &h) != nil {
		return "", false
	}
	for name := range h {
		if !slices.Contains(headers, name) {
			return "", false
		}
	}
	if json.Unmarshal(h["kid"], &kid) != nil {
		return "", false
	}
	return kid, kid != ""
}
