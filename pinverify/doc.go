// Package pinverify has the methods by which an issuer verifies a PIN: the Visa
// PIN verification value ([VisaPVV]), the IBM 3624 PIN and its offset
// ([IBM3624]), the German bank pool PIN ([GBP]), the Netherlands PIN-1 ([NL1]),
// the Interbank PIN ([Interbank]), and the comparison with a stored PIN block
// ([StoredBlock]).
//
// A [Method] is a value: its settings, and the arithmetic on an opaque key. The
// key is a [pinblock.Encrypter]: it may live in memory or in an HSM. A device
// that can do better recognises the value and does the work itself.
//
//	method := pinverify.VisaPVV{Index: 1}
//	pvv, err := method.Reference(ctx, pvk, pin, pan) // kept with the account
//	err = method.Verify(ctx, pvk, pin, pan, pvv)     // nil, or ErrWrongPIN
//
// An application whose PINs come as blocks does not call it so, but gives the value to
// [github.com/pinion-hsm/pinion/hsm.HSM.VerifyPIN], and never has a PIN in its hands.
// Nothing here counts tries. Which PINs an issuer takes at all is said by [Rules].
//
// # Reference values
//
// What the issuer keeps for each account is the method's reference value: the
// four digits of a PVV, the digits of an offset, both in ASCII ('0' to '9'), or
// an enciphered block. A PVV or an offset is not a PIN, but whoever may try
// values against the key finds PINs with it: keep it as carefully as the
// account it belongs to, and bind it to that account.
//
// # Errors
//
// [ErrWrongPIN] means that the PIN was decided to be wrong, and nothing else.
// Every other error means that it could not be decided: a malformed reference,
// a setting, a key of the wrong kind, a device that failed. Only ErrWrongPIN
// should count against the cardholder's tries.
//
// PINs that are computed (natural PINs, customer PINs) are opaque
// [pinblock.PIN] values. Clear digits of a PIN neither enter nor leave.
package pinverify
