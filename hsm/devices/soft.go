package devices

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/internal/secretfile"
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

func readPassphrase(name string) ([]byte, error) {
	b, err := secretfile.Read(name, "passphrase")
	if err != nil {
		return nil, fmt.Errorf("hsm/devices: passphrase-source: %w", err)
	}
	return b, nil
}
