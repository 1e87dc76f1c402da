package main

import "github.com/spf13/cobra"

func init() { register("", newDevice) }

func newDevice(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "device",
		Short: "See which devices there are, what one can do and how fast",
		Long: `A device is named by a URI, with --device or in PINION_DEVICE:

  pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential
                    any PKCS#11 token, as RFC 7512 names it
  softhsm:/dir      a SoftHSM2 token kept in a directory; made if the directory is new or empty
  softhsm:          a SoftHSM2 token that is removed at the end
  nss:/dir          a token of NSS softokn kept in a directory, on which PINs stay on
                    the token; made if the directory is new or empty
  nss:              a token of NSS softokn that is removed at the end
  soft:             keys in this program's memory, gone when it ends
  soft:/path/keys.json?passphrase-source=file:/run/secrets/passphrase
                    keys in a file, under a passphrase; made with the first key

RFC 7512's attributes pin-source and pin-value are about the credential of the
token (PKCS#11's user PIN). Prefer pin-source; without either it is asked for at
the terminal. It is never a flag.`,
		Example: `  pinion device list
  pinion device doctor --device softhsm:
  pinion device bench --device nss:`,
	})
}
