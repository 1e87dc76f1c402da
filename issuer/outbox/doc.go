// Package outbox is the built-in PIN mailer: it puts each job, signed by the
// service and enciphered for the bureau that prints and posts it, into a file of a
// directory. How the files get to the bureau is the operator's choice.
//
// A service gets it by issuer.Options.Mail: [NewMailer] is the Mailer there and
// [NewSigner] the Signer. The bureau's side is [Open].
//
// A file is ID.jwe, a compact JWE (ECDH-ES with A256KW, A256GCM) whose payload is
// the compact JWS (ES256 or EdDSA) of an [issuer.MailJob]. The PIN in that is an
// enciphered block under a zone key of the HSM and the bureau's: neither signature
// nor file bring it in clear. What the JWE hides is which card is sent a PIN.
//
// A job may be written again after its file was taken away, if the service was
// killed before it noted that the job was delivered. The bureau prints no ID
// twice.
package outbox

import "errors"

// The errors of this package, beside those of the file system.
var (
	ErrSigningKey = errors.New("issuer/outbox: the signing key is not a private key of P-256 or Ed25519, as PKCS#8 in PEM")
	ErrRecipient  = errors.New("issuer/outbox: the recipient is not a JWK with the public key of P-256, P-384 or P-521")
	ErrJob        = errors.New("issuer/outbox: not a signed job with an ID of 32 hex digits in lower case")
	// ErrOpen is all that is said of a file that does not open or verify.
	ErrOpen = errors.New("issuer/outbox: the file is not a job from this signer for this recipient")
)
