// Package softhsm gives a test or a demonstration a PKCS#11 token of its own:
// SoftHSM2, in this process, in a few milliseconds.
//
//	func TestTranslate(t *testing.T) {
//		token := softhsm.New(t)
//		device, err := pkcs11.Open(t.Context(), token.Config())
//		…
//	}
//
// Every token is apart from every other, so tests may run in parallel. No root,
// no configuration of the system's and no set-up script are needed, only the
// library: see [Find]. Nothing is left behind.
//
// Outside a test it is [Temporary], or [Create] and [Open] for a token that is kept; by
// URI, for any program, softhsm: and softhsm:/dir of
// [github.com/pinion-hsm/pinion/hsm/devices]. SoftHSM2 only enciphers and deciphers: the
// clear PIN is in this process for the length of a call. A token on which it is not is
// [github.com/pinion-hsm/pinion/nss].
//
// # How
//
// SoftHSM2 reads its configuration, which says where its tokens are, from the
// file that SOFTHSM2_CONF names, once, when it is initialized; and a library is
// initialized once in a process. So each token has a directory with a
// configuration, its objects, and a copy of the library's file: to the system's
// loader that is another library, with a state of its own. See
// [github.com/pinion-hsm/pinion/hsm/pkcs11.PrivateCopy].
//
// The credential is in a file of that directory. SoftHSM2 is software: it
// protects keys from nobody who can read its files.
package softhsm
