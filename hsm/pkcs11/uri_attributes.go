package pkcs11

import (
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// pathAttributes are those that name the token, RFC 7512 section 2.3 pk11-path.
var pathAttributes = map[string]attribute{
	"token":        text(32, func(u *URI) *string { return &u.Token }),
	"serial":       text(16, func(u *URI) *string { return &u.Serial }),
	"manufacturer": text(32, func(u *URI) *string { return &u.Manufacturer }),
	"model":        text(16, func(u *URI) *string { return &u.Model }),
	"slot-id":      slotID,
	"object":       ignored,
	"type":         ignored,
	"id":           ignored,
}

// queryAttributes are those that say how to get at it, pk11-query.
var queryAttributes = map[string]attribute{
	"module-path": text(4096, func(u *URI) *string { return &u.ModulePath }),
	"module-name": moduleName,
	"pin-source":  credentialSource,
	"pin-value":   credentialValue,
}

func ignored(*URI, string) string { return "" }

// text returns an attribute of at most max bytes. The limits are those of the
// padded fields of CK_TOKEN_INFO: a longer value could match no token.
func text(max int, field func(*URI) *string) attribute {
	return func(u *URI, value string) string {
		switch {
		case value == "":
			return "it is empty"
		case len(value) > max:
			return "it is longer than " + strconv.Itoa(max) + " bytes"
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
			return "it is not text in UTF-8"
		}
		*field(u) = value
		return ""
	}
}

func slotID(u *URI, value string) string {
	n, err := strconv.ParseUint(value, 10, bits.UintSize)
	if err != nil {
		return "it is not a decimal number"
	}
	id := uint(n)
	u.SlotID = &id
	return ""
}

func moduleName(u *URI, value string) string {
	if strings.ContainsAny(value, `/\`) {
		return "it is a name, not a path: for a path use module-path"
	}
	return text(255, func(u *URI) *string { return &u.ModuleName })(u, value)
}

func credentialSource(u *URI, value string) string {
	if strings.HasPrefix(value, "|") {
		return "commands are not run: write the credential to a file only you can read, and name that"
	}
	file := value
	if len(value) >= 5 && strings.EqualFold(value[:5], "file:") {
		file = value[5:]
		if host, rest, ok := strings.Cut(strings.TrimPrefix(file, "//"), "/"); strings.HasPrefix(file, "//") {
			if !ok || host != "" && host != "localhost" {
				return "a file: URI has the form file:/path"
			}
			file = "/" + rest
		}
		if !strings.HasPrefix(file, "/") {
			return "a file: URI has the form file:/path"
		}
	} else if i := strings.Index(value, ":"); i > 1 && !strings.Contains(value[:i], "/") {
		return "only files can be read: file:/path, or a path"
	}
	return text(4096, func(u *URI) *string { return &u.CredentialSource })(u, file)
}

func credentialValue(u *URI, value string) string {
	if value == "" {
		return "it is empty"
	}
	u.credential = secret.New([]byte(value))
	return ""
}
