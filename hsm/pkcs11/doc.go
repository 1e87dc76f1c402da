// Package pkcs11 is a device whose keys are on a PKCS#11 token: an HSM, a smart
// card, or SoftHSM2.
//
//	uri, err := pkcs11.ParseURI("pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential")
//	device, err := pkcs11.Open(ctx, pkcs11.Config{URI: uri})
//	h := hsm.New(device, hsm.AllowInProcess())
//
// # What it does for you
//
// A token is named by its label or serial, never by a slot number, because
// slots are renumbered. There is one C_Initialize per library and process,
// counted, and one login for as long as the device is open, kept by a session
// that does nothing else. Operations run on a bounded pool of further sessions,
// one operation a session; a session whose operation failed is closed, because
// it may be in the middle of something. If the token goes away and comes back,
// the device finds it again, logs in again and, where that is safe, does the
// operation once more. A credential that was refused is not tried again: the
// token counts, and locks.
//
// The word PIN is the cardholder's. What PKCS#11 calls the user PIN is the
// credential here; the attributes of a URI keep the names RFC 7512 gave them.
//
// # Two ways, of which this is the first
//
// No PKCS#11 mechanism knows a PIN block. This package has the token decipher a
// block, works on the PIN in this process and has the token encipher the
// result: [hsm.InProcess], for every operation and on every token. That is
// what [hsm.Arithmetic], embedded in [Device], does. A token that can wrap and
// derive can do better, without the clear PIN in this process; where that way
// is added, it is by overriding the methods of Arithmetic it applies to.
//
// # How keys are kept
//
// A key's usage, algorithm and check value are in its CKA_ID: see [KeyID]. Its
// PKCS#11 rights follow its usage, so that the token too refuses what the front
// refuses: a PIN key enciphers and deciphers, a PIN verification key only
// enciphers, and no key leaves the token.
//
// A key that other software made has no such CKA_ID, and the front refuses it.
// [Device.Adopt] gives it one.
//
// # DUKPT
//
// AES DUKPT is derived on the token, all of it, where the token has
// CKM_AES_ECB_ENCRYPT_DATA: a BDK has the right to derive and no other, and the
// PIN key of a transaction is a session object that is destroyed after the
// operation, as the keys on the way to it are after the next step. Before a
// connection derives for the first time, the token has to show, with a key it
// draws, that what it derives is right and cannot leave it. TDES DUKPT is made of
// keys masked by XOR, for which many tokens have no mechanism: it is refused.
//
// # How keys come in
//
// [Device.ImportKey] takes a key that is in this process, and gives the library
// its bytes by C_CreateObject. A token's mechanisms for unwrapping keys are no way
// round that. None opens an X9.143 key block, whose keys for encipherment and
// authentication are themselves derived with a CMAC: so a key that comes in a key
// block is unwrapped in this process. And to wrap it again here, for the token to
// unwrap, would hide it from nobody who can read this process. A key that must
// never be here is generated on the token.
//
// # Without cgo
//
// PKCS#11 libraries are C. Built with CGO_ENABLED=0 the package has the same
// API, and Open says that it needs cgo.
package pkcs11
