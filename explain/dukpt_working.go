package explain

import (
	"slices"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// purposeNames are what the keys of a purpose are called.
var purposeNames = map[dukpt.Purpose]string{
	dukpt.PIN:           "PIN key",
	dukpt.MACRequest:    "MAC key, request",
	dukpt.MACResponse:   "MAC key, response",
	dukpt.MACBoth:       "MAC key, both directions",
	dukpt.DataRequest:   "data key, request",
	dukpt.DataResponse:  "data key, response",
	dukpt.DataBoth:      "data key, both directions",
	dukpt.KeyEncryption: "key encryption key",
	dukpt.KeyDerivation: "key derivation key",
}

// workingKeys shows the working keys of algorithm a for purposes, or for all that
// the scheme has.
func (d *dukptWalk) workingKeys(a keys.Algorithm, purposes []dukpt.Purpose) error {
	all := len(purposes) == 0
	if all {
		purposes = purposesOf(d.ksn)
	}
	d.Notes = append(d.Notes, "The transaction key is no working key. If a PIN block opens under it, whoever made the block has left out the last step.")
	if !d.ksn.IsAES() {
		return d.tdesWorkingKeys(a, purposes)
	}
	if err := d.aesWorkingKeys(a, purposes); err != nil {
		return err
	}
	if slices.Contains(purposes, dukpt.PIN) {
		if err := d.pinKeys(); err != nil {
			return err
		}
	}
	if err := d.hmacKeys(purposes); err != nil || !all {
		return err
	}
	return d.updateKey(a, false)
}

// purposesOf returns the purposes that the scheme of a KSN has keys for.
func purposesOf(ksn dukpt.KSN) (all []dukpt.Purpose) {
	for p := dukpt.PIN; p.Valid(); p++ {
		if _, ok := tdesMasks[p]; ok || ksn.IsAES() {
			all = append(all, p)
		}
	}
	return all
}
