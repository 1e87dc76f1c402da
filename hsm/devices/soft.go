package devices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

func init() {
	register(Scheme{
		Name: "soft", Form: "soft: or soft:/path/keys.json?passphrase-source=file:/path",
		Text: "keys in this process: gone when it ends, or kept in a file under a passphrase",
		open: openSoft,
	})
}

func openSoft(ctx context.Context, rest string, o Options) (hsm.Device, error) {
	if rest == "" {
		return soft.New(), nil
	}
	path, ask, err := parseKeystore(rest, o)
	if err != nil {
		return nil, err
	}
	ks, err := soft.OpenKeystore(ctx, path, soft.KeystoreOptions{Passphrase: ask})
	if err != nil {
		return nil, err // and not ks, which would be a Device that is not nil
	}
	return ks, nil
}

type passphraseFunc = func(ctx context.Context, path string, create bool) ([]byte, error)

// parseKeystore reads what follows soft: with a path. Path and values are written
// as in every URI, with % and two hex digits for what has a meaning of its own.
func parseKeystore(rest string, o Options) (path string, ask passphraseFunc, err error) {
	escaped, query, _ := strings.Cut(rest, "?")
	if path, err = url.PathUnescape(escaped); err != nil || path == "" || strings.ContainsRune(path, 0) {
		return "", nil, fmt.Errorf("%w: soft: is followed by the path of a keystore, in which %% is written %%25 and ? is written %%3F", ErrURI)
	}
	ask = o.Passphrase
	for attribute := range strings.SplitSeq(query, "&") {
		if attribute == "" {
			continue
		}
		name, value, _ := strings.Cut(attribute, "=")
		source, err := url.PathUnescape(value)
		file, isFile := strings.CutPrefix(source, "file:")
		if name != "passphrase-source" || err != nil || !isFile || file == "" {
			return "", nil, fmt.Errorf("%w: the one attribute of soft: is passphrase-source=file:/path, once", ErrURI)
		}
		ask = func(context.Context, string, bool) ([]byte, error) { return readPassphrase(file) }
	}
	return path, ask, nil
}

// maxPassphrase is longer than any: the limit keeps a wrong file name from being
// read into memory.
const maxPassphrase = 4096

// readPassphrase reads a passphrase from a file, without the line end that editors
// and echo leave behind.
func readPassphrase(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("hsm/devices: passphrase-source: %w", err)
	}
	defer f.Close()
	raw := make([]byte, maxPassphrase+1)
	n, err := io.ReadFull(f, raw)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		clear(raw)
		return nil, fmt.Errorf("hsm/devices: passphrase-source: %w", err)
	}
	if n > maxPassphrase {
		clear(raw)
		return nil, fmt.Errorf("hsm/devices: passphrase-source: the file %s is longer than a passphrase can be", name)
	}
	b := raw[:n]
	if n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if len(b) > 0 && b[len(b)-1] == '\r' {
			b = b[:len(b)-1]
		}
	}
	if len(b) == 0 {
		return nil, fmt.Errorf("hsm/devices: passphrase-source: the file %s is empty", name)
	}
	return b, nil
}
