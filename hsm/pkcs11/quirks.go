//go:build cgo

package pkcs11

import (
	"path/filepath"
	"strings"

	"github.com/miekg/pkcs11"
)

// quirks are what a library does not bear although the standard says it must: all
// are asked for CKF_OS_LOCKING_OK.
type quirks struct {
	// oneChange: SoftHSM2 2.6 is not safe when sessions are opened and closed, and
	// objects made, found and destroyed, at the same time. Enciphering on sessions
	// of one's own is.
	oneChange bool
	// oneCall: the client of p11-kit 0.24 has one connection to its server, which
	// answers one call at a time. If the server dies while several wait, some of
	// them wait for ever.
	oneCall bool
	// slowKeys: NSS and SoftHSM2 read a key that is kept on the token from its file
	// each time it is used.
	slowKeys bool
	// local: SoftHSM2 and NSS do all they do in this process, and calls of theirs
	// return. They are made where the operation is asked for; a goroutine of their
	// own, which could be left behind, would cost half as much as the calls do.
	local bool
	// rewritten: SoftHSM2 writes the file of a token anew, in place, at each login. A
	// process that reads it at that moment sees a token that is not initialized, or
	// fails for no reason.
	rewritten bool
}

// fleeting reports whether err may come of a token that was being rewritten.
func (q quirks) fleeting(err error) bool {
	return q.rewritten && (vague(err) || is(err, pkcs11.CKR_USER_PIN_NOT_INITIALIZED))
}

// tries is how often a token that is not there is looked for again.
func (q quirks) tries() int {
	if q.rewritten {
		return 10
	}
	return 1
}

// findQuirks asks the library who made it. What p11-kit passes on may come from
// any library.
func (m *module) findQuirks() quirks {
	info, err := m.ctx.GetInfo()
	maker := strings.ToLower(info.ManufacturerID)
	file := filepath.Base(m.key)
	return quirks{
		local:     isLocal(m.key),
		oneChange: err != nil || strings.Contains(maker, "softhsm") || strings.Contains(maker, "pkcs#11 kit"),
		slowKeys:  strings.Contains(maker, "mozilla") || strings.Contains(maker, "softhsm"),
		rewritten: strings.Contains(maker, "softhsm") && isLocal(m.key),
		oneCall:   strings.HasPrefix(file, "p11-kit-client"),
	}
}

// isLocal reports whether a library is one of those that do everything in this
// process, by the name of its file.
func isLocal(path string) bool {
	file := filepath.Base(path)
	return strings.HasPrefix(file, "libsofthsm2.") || strings.HasPrefix(file, "libsoftokn3.")
}
