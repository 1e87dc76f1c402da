// Package hsm performs PIN operations on a device that holds the keys: a
// PKCS#11 token, keys in this process, or anything else that implements
// [Device].
//
// It is what a payment application wants that gets PIN blocks and has to
// translate or verify them, and must never see a PIN. It holds an [*HSM], the
// front, which package hsm/devices opens by a URI:
//
//	h, err := devices.Open(ctx, "pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential",
//		devices.Options{}, hsm.AllowInProcess())
//	out, err := h.TranslatePIN(ctx, hsm.Translation{
//		Block: field52, PAN: pan,
//		From:  hsm.PINKey{Key: "zpk-acquirer", Format: pinblock.ISO0},
//		To:    hsm.PINKey{Key: "zpk-issuer", Format: pinblock.ISO4},
//	})
//
// # What there is
//
//   - PIN blocks: [HSM.TranslatePIN], and for many at once [HSM.TranslatePINs] of a
//     [Batch]
//   - PINs: [HSM.VerifyPIN], [HSM.GeneratePIN], [HSM.PINReference],
//     [HSM.ChangePIN]
//   - keys, by label: [HSM.GenerateKey], [HSM.ImportKeyBlock],
//     [HSM.ExportKeyBlock], [HSM.ImportKey], [HSM.Adopt], [HSM.KeyInfo],
//     [HSM.ListKeys], [HSM.DeleteKey]
//   - the device: [HSM.Capabilities], [HSM.Ping]
//
// The front validates what it is given, keeps keys to their usage, enforces the
// translation [Policy], says where a clear PIN would be and refuses if that was
// not allowed, and gives errors one shape. The device behind it does the
// cryptography. A block under DUKPT is one whose [PINKey] has a KSN.
//
// # Where a clear PIN lives
//
// [Exposure] is part of every capability report. A device that can only
// decipher and encipher has the clear PIN in this process for the length of one
// call; that is refused unless the application says [AllowInProcess]. Devices
// made for a test or a demonstration ([ThrowAway]) say it themselves.
//
// # What it does not do
//
// It counts no tries, keeps no cards and no reference values, and sends nothing
// over a network: package issuer does the first two. It is as safe as its device,
// and no secure cryptographic device by itself.
//
// # Where to go next
//
// The devices are [github.com/pinion-hsm/pinion/hsm/pkcs11] and
// [github.com/pinion-hsm/pinion/hsm/soft], and several as one
// [github.com/pinion-hsm/pinion/hsm/pool];
// [github.com/pinion-hsm/pinion/hsm/devices] opens them by URI. The ways to
// verify a PIN are in [github.com/pinion-hsm/pinion/pinverify]. Who writes a
// device begins with [Device] and [Arithmetic], and tests it with
// [github.com/pinion-hsm/pinion/hsm/hsmtest].
package hsm
