// Package keys holds the symmetric keys of card payments in memory: double and
// triple length TDES and AES, each with its one X9.143 usage.
//
// A [Key] is opaque. It enciphers and deciphers, and it has a check value; its
// bytes go in and out only through the package keys/cleartext, and that import
// line is the audit trail. A Key has the methods that the package pinblock asks
// of a PIN key, as a key in an HSM has.
//
//	zpk, err := keys.Generate(keys.AES128, keys.UsagePIN)
//	kek, err := keys.Combine(keys.TDES2, keys.UsageKEK, keys.OddParity, one, two) // of components
//
// It is for tests, for software devices, and for the moment in which a key is made,
// imported or exported. Keys in service belong on a device: see
// [github.com/pinion-hsm/pinion/hsm]. They travel in the key blocks of
// [github.com/pinion-hsm/pinion/keys/keyblock], and terminals derive theirs by
// [github.com/pinion-hsm/pinion/keys/dukpt].
//
// # What is refused
//
// A key whose strength is not what its length promises is [ErrWeak]: single
// DES, TDES with equal parts, an AES key of zeros. A PIN verification key does
// not decipher. A foreign key that is refused here can still be identified by its
// check value: see cleartext.KCV.
//
// # What is not promised
//
// Key bytes are wiped when the garbage collector finds that nobody holds them
// any more, which is best effort. The key schedules that crypto/aes and crypto/des
// make of them cannot be wiped. Nor is crypto/des constant time: its tables are
// in memory, and a neighbour on the same core may learn from their timing.
//
// With GODEBUG=fips140=only every TDES key is refused with the error of
// crypto/des, and AES keys work.
package keys
