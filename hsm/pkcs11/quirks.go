//go:build cgo

package pkcs11

import (
	"path/filepath"
	"strings"
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
		oneCall:   strings.HasPrefix(file, "p11-kit-client"),
	}
}

// isLocal reports whether a library is one of those that do everything in this
// process, by the name of its file.
func isLocal(path string) bool {
	file := filepath.Base(path)
	return strings.HasPrefix(file, "libsofthsm2.") || strings.HasPrefix(file, "libsoftokn3.")
}
