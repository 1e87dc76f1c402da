//go:build cgo

package pkcs11

import (
	"context"
	"fmt"
	"slices"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/keys"
)

// Report looks at the token: it asks it for everything that it says, tries it with
// keys of its own that are gone afterwards, and judges what it finds. It takes some
// hundred calls. Keys that are there are read about, and not used.
//
// What the token does not do or does not say is in the report. An error is returned
// where it does not answer at all.
func (d *Device) Report(ctx context.Context) (Report, error) {
	r := Report{}
	var err error
	if r.Library, err = d.Library(ctx); err != nil {
		return Report{}, err
	}
	if err := d.do(ctx, "", true, func(b *bench) error { return b.reportToken(&r) }); err != nil {
		return Report{}, err
	}
	if r.Mechanisms, err = d.Mechanisms(ctx); err != nil {
		return Report{}, err
	}
	r.Abilities = d.able.report()
	tried, err := work(ctx, d, "", true, (*bench).trials)
	if err != nil {
		return Report{}, err
	}
	r.Tests = slices.Clone(d.able.tests)
	for _, t := range tried {
		r.Tests = append(r.Tests, t.Test)
	}
	found, err := work(ctx, d, "", true, (*bench).reportKeys)
	if err != nil {
		return Report{}, err
	}
	for _, k := range found.keys {
		r.Keys = append(r.Keys, k.KeyReport)
	}
	if r.Latency, err = work(ctx, d, "", true, (*bench).latency); err != nil {
		return Report{}, err
	}
	r.Findings = slices.Concat(r.tokenFindings(), triedFindings(tried), d.able.findings(found))
	rank := []Level{Danger, Warning, Note}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return slices.Index(rank, a.Level) - slices.Index(rank, b.Level) })
	return r, nil
}

// Library returns what the library says of itself.
func (d *Device) Library(ctx context.Context) (Library, error) {
	return work(ctx, d, "", true, func(b *bench) (l Library, err error) {
		err = b.call(func(c *pkcs11.Ctx) error {
			info, err := c.GetInfo()
			l = Library{File: b.l.m.key, Manufacturer: printable(info.ManufacturerID), Description: printable(info.LibraryDescription),
				Version: version(info.LibraryVersion), Cryptoki: version(info.CryptokiVersion)}
			return err
		})
		return l, err
	})
}

func version(v pkcs11.Version) string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// reportToken asks for the token, its slot and its mechanisms.
func (b *bench) reportToken(r *Report) error {
	return b.call(func(c *pkcs11.Ctx) error {
		id := b.l.token.SlotID
		slot, err := c.GetSlotInfo(id)
		if err != nil {
			return inCall("C_GetSlotInfo", err)
		}
		r.Slot = Slot{ID: id, Description: printable(slot.SlotDescription),
			Hardware: slot.Flags&pkcs11.CKF_HW_SLOT != 0, Removable: slot.Flags&pkcs11.CKF_REMOVABLE_DEVICE != 0}
		info, err := c.GetTokenInfo(id)
		if err != nil {
			return inCall("C_GetTokenInfo", err)
		}
		r.Token = Token{
			TokenInfo: newToken(id, info).TokenInfo,
			Hardware:  version(info.HardwareVersion), Firmware: version(info.FirmwareVersion), Flags: flagWords(info.Flags),
			Sessions: said(info.SessionCount), MaxSessions: limit(info.MaxSessionCount), MaxReadWrite: limit(info.MaxRwSessionCount),
			FreePublic: said(info.FreePublicMemory), FreePrivate: said(info.FreePrivateMemory),
		}
		list, err := c.GetMechanismList(id)
		r.Listed = len(list)
		if err != nil {
			return inCall("C_GetMechanismList", err)
		}
		return nil
	})
}

// said returns a number that may be CK_UNAVAILABLE_INFORMATION.
func said(n uint) Amount {
	if n == pkcs11.CK_UNAVAILABLE_INFORMATION || n == 1<<32-1 {
		return Amount{}
	}
	return Amount{N: n, Said: true}
}

// limit returns a number that may be CK_EFFECTIVELY_INFINITE besides.
func limit(n uint) Amount {
	a := said(n)
	if n == pkcs11.CK_EFFECTIVELY_INFINITE {
		a.Unlimited = true
	}
	return a
}

// The flags of a token that its owner or its maker may want to know.
var tokenFlags = []struct {
	flag uint
	text string
}{
	{pkcs11.CKF_TOKEN_INITIALIZED, flagInitialized},
	{pkcs11.CKF_RNG, flagRandom},
	{pkcs11.CKF_LOGIN_REQUIRED, flagLogin},
	{pkcs11.CKF_USER_PIN_INITIALIZED, "user credential set"},
	{pkcs11.CKF_PROTECTED_AUTHENTICATION_PATH, "credential may be given at the token itself"},
	{pkcs11.CKF_WRITE_PROTECTED, flagReadOnly},
	{pkcs11.CKF_CLOCK_ON_TOKEN, "has a clock"},
	{pkcs11.CKF_DUAL_CRYPTO_OPERATIONS, "does two operations at once in a session"},
	{pkcs11.CKF_USER_PIN_COUNT_LOW, flagTries},
	{pkcs11.CKF_USER_PIN_FINAL_TRY, flagFinal},
	{pkcs11.CKF_USER_PIN_LOCKED, flagLocked},
	{pkcs11.CKF_USER_PIN_TO_BE_CHANGED, flagChange},
	{pkcs11.CKF_SO_PIN_LOCKED, "security officer's credential locked"},
	{pkcs11.CKF_SO_PIN_TO_BE_CHANGED, "security officer's credential must be changed"},
	{pkcs11.CKF_ERROR_STATE, flagError},
}

// Those that a finding may be about.
const (
	flagInitialized = "initialized"
	flagRandom      = "random number generator"
	flagLogin       = "login required"
	flagReadOnly    = "write-protected"
	flagTries       = "wrong tries of the user credential were made"
	flagFinal       = "one more wrong try locks the user credential"
	flagLocked      = "user credential locked"
	flagChange      = "user credential must be changed"
	flagError       = "failed a self-test"
)

func flagWords(flags uint) []string {
	var words []string
	for _, f := range tokenFlags {
		if flags&f.flag != 0 {
			words = append(words, f.text)
		}
	}
	return words
}

// report returns the abilities for others.
func (a *abilities) report() Abilities {
	export := func(x ability) Ability { return Ability{OK: x.ok, Why: x.why} }
	r := Abilities{TDES: export(a.tdes), AES: export(a.aes), TDESDUKPT: export(a.tdesDUKPT)}
	for _, alg := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
		r.AESDUKPT = append(r.AESDUKPT, AESDUKPTAbility{alg, export(a.aesDUKPT[alg])})
	}
	return r
}
