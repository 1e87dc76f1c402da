package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

func init() { register("lab dukpt", newLabDUKPTDerive) }

// What --purpose takes beside the purposes of working keys.
const (
	purposeTransaction = "transaction"
	purposeUpdate      = "update"
)

// labDerivation is what the flags of derive ask for.
type labDerivation struct {
	labDUKPT
	purpose, algorithm string
}

func newLabDUKPTDerive(e *env) *cobra.Command {
	var d labDerivation
	c := &cobra.Command{
		Use:   "derive",
		Short: "Derive a working key of a transaction",
		Long: `Derive prints the key of one transaction for a purpose: pin for PIN blocks; request
is what the terminal sends, response what the host answers.

  pin, mac-request, mac-response, mac-both, data-request, data-response, data-both
  key-encryption, key-derivation, update           (AES only)

update is the key under which a terminal is sent its next initial key.

The purpose transaction prints the key that all of these are derived from, for
comparing with published tables. It is not a working key, and what is enciphered
under it is enciphered wrong.

With --explain it prints the KSN bit by bit, the way down the tree of keys, and how
each working key is made: all of them, if no --purpose is given.`,
		Example: `  pinion lab dukpt derive --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001 --purpose pin
  pinion lab dukpt derive --ik 6AC292FAA1315B4D858AB3A3D7D5933A --ksn FFFF9876543210E00001 --purpose mac-request
  pinion lab dukpt derive --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000001 --purpose pin --algorithm aes128
  pinion lab dukpt derive --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000001 --purpose mac-both --algorithm hmac128
  pinion lab dukpt derive --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001 --purpose transaction
  pinion lab dukpt derive --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00C05 --purpose pin --explain`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return d.run(e) },
	}
	d.flags(c, "bdk", "ik", "ksn")
	d.output.flag(c)
	d.explainFlag(c)
	f := c.Flags()
	f.StringVar(&d.purpose, "purpose", "", "`purpose` of the key: "+strings.Join(purposeNames(), ", "))
	f.StringVar(&d.algorithm, "algorithm", "", "`algorithm` of the key, if not that of the BDK: "+strings.Join(workingNames(), ", "))
	completeWith(c, "purpose", purposeNames)
	completeWith(c, "algorithm", workingNames)
	return c
}

func purposeNames() (names []string) {
	for p := dukpt.PIN; p.Valid(); p++ {
		names = append(names, p.String())
	}
	return append(names, purposeUpdate, purposeTransaction)
}

// purposeFlag reads --purpose where it names a purpose of the standards.
func purposeFlag(text string) (dukpt.Purpose, error) {
	p, err := dukpt.ParsePurpose(text)
	if err != nil {
		return p, usage("--purpose: want one of %s", strings.Join(purposeNames(), ", "))
	}
	return p, nil
}

// hmacLengths are the HMAC keys of AES DUKPT by name.
var hmacLengths = map[string]dukpt.HMACLength{"hmac128": dukpt.HMAC128, "hmac192": dukpt.HMAC192, "hmac256": dukpt.HMAC256}

func workingNames() []string { return append(algorithmNames(), "hmac128", "hmac192", "hmac256") }

func (d *labDerivation) run(e *env) error {
	ksn, err := d.serial()
	if err != nil {
		return err
	}
	key, err := d.key(ksn)
	if err != nil {
		return err
	}
	a, hmac, err := d.working(key)
	if err != nil {
		return err
	}
	if d.explain {
		return d.steps(e, key, ksn, a, hmac)
	}
	if d.purpose == "" {
		return usage("--purpose is missing").withHint("pin for PIN blocks; the others are %s", strings.Join(purposeNames()[1:], ", "))
	}
	if d.purpose == purposeUpdate && hmac == 0 {
		k, err := dukpt.UpdateKey(key, ksn, a)
		if err != nil {
			return dukptProblem(err)
		}
		return d.printDerived(e, ksn, d.purpose, k)
	}
	tx, err := dukpt.Derive(key, ksn)
	if err != nil {
		return dukptProblem(err)
	}
	if d.purpose == purposeTransaction {
		return d.printTransactionKey(e, tx)
	}
	p, err := purposeFlag(d.purpose)
	if err != nil {
		return err
	}
	if hmac != 0 {
		return d.printHMACKey(e, tx, p, hmac)
	}
	k, err := tx.WorkingKey(p, a)
	if err != nil {
		return dukptProblem(err)
	}
	return d.printDerived(e, ksn, p.String(), k)
}

// working reads --algorithm: of a cipher, or the length of an HMAC key.
func (d *labDerivation) working(key keys.Key) (a keys.Algorithm, hmac dukpt.HMACLength, err error) {
	if d.algorithm == "" {
		return key.Algorithm(), 0, nil
	}
	if hmac = hmacLengths[strings.ReplaceAll(strings.ToLower(d.algorithm), "-", "")]; hmac != 0 {
		return 0, hmac, nil
	}
	if a, err = keys.ParseAlgorithm(d.algorithm); err != nil {
		return 0, 0, usage("--algorithm: want one of %s", strings.Join(workingNames(), ", "))
	}
	return a, 0, nil
}

// printTransactionKey prints what no transaction is to be enciphered under.
func (d *labDerivation) printTransactionKey(e *env, tx dukpt.Transaction) error {
	if d.algorithm != "" {
		return usage("--algorithm: the transaction key has that of the BDK")
	}
	_, _ = fmt.Fprintln(e.stderr, "warning: this is the transaction key, not a working key: nothing is to be enciphered under it; PIN blocks are under --purpose pin")
	text := hexText(intermediate.TransactionKey(tx))
	return d.write(e, text, derivedKey{
		KSN: tx.KSN().String(), Purpose: purposeTransaction, Algorithm: tx.Algorithm().String(), Key: text,
	})
}

func (d *labDerivation) printHMACKey(e *env, tx dukpt.Transaction, p dukpt.Purpose, length dukpt.HMACLength) error {
	k, err := tx.HMACKey(p, length)
	if err != nil {
		return dukptProblem(err)
	}
	text := hexText(intermediate.HMACKey(k))
	return d.write(e, text, derivedKey{
		KSN: tx.KSN().String(), Purpose: p.String(), Algorithm: fmt.Sprintf("HMAC%d", length), Key: text,
	})
}
