// Package ontoken does PIN operations inside a plain PKCS#11 token: it opens PIN
// blocks, makes them, computes and compares Visa PVVs, compares PINs and walks
// down TDES DUKPT, and the clear PIN is never in this process.
//
// No PKCS#11 mechanism knows a PIN block. But a PIN block is also a wrapped key,
// of eight or sixteen bytes. It is unwrapped into a secret of the token, worked on
// by derivation with public masks and constants, and wrapped again. What this
// package sees are handles, masks and ciphertexts.
//
// # What is checked, and how
//
// Control nibble, length and fill are checked on the token: the bytes in question
// are cut out, padded with zeros, wrapped under a probe key that the token drew,
// and the ciphertext is looked up among those of the few good answers, see [Marks].
// Length and fill are not secret. Digits above 9 are not seen: looking for them
// would tell the digits apart. So a block whose only fault is such a digit opens
// here, where package pinblock refuses it.
//
// For formats other than ISO-0, 1, 3 and 4 there is no way, see [Opens].
//
// # What it does not promise
//
// The intermediate secrets must be extractable. Whoever holds the session can wrap
// them under a key that they know. It is the memory, the core dumps, the swap
// and the logs of this process that PINs are kept out of. Of TDES DUKPT more is to
// be seen here than of the rest: see [PINKey].
//
// # What it costs
//
// Calls of a [Token] for one translation with the PAN unchanged, and calls that
// destroy what was made: for a PIN of 4 digits, and for one of 5, where bytes and
// digits do not meet. From the left to the top:
//
//	        ISO-0            ISO-1            ISO-3            ISO-4
//	ISO-0   9+6, 9+6         10+7, 10+7       10+7, 10+7       13+9, 13+9
//	ISO-1   8+6, 10+8        6+4, 6+4         8+6, 10+8        10+7, 11+8
//	ISO-3   18+13, 18+13     18+13, 18+13     18+13, 18+13     21+15, 21+15
//	ISO-4   11+7, 11+7       11+7, 11+7       11+7, 11+7       12+7, 13+8
//
// A PVV takes 3 calls, and a comparison 6.
package ontoken
