package main

import (
	"context"
	"crypto/subtle"
	"errors"
)

// askPassphrase returns the passphrase of a keystore whose URI names no source: it
// is in PINION_PASSPHRASE, or asked for. A new one is asked for twice, since
// nobody can see what was typed, and the keys would be lost.
func askPassphrase(e *env) func(ctx context.Context, path string, create bool) ([]byte, error) {
	return func(_ context.Context, path string, create bool) ([]byte, error) {
		if e.getenv != nil {
			if p := e.getenv("PINION_PASSPHRASE"); p != "" {
				return []byte(p), nil
			}
		}
		if e.prompt == nil {
			return nil, noPassphrase(path)
		}
		question := "Passphrase of keystore " + path + ": "
		if create {
			question = "Passphrase of the new keystore " + path + ": "
		}
		passphrase, err := e.prompt(question)
		if errors.Is(err, errNoTerminal) {
			return nil, noPassphrase(path)
		}
		if err != nil || !create {
			return passphrase, err
		}
		again, err := e.prompt("The same passphrase again: ")
		defer clear(again)
		if err == nil && subtle.ConstantTimeCompare(passphrase, again) != 1 {
			err = usage("the two passphrases differ; nothing was made")
		}
		if err != nil {
			clear(passphrase)
			return nil, err
		}
		return passphrase, nil
	}
}

func noPassphrase(path string) error {
	return usage("keystore %s needs its passphrase, and there is no terminal to ask at", path).
		withHint("set PINION_PASSPHRASE, or put it in a file and add ?passphrase-source=file:/path/of/the/file to the device's URI")
}
