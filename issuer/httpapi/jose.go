package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/session"
)

const mediaJOSE = "application/jose"

var (
	badJWE = newKind(kind{"jwe-refused", http.StatusUnprocessableEntity, "The JWE does not open",
		"It is compact, by ECDH-ES+A256KW and A256GCM, for the key of /keys that has this alg, whose kid it names, and it has no zip.", 0})
	badMessage = newKind(kind{"message-refused", http.StatusUnprocessableEntity, "The JWE holds no message for this request",
		`Its payload is JSON with publicToken, iat, and "pin", or to change one "currentPin" and "newPin", each of 4 to 12 digits in quotes.`, 0})
	otherCard = newKind(kind{"message-for-another-card", http.StatusUnprocessableEntity, "The JWE is for another card",
		"The publicToken in its payload is that of the path.", 0})
	stale = newKind(kind{"message-stale", http.StatusUnprocessableEntity, "The JWE was not made within the last minutes",
		"The iat in its payload is in seconds since 1970-01-01, and at most five minutes old.", 0})
	// ofJOSE are the problems of operations that take a JWE.
	ofJOSE = []*kind{badJWE, badKeyID, badMessage, otherCard, stale}
)

// message opens the JWE that the body is. The PINs in it are in this process
// until they are sealed again, as clear ones are, but nobody on the way saw them:
// so it is taken also where clear PINs are turned off.
func (c *call) message() (session.Message, error) {
	return c.Sessions.OpenMessage(c.raw, c.token)
}
