package session

import "errors"

// What may be wrong. Errors of the HSM are wrapped as they are.
var (
	// ErrNoImport is said of a device on which no key can be put.
	ErrNoImport = errors.New("issuer/session: the HSM takes no session keys, so PINs cannot come or go but under its own keys")

	ErrPeer       = errors.New("issuer/session: the public key is not a point of P-256, as a JWK or uncompressed")
	ErrSharedInfo = errors.New("issuer/session: the shared info has not 16 to 64 bytes")
	ErrKeyID      = errors.New("issuer/session: the key is not the service's: get its public keys again")

	// ErrJWE is about the form of a JWE, which anybody can see.
	ErrJWE = errors.New("issuer/session: not a compact JWE of at most 8 KiB by ECDH-ES+A256KW and A256GCM, with a kid and without zip")
	// ErrDecipher is all that is said of a JWE that does not open.
	ErrDecipher = errors.New("issuer/session: the JWE does not open")

	ErrMessage   = errors.New("issuer/session: the payload is not a message with publicToken, iat and PINs of 4 to 12 digits")
	ErrOtherCard = errors.New("issuer/session: the message is for another card")
	ErrStale     = errors.New("issuer/session: the message was not made within the last minutes")

	// ErrKeys is said of private keys that cannot be used.
	ErrKeys = errors.New("issuer/session: private keys are two different keys of P-256, as PKCS#8 in PEM: for agreement, then for JWE")
)
