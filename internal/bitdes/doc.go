// Package bitdes enciphers and deciphers many blocks at once with TDES, in ECB
// mode, in constant time.
//
// It is bitsliced: word n of the state holds bit n of 64, 256 or 512 blocks, and
// the S-boxes are boolean circuits that work on all of them in one pass. There is
// no look-up in a table at an index that depends on a key or a block, and no
// branch on one. crypto/des has such tables (as has the single DES with
// which keys/dukpt derives keys one by one): which lines of the cache an operation touched can be seen from
// another process on the same machine, and tells of the key. Here it does not.
//
// A batch costs the same however few of its lanes are in use, so the package is
// for places where many blocks come together; one block alone is faster, though
// not as safe, with crypto/des.
//
// All blocks under one key are the work of a [Cipher]; where each block has a key
// of its own, as in DUKPT, use [EncryptLanes] and [DecryptLanes]. Three
// implementations are chosen from at run time: 512 lanes with AVX-512, 256 with
// AVX2, and 64 in pure Go, which is everywhere. The build tag purego leaves out
// the assembly.
//
// The circuits and the assembly are generated, by the module in the folder gen.
package bitdes

//go:generate go run -C gen . -to ..
