// Package pkcs11 is a device whose keys are on a PKCS#11 token: an HSM, a smart
// card, or SoftHSM2.
//
//	uri, err := pkcs11.ParseURI("pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential")
//	device, err := pkcs11.Open(ctx, pkcs11.Config{URI: uri})
//	h := hsm.New(device, hsm.AllowInProcess())
//
// [github.com/pinion-hsm/pinion/hsm/devices] does these three from the URI alone. Tests
// get a token from [github.com/pinion-hsm/pinion/softhsm] or
// [github.com/pinion-hsm/pinion/nss]. docs/pkcs11.md, in the repository, says what to
// set on an HSM, and what to ask its vendor.
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
// An operation ends when its context does, whatever the library does: the call is
// abandoned and its session replaced, up to as many again as the device has. (Calls
// of SoftHSM2 and NSS, which do everything in this process, are waited for.)
//
// # Two ways
//
// No PKCS#11 mechanism knows a PIN block. On a token that can unwrap, derive by XOR,
// cut and join, and wrap, this package works on PIN blocks inside the token: ISO-0, 1,
// 3 and 4, translated, verified by Visa PVV and against stored blocks, with PIN keys
// that may wrap and unwrap and nothing else. That is [hsm.OnDevice]. Otherwise the
// token deciphers a block, this process works on the PIN, and the token enciphers
// the result: [hsm.InProcess]. [Device.Exposure] says which way some work is done,
// and why it is not the other.
//
// What the token can do is tried when the device is opened, once, with keys of the
// test's own and known answers; the list of its mechanisms is not believed.
//
// # How keys are kept
//
// A key's usage, algorithm and check value are in its CKA_ID, and a number that tells
// keys apart, as text:
//
//	pinion1:P0:TDES2:08D7B4:5F0C93A1
//
// It is a note and not a guard: who may write to the token may change it. A key's
// PKCS#11 rights are the guard. They follow its usage, so that the token too refuses
// what the front refuses: a PIN key wraps and unwraps where that will do, and enciphers
// and deciphers elsewhere; a PIN verification key does one of them, one way; and no key
// leaves the token.
//
// A key that other software made has no such CKA_ID, and the front refuses it.
// [Device.Adopt] gives it one.
//
// # DUKPT
//
// Keys are derived on the token, all of them, in the operation that uses them, and
// destroyed when it ends. AES DUKPT takes CKM_AES_ECB_ENCRYPT_DATA and a BDK with the
// right to derive and no other. TDES DUKPT takes XOR and DES beside, and a second
// object for each BDK, which is made when the BDK is imported or generated; on tokens
// without them it is refused. TDES initial keys are refused: their halves would have
// to be extractable.
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
