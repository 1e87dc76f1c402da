// Package dukpt derives the keys of DUKPT, derived unique key per transaction:
// TDES DUKPT as ANSI X9.24-1:2009 has it (X9.24-3:2017 annex C), and AES DUKPT,
// ANSI X9.24-3:2017.
//
// A host holds one base derivation key (BDK) for many terminals. The key serial
// number (KSN) that comes with each PIN block names the terminal and counts its
// transactions, and [PINKey] has the key of that block:
//
//	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
//	key, err := dukpt.PINKey(bdk, ksn)
//	pin, err := pinblock.Open(ctx, key, pinblock.ISO0, block, pan)
//
// [WorkingKey] has those for other purposes, and [Derive] all of them at once.
// [PINKeys] has the keys of thousands of blocks, a [KeyColumn]. A [Terminal] plays the
// other side.
//
// # What cannot go wrong here
//
// The key that everything of a transaction is derived from is not a working key,
// and taking it for one is the classic mistake. No function of this package
// returns it: keys are asked for by purpose and come with the X9.143 usage of
// that purpose. Whoever compares with published tables finds it in the package
// keys/dukpt/intermediate.
//
// Keys are told apart by usage: a BDK is B0 and an initial key B1. Wherever the
// host derives it may hold either. Counters that the standards do not allow are
// errors, on both sides: zero, and more than 10 one bits (TDES) or 16 (AES; the
// host bears with 17, see [KSN.Check]).
//
// # What is not promised
//
// TDES keys are derived with tables in memory, like those of crypto/des, but for those
// of PINKeys: a neighbour on the same core may learn from their timing. The parity of derived
// TDES keys is not adjusted, nor is it in the published tables.
package dukpt
