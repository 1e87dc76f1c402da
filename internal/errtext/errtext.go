// Package errtext makes an error's text one for a person.
//
// An error of this module begins with the path of its package in the module, without
// "internal/": "keys/dukpt: transaction counter is zero". That is for the log of a
// program. Who typed a command, or a configuration, is told the rest.
package errtext

import (
	"slices"
	"strings"
)

// tops are the first elements of those paths. internal/archtest holds the list to
// the packages there are.
var tops = []string{
	"bitdes", "cmac", "explain", "hsm", "issuer", "keys", "lab", "nss", "ontoken", "pgtest", "pinblock",
	"pinverify", "reencrypt", "secret", "softhsm", "testvectors",
}

// Plain returns a text without the names of packages that stand in it before a
// colon: at the beginning of a line, or after another colon where an error was
// wrapped.
func Plain(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = withoutPackages(line)
	}
	return strings.Join(lines, "\n")
}

func withoutPackages(line string) string {
	parts := strings.Split(line, ": ")
	last := len(parts) - 1 // before which there is a colon, and behind which there is none
	said := slices.DeleteFunc(parts[:last:last], isPackage)
	return strings.Join(append(said, parts[last]), ": ")
}

func isPackage(s string) bool {
	top, _, _ := strings.Cut(s, "/")
	return slices.Contains(tops, top) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789/") == ""
}
