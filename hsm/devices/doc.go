// Package devices opens any device this module knows from its URI. An application
// that takes its device from a configuration begins here:
//
//	h, err := devices.Open(ctx, uri, devices.Options{}, hsm.AllowInProcess())
//
// and goes on with package hsm. The URIs are
//
//	pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential
//	softhsm:              a SoftHSM2 token that is removed on Close
//	softhsm:/var/lib/lab  a SoftHSM2 token that is kept in a directory
//	nss:                  a token of NSS softokn that is removed on Close
//	nss:/var/lib/lab      a token of NSS softokn that is kept in a directory
//	soft:                 keys in this process, gone on Close
//	soft:/path/keys.json  keys in a file, as key blocks under a passphrase
//
// A PKCS#11 URI is read as RFC 7512 says. Its "pin" attributes are about what
// this module calls the credential: the word PIN is the cardholder's here.
//
// The package is the one place that knows all devices: a program that imports it links
// them all, and a program that wants only one imports that device's package:
// [github.com/pinion-hsm/pinion/hsm/pkcs11],
// [github.com/pinion-hsm/pinion/hsm/soft]. It opens one device; several as one are
// [github.com/pinion-hsm/pinion/hsm/pool], which takes what [OpenDevice] returns.
package devices
