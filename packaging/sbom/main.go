// Command sbom prints the bill of materials of a Go binary as CycloneDX JSON: the
// modules that the Go tool wrote into it, with their hashes, and the Go version. It
// has no time and no serial number of its own, so that the same binary has the same
// bill.
//
//	sbom BINARY > BINARY.cdx.json
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY")
		os.Exit(2)
	}
	if err := write(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func write(w io.Writer, binary string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	bom, err := bill(info, binary)
	if err != nil {
		return err
	}
	return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom)
}

// bill returns the bill of a binary.
func bill(info *buildinfo.BuildInfo, binary string) (*cdx.BOM, error) {
	content, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	subject := module(&info.Main)
	subject.Type = cdx.ComponentTypeApplication
	subject.Name = filepath.Base(binary)
	subject.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}}
	subject.Licenses = &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}}
	subject.Properties = settings(info.Settings)

	goVersion := strings.TrimPrefix(info.GoVersion, "go")
	parts := []cdx.Component{{
		Type: cdx.ComponentTypeLibrary, BOMRef: "pkg:golang/std@" + goVersion, Name: "std", Version: goVersion,
		PackageURL: "pkg:golang/std@" + goVersion, Description: "Go standard library and runtime",
	}}
	for _, d := range info.Deps {
		if d.Replace != nil {
			return nil, errors.New(d.Path + " is replaced: a release is made of released modules")
		}
		c := module(d)
		if c.Hashes, err = hash(d.Sum); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Path, err)
		}
		parts = append(parts, c)
	}
	var refs []string
	for _, c := range parts {
		refs = append(refs, c.BOMRef)
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &subject}
	bom.Components = &parts
	bom.Dependencies = &[]cdx.Dependency{{Ref: subject.BOMRef, Dependencies: &refs}}
	return bom, nil
}

func module(m *debug.Module) cdx.Component {
	url := "pkg:golang/" + m.Path + "@" + m.Version
	return cdx.Component{Type: cdx.ComponentTypeLibrary, BOMRef: url, Name: m.Path, Version: m.Version, PackageURL: url}
}

// hash returns a module's hash as go.sum has it, which is of the list of the hashes
// of its files: "h1:" and base64 of a SHA-256.
func hash(sum string) (*[]cdx.Hash, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:"))
	if err != nil || len(raw) != sha256.Size {
		return nil, errors.New("the binary has no hash of this module")
	}
	return &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(raw)}}, nil
}

// settings are how it was built, for who wants to build it again.
func settings(all []debug.BuildSetting) *[]cdx.Property {
	var ps []cdx.Property
	for _, s := range all {
		ps = append(ps, cdx.Property{Name: "go:build:" + s.Key, Value: s.Value})
	}
	return &ps
}
