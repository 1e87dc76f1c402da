package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// TestBill makes the bill of this test's own binary, which is made of the module that
// writes bills, twice.
func TestBill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var once, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&once, &again} {
		if err := write(w, self); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(once.Bytes(), again.Bytes()) {
		t.Error("two bills of one binary differ")
	}
	var bill struct {
		BOMFormat  string `json:"bomFormat"`
		Components []struct {
			Name, Version, Purl string
			Hashes              []struct{ Alg, Content string }
		}
	}
	if err := json.Unmarshal(once.Bytes(), &bill); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, c := range bill.Components {
		names[c.Name] = true
		if c.Version == "" || c.Purl != "pkg:golang/"+c.Name+"@"+c.Version {
			t.Errorf("component %s: version %q, purl %q", c.Name, c.Version, c.Purl)
		}
		if c.Name != "std" && (len(c.Hashes) != 1 || c.Hashes[0].Alg != "SHA-256" || len(c.Hashes[0].Content) != 64) {
			t.Errorf("component %s: hashes %v", c.Name, c.Hashes)
		}
	}
	for _, want := range []string{"std", "github.com/CycloneDX/cyclonedx-go"} {
		if !names[want] {
			t.Errorf("the bill lacks %s: %s", want, once.String())
		}
	}
}

// TestNoBinary says so of what no Go tool made.
func TestNoBinary(t *testing.T) {
	if err := write(&bytes.Buffer{}, "main_test.go"); err == nil {
		t.Error("a source file has no bill")
	}
}
