//go:build cgo

package pkcs11

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// slow is how long the shortest call takes at most on a token that is near.
const slow = 2 * time.Millisecond

// tokenFindings judges what the token says of itself, and its tests.
func (r *Report) tokenFindings() []Finding {
	var all []Finding
	add := func(when bool, level Level, code, text, advice string) {
		if when {
			all = append(all, Finding{Level: level, Code: code, Text: text, Advice: advice})
		}
	}
	flag := func(f string) bool { return slices.Contains(r.Token.Flags, f) }
	add(flag(flagError), Danger, "self_test", "the token says that it failed a self-test", "ask its maker; do not use it")
	add(!r.Token.LoginRequired, Danger, "no_login", "the token wants no credential: whoever may load the library may use its keys",
		"set a user credential with the token's own tool")
	add(flag(flagLocked), Danger, "credential_locked", "the user credential is locked",
		"the security officer must set a new one; then change it wherever it is configured")
	add(flag(flagFinal) && !flag(flagLocked), Danger, "credential_final_try", "one more wrong try locks the user credential",
		"find out who has it wrong; a right login sets the count back")
	add(flag(flagTries) && !flag(flagFinal) && !flag(flagLocked), Warning, "credential_tries", "somebody gave a wrong user credential since the last right one",
		"find out who; a right login sets the count back")
	add(flag(flagChange), Warning, "credential_to_change", "the token wants its user credential to be changed", "change it with the token's own tool")
	add(!flag(flagRandom), Warning, "no_random", "the token has no random number generator: PINs and keys are not drawn on it", "make keys elsewhere and import them")
	add(flag(flagReadOnly), Note, "write_protected", "the token is write-protected: keys are neither made nor removed on it", "")
	if most := r.Token.sessions(); most != 0 && most <= defaultSessions {
		add(true, Note, "few_sessions", fmt.Sprintf("the token has %d sessions, of which one keeps the login: so many operations less one run at once, and others wait", most),
			"if that is too few, ask its maker how to have more, or put several tokens behind hsm/pool")
	}
	for _, t := range r.Tests {
		add(strings.HasSuffix(t.Why, errReadable.Error()), Danger, "readable_secrets", "test \""+t.Name+"\": "+t.Why,
			"nothing is done on the token; ask its maker why CKA_SENSITIVE is not heeded")
		add(strings.HasSuffix(t.Why, errProbe.Error()), Warning, "wrong_answer", "test \""+t.Name+"\": the token's answer is wrong: "+t.Why,
			"what needs it is not done on the token; ask its maker")
	}
	for _, l := range r.Latency {
		add(l.P50 > slow, Note, "slow", fmt.Sprintf("%s takes %v (p50), %v (p99)", l.Call, l.P50.Round(time.Microsecond), l.P99.Round(time.Microsecond)),
			"use many sessions and batches, and come nearer to the device if it is on a network: 'pinion device bench' says what that gives")
	}
	return all
}

// sessions returns how many sessions there are at most, or 0.
func (t *Token) sessions() uint {
	var most uint
	for _, a := range []Amount{t.MaxSessions, t.MaxReadWrite} {
		if a.Said && !a.Unlimited && (most == 0 || a.N < most) {
			most = a.N
		}
	}
	return most
}

// findings judges the keys.
func (a *abilities) findings(found keysFound) []Finding {
	var all []Finding
	var open []string
	for i := range found.keys {
		k := &found.keys[i]
		all = append(all, a.keyFindings(k)...)
		if k.unwrapsPINs() {
			open = append(open, k.Label)
		}
	}
	if len(open) > 0 {
		all = append(all, Finding{Level: Note, Code: "session_may_unwrap",
			Text: "whoever holds a logged-in session can unwrap a PIN block under " + strings.Join(open, ", ") + " and wrap the PIN under a key that they know: a general token cannot tell that from a translation",
			Advice: "give the PIN service a user of its own on the token, and a process that nobody else may attach to; where the token has them, " +
				"set CKA_UNWRAP_TEMPLATE with CKA_SENSITIVE true on the PIN keys (ISO-4 does not come in then) and CKA_WRAP_WITH_TRUSTED on the other keys of the token: see SECURITY.md"})
	}
	for _, label := range found.orphans {
		all = append(all, Finding{Level: Note, Code: "bdk_half_left", Key: label,
			Text: "the second object of this BDK is on the token, and the BDK is not", Advice: "import the BDK anew, or have the token's administrator delete the object with CKA_ID " + variantPrefix + label})
	}
	return all
}
