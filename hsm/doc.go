// Package hsm performs PIN operations on a device that holds the keys: a
// PKCS#11 token, keys in this process, or anything else that implements
// [Device].
//
// Applications hold an [*HSM], the front. It validates what it is given, keeps
// keys to their usage, enforces the translation policy, says where a clear PIN
// would be and refuses if that was not allowed, and gives errors one shape. The
// device behind it does the cryptography.
//
// # Where a clear PIN lives
//
// [Exposure] is part of every capability report. A device that can only
// decipher and encipher has the clear PIN in this process for the length of one
// call; that is refused unless the application says [AllowInProcess].
package hsm
