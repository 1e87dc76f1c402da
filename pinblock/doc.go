// Package pinblock makes and opens the PIN blocks of ISO 9564-1 formats 0 to 4
// and of the vendor formats that came before them.
//
// [Seal] encodes a PIN and enciphers the block under an opaque key, [Open]
// undoes both, and [Translate] does one after the other for one and the same
// account number. The key is an [Encrypter] or [Decrypter]: it may live in
// memory or in an HSM.
//
// A clear PIN block never crosses this package's boundary. Test data and
// tools that must see one import the package pinblock/clear, and that import
// line is the audit trail.
//
// # Errors
//
// An error about the caller's own input says precisely what is wrong with it,
// without quoting it. Whatever was learnt by deciphering a block is the one
// error [ErrBlock], because each finer answer would be an answer to a question
// about the PIN.
//
// # What a wrong PAN looks like
//
// Formats 0 and 3 notice a wrong account number only where one of its digits
// lies under fill. A wrong digit under the third or a later PIN digit often
// gives another PIN that looks valid. Format 4 notices every change.
package pinblock
