// Package nss gives a test or a demonstration a PKCS#11 token of its own: NSS
// softokn, in this process, in a few milliseconds. It is the token that Firefox
// keeps its keys in, and it has the mechanisms by which a PIN block is worked on
// without the clear PIN leaving the token.
//
//	func TestTranslate(t *testing.T) {
//		token := nss.New(t)
//		device, err := pkcs11.Open(t.Context(), token.Config())
//		…
//	}
//
// Every token is apart from every other, so tests may run in parallel. No root, no
// set-up and no certutil are needed, only the library: see [Find]. Nothing is left
// behind.
//
// Outside a test it is [Temporary], or [Create] and [Open] for a token that is kept; by
// URI, for any program, nss: and nss:/dir of
// [github.com/pinion-hsm/pinion/hsm/devices].
//
// # How
//
// NSS is told where its database is when it is initialized, and a library is
// initialized once in a process. So each token has a directory with its database
// and a copy of the library's file: to the system's loader that is another
// library, with a state of its own. See
// [github.com/pinion-hsm/pinion/hsm/pkcs11.PrivateCopy].
//
// Here that is not enough, because softokn keeps some of its state in two
// libraries that it shares with its copies: the random generator in libfreebl and
// tables in libnssutil. The first copy that is finalized takes both from under the
// others, which then draw no more keys, or crash. So each token has copies of these
// two as well, under names of their own, and its copy of softokn is made to ask for
// those names: three strings of the file are changed. That can be done to the ELF
// files of Linux and the BSDs; elsewhere the error wraps [errors.ErrUnsupported].
//
// The credential is in a file of the directory. NSS is software: it protects keys
// from nobody who can read its files. It also does not keep a key that is not
// extractable from being wrapped under any key that may wrap.
package nss
