package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func init() { register("", newVersion) }

func newVersion(e *env) *cobra.Command {
	var out output
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built with",
		Long: `Version prints the version of pinion, the commit it was built from, the Go version,
and whether PKCS#11 is in it. --json has the modules too, by version and hash.`,
		Example: `  pinion version
  pinion version --json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := buildVersion()
			return out.write(e, v.text(), v)
		},
	}
	out.flag(c)
	return c
}

// version is what the Go tool wrote into the binary.
type version struct {
	Version  string          `json:"version"`
	Commit   string          `json:"commit,omitempty"`
	Modified bool            `json:"modified,omitempty"` // built with changes that are in no commit
	Go       string          `json:"go"`
	Platform string          `json:"platform"`
	PKCS11   bool            `json:"pkcs11"` // it was built with cgo
	Modules  []versionModule `json:"modules"`
}

type versionModule struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum,omitempty"` // as in go.sum
}

func buildVersion() version {
	v := version{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Modules: []versionModule{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		case "CGO_ENABLED":
			v.PKCS11 = s.Value == "1"
		}
	}
	for _, m := range info.Deps {
		v.Modules = append(v.Modules, versionModule{Path: m.Path, Version: m.Version, Sum: m.Sum})
	}
	return v
}

// text returns the version in a line.
func (v version) text() string {
	text := "pinion " + v.Version
	if v.Commit != "" {
		text += fmt.Sprintf(" (%.12s)", v.Commit)
	}
	with := "with PKCS#11"
	if !v.PKCS11 {
		with = "without PKCS#11 (no cgo)"
	}
	return text + " " + v.Go + " " + v.Platform + " " + with
}
