// Package keyblock wraps and unwraps keys in the key blocks of ANSI X9.143,
// which were those of TR-31 before, and of ISO 20038.
//
// A key block is text: a header that says what the key is for, the enciphered
// key in hex digits, and an authenticator over both. Whoever holds the key block
// protection key (KBPK) can unwrap; everybody can read the header, with
// [ParseHeader] and [Explain].
//
//	block, err := keyblock.Wrap(ctx, kbpk, keyblock.Header{Version: 'D', Mode: 'B', Exportability: 'N'}, zpk)
//	u, err := keyblock.Unwrap(ctx, kbpk, block)
//	key, err := u.Key()
//
// Keys of a device come and go in blocks by HSM.ImportKeyBlock and HSM.ExportKeyBlock of
// [github.com/pinion-hsm/pinion/hsm].
//
// # Versions
//
//	A  TDES, variants of the KBPK   TR-31:2005, withdrawn
//	B  TDES, keys derived by CMAC   X9.143
//	C  TDES, variants of the KBPK   X9.143, legacy
//	D  AES, keys derived by CMAC    X9.143 and ISO 20038
//	E  as D, enciphered with CTR    ISO 20038
//
// All of them unwrap. B, D and E wrap; A and C wrap only with
// [AllowVariantBinding]. The KBPK of B, D and E may be in an HSM: all that they
// need of it is the encipherment of a few blocks, or a CMAC.
//
// # What a failure says
//
// What can be seen without a key is told precisely: [ErrHeader], with the field
// and where it is. What takes the KBPK to find out, a changed header or key, a
// wrong KBPK, a length that cannot be, is one [ErrMAC]. No error quotes the block:
// what was pasted in its place may have been a key.
//
// # What is hidden
//
// An enciphered key is as long as the longest key of its algorithm, so that a
// block does not show whether it holds a double or a triple length key; see
// [ShowKeyLength]. Padding is random, so one key wrapped twice gives two blocks.
// Blocks with chosen padding, for known answers, come from the package
// keys/keyblock/clearblock, and so do the bytes of keys that are no [keys.Key].
package keyblock
