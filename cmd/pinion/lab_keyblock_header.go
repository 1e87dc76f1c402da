package main

import (
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// head returns the header for a key of n bytes.
func (w *labWrapping) head(n int) (h keyblock.Header, err error) {
	if w.header != "" {
		if w.fields != (keyblock.Fields{}) {
			return h, usage("--header: it has all the fields, and some are given as well")
		}
		if h, err = keyblock.ParseHeader(w.header); err != nil {
			return h, blockProblem("--header", err)
		}
		if h.Len() != len(w.header) {
			return h, usage("--header: there is something after it").withHint("the header alone: 16 characters and the optional blocks it counts")
		}
	} else if h, err = w.fieldHeader(n); err != nil {
		return h, err
	}
	for i, text := range w.optional {
		name := position("--optional", i, len(w.optional))
		id, data, ok := strings.Cut(text, ":")
		if !ok || len(id) != 2 {
			return h, usage("%s: want ID:DATA", name).withHint("such as LB:terminals; the ID has two characters")
		}
		h.Optional = append(h.Optional, keyblock.OptionalBlock{ID: id, Data: data})
	}
	return h, nil
}

// fieldHeader makes the header of its fields.
func (w *labWrapping) fieldHeader(n int) (keyblock.Header, error) {
	f := w.fields
	for _, x := range []struct{ flag, value, hint string }{
		{"version", f.Version, "B under a TDES key, D under an AES key"},
		{"usage", f.Usage, "P0 for a PIN key, B0 for a BDK, K0 for a key encryption key"},
		{"mode", f.Mode, "E encrypts, D decrypts, B both, X derives, N is no restriction"},
		{"exportability", f.Exportability, "E under a trusted key, N not, S under any"},
	} {
		if x.value == "" {
			return keyblock.Header{}, usage("--%s is missing", x.flag).withHint("%s", x.hint)
		}
	}
	if f.Algorithm == "" {
		f.Algorithm = "T"
		if n == keys.AES256.KeySize() {
			f.Algorithm = "A"
		}
	}
	h, err := f.Header()
	if err != nil {
		return h, w.blameField(err)
	}
	return h, nil
}

// blameField names the flag of the field that is wrong.
func (w *labWrapping) blameField(err error) error {
	flags := map[string]string{
		"version": "version", "usage": "usage", "algorithm": "algorithm", "mode of use": "mode",
		"key version": "key-version", "exportability": "exportability",
	}
	var f *keyblock.FieldError
	if errors.As(err, &f) {
		if flag := flags[f.Field]; flag != "" {
			return usage("--%s: %s", flag, f.Problem)
		}
	}
	return blockProblem("--header", err)
}

// blame says which flag an error of Wrap is about.
func (w *labWrapping) blame(err error) error {
	switch {
	case errors.Is(err, keyblock.ErrVariantBinding):
		return about("--version", err).withHint("--allow-variant-binding allows it")
	case errors.Is(err, keyblock.ErrStrength):
		return about("--kbpk", err).withHint("--allow-weaker-kbpk allows it")
	case errors.Is(err, keyblock.ErrPadding):
		return about("--pad", err)
	case errors.Is(err, keyblock.ErrKeySize):
		return about("--key", err)
	case errors.Is(err, keyblock.ErrTooLong):
		return about("--optional", err)
	case errors.Is(err, keyblock.ErrInconsistent):
		var f *keyblock.FieldError
		if errors.As(err, &f) {
			return usage("the header is not as X9.143 has it: %s: %s", f.Field, f.Problem).
				withHint("--allow-inconsistent-header makes it all the same")
		}
	}
	return w.blameField(err)
}
