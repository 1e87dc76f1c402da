package main

import "github.com/spf13/cobra"

func init() { register("", newFormatsTopic) }

// newFormatsTopic is a help topic: a command that cannot be run.
func newFormatsTopic(*env) *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "PIN block formats and their names",
		Long: `A PIN block format is given by any of its names, in upper or lower case:
--format iso-0, --format VISA-1 and --format thales-01 are one format.

` + formatTable() + `
Some formats take settings behind their name:

  ibm-3624:pad=E               the pad digit
  ibm-3624:extract=hexdigit    how the end of the PIN is found, as IBM CCA names
                               it: paddigit, hexdigit, pinlen, padexist
  oem-1:pad=0,pin-length=4     a fixed PIN length: a decimal pad digit cannot be
                               told from the PIN otherwise
  ibm-3621:seq=0A1F            the sequence number
  iso-4:pan=rightmost-12       the PAN field with twelve digits of the PAN

"Docutel" and "Diebold" are names of two layouts each: say DOCUTEL-THALES,
DIEBOLD-THALES or OEM-1. ISO-0, ISO-3 and the other formats that bind the PAN
take the whole PAN, with its check digit, and cut what they need. ISO-4 is the
only one for AES keys; the others are enciphered with TDES.`,
	}
}
