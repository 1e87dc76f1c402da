// Package soft is a device that keeps its keys in this process, and with
// [OpenKeystore] in a file under a passphrase. It needs no cgo, no library and no
// daemon.
//
// It is for tests, for laboratories, and for whoever develops against package hsm
// and has no token at hand:
//
//	h := hsm.New(soft.New())
//	key, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
//
// It does everything that the front knows: all formats and methods of verification,
// DUKPT of both kinds, key blocks in and out, batches at the rate of the cipher. As a URI
// it is soft: or soft:/path/keys.json, see [github.com/pinion-hsm/pinion/hsm/devices].
//
// # What it is not
//
// It is not a secure cryptographic device. Keys and, for the length of a call, clear
// PINs are in this process's memory, also those of a [Keystore]: and because that is
// all that there is to be had here, it is allowed without being asked for
// ([github.com/pinion-hsm/pinion/hsm.ThrowAway]). Cardholders' PINs belong on a token.
package soft
