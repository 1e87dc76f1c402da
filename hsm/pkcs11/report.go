package pkcs11

import (
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// Report is what there is to know of a token for whoever has to judge it, or to
// mend it: what it says of itself, what it did when it was tried, its keys, and what
// is wrong with any of that. Nothing in it is secret: no value of a key, no
// credential and no file of one.
type Report struct {
	Library    Library
	Slot       Slot
	Token      Token
	Abilities  Abilities
	Tests      []Test // those made when the device was opened, then those of the report
	Mechanisms []Mechanism
	Listed     int // how many mechanisms the token lists in all
	Keys       []KeyReport
	Latency    []Latency
	Findings   []Finding // the worst first
}

// Library is what a PKCS#11 library says of itself.
type Library struct {
	File         string // the real name of the file that was loaded
	Manufacturer string
	Description  string
	Version      string // like "2.6"
	Cryptoki     string // version of the PKCS#11 interface
}

// Slot is where a token is.
type Slot struct {
	ID          uint
	Description string
	Hardware    bool // it says that it is hardware
	Removable   bool
}

// Token is what a token says of itself.
type Token struct {
	TokenInfo
	Hardware string // version, like "1.0"
	Firmware string
	Flags    []string // in words: "has a random number generator"

	Sessions     Amount // in use, by every program that the library knows of
	MaxSessions  Amount
	MaxReadWrite Amount
	FreePublic   Amount // bytes
	FreePrivate  Amount
}

// Amount is a number that a token may not say.
type Amount struct {
	N         uint
	Said      bool
	Unlimited bool
}

// Abilities are what a token has been found to be good for.
type Abilities struct {
	TDES      Ability // PIN blocks under TDES keys stay on the token
	AES       Ability // PIN blocks under AES keys stay on the token
	TDESDUKPT Ability // PIN keys of TDES DUKPT are derived on it
	AESDUKPT  []AESDUKPTAbility
}

// AESDUKPTAbility says whether PIN keys of an algorithm are derived on the token.
type AESDUKPTAbility struct {
	Algorithm keys.Algorithm
	Ability
}

// Ability is something that a token can do, or why it cannot.
type Ability struct {
	OK  bool
	Why string
}

// KeyReport is a secret key of a token, and what the token says of it.
type KeyReport struct {
	hsm.KeyInfo
	Type       string // of PKCS#11, without CKK_: "AES", "DES2", "DES", "GENERIC_SECRET"
	Attributes []KeyAttribute
}

// KeyAttribute is what a token says of one attribute of a key.
type KeyAttribute struct {
	Name  string // without CKA_: "SENSITIVE"
	Value Answer
}

// Is returns what the token says of an attribute, by its name without CKA_.
func (k *KeyReport) Is(name string) Answer {
	for _, a := range k.Attributes {
		if a.Name == name {
			return a.Value
		}
	}
	return Unsaid
}

// Answer is yes, no, or none.
type Answer uint8

// The answers.
const (
	Unsaid Answer = iota // the token does not know the attribute, or does not say
	No
	Yes
)

// String returns "yes", "no" or "not said".
func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "not said"
}

// Level is how bad a finding is.
type Level string

// The levels.
const (
	Danger  Level = "danger"  // a PIN or a key can be had by who should not have it
	Warning Level = "warning" // it weakens the token, or something will not work
	Note    Level = "note"    // good to know
)

// Finding is something about a token or a key on it that somebody should know.
type Finding struct {
	Level  Level
	Code   string // short, and the same in every version: "extractable"
	Key    string // label, if it is about one
	Text   string // what is so
	Advice string // what to do about it
}

// Latency is how long one call of the library takes.
type Latency struct {
	Call  string // like "C_GetTokenInfo"
	Calls int    // how many were made
	P50   time.Duration
	P99   time.Duration
}
