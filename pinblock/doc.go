// Package pinblock makes and opens the PIN blocks of ISO 9564-1 formats 0 to 4
// and of the vendor formats that came before them.
//
// It is for whoever has a key at hand, in memory or behind an interface of their
// own. Where keys are on a device, with a policy and usages, take
// [github.com/pinion-hsm/pinion/hsm], which is made with it.
//
//	block, err := pinblock.Seal(ctx, nil, zpk, pinblock.ISO0, pin, pan)
//
// [Seal] encodes a PIN and enciphers the block under an opaque key, [Open]
// undoes both, and [Translate] does one after the other for one and the same
// account number; [TranslateAll] does so for many blocks at once. The key is an
// [Encrypter] or [Decrypter]: a [github.com/pinion-hsm/pinion/keys.Key] is both.
// PINs and PANs come in by [ParsePIN] and [ParsePAN], formats by their constants or
// [ParseFormat].
//
// # What stays inside
//
// A clear PIN block never crosses this package's boundary, and a PIN's digits do
// not come out of a [PIN] again. Test data and tools that must see them import the
// package [github.com/pinion-hsm/pinion/pinblock/clear], and that import line is the
// audit trail. Functions and methods named Veiled… are for the packages of this module:
// their types are internal.
//
// It verifies no PIN, which is [github.com/pinion-hsm/pinion/pinverify], and does not
// say which format may become which, which is a policy of package hsm.
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
