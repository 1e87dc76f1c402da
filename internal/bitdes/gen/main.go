// Command gen makes the generated files of the package bitdes from the circuits in
// the folder tables: the S-boxes in Go, and the assembly for AVX2 and AVX-512.
//
//	go generate ./internal/bitdes
//
// The circuits themselves were found by ./search.
package main

import (
	"bytes"
	"embed"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

//go:embed tables
var tables embed.FS

func main() {
	out := flag.String("to", "..", "folder of the package bitdes")
	flag.Parse()
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(*out, name), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns the generated files by name.
func generate() (map[string][]byte, error) {
	two, err := load(2)
	if err != nil {
		return nil, err
	}
	three, err := load(3)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	if files["sboxes.go"], err = goSBoxes(two); err != nil {
		return nil, err
	}
	files["asm_amd64.s"], files["asm_amd64.go"], err = assembly(two, three)
	return files, err
}

// load reads the circuits of gates with so many inputs, and checks them against
// the standard.
func load(inputs int) (c [8]circuit.Circuit, err error) {
	for i := range c {
		name := fmt.Sprintf("tables/s%d.%d.txt", i+1, inputs)
		text, err := tables.ReadFile(name)
		if err != nil {
			return c, err
		}
		if c[i], err = circuit.Parse(bytes.NewReader(text)); err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		if out, err := c[i].Eval(); err != nil || out != circuit.Outputs(i+1) {
			return c, fmt.Errorf("%s is not S-box %d (%v)", name, i+1, err)
		}
	}
	return c, nil
}
