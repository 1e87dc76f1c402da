package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// devKey is a key of the development mode.
type devKey struct {
	label     string
	usage     keys.Usage
	algorithm keys.Algorithm
	// shared says that programs that play a terminal or an acquirer need it, so it
	// is a known test key on every device.
	shared bool
}

var devKeys = []devKey{
	{"issuer-storage", keys.UsagePIN, keys.AES128, false},
	{"issuer-pvk", keys.UsageVisaPVV, keys.TDES2, false},
	{"issuer-ibm", keys.UsageIBM3624, keys.TDES2, false},
	{"issuer-stored", keys.UsagePIN, keys.AES128, false},
	{"zpk", keys.UsagePIN, keys.TDES2, true},
	{"zpk-aes", keys.UsagePIN, keys.AES128, true},
	{"bdk", keys.UsageBDK, keys.TDES2, true},
	{"bdk-aes", keys.UsageBDK, keys.AES128, true},
	{"bureau", keys.UsagePIN, keys.AES128, true},
}

// devKeyFile holds the keys as "pinion lab load --keys" reads them.
const devKeyFile = "test-keys.txt"

const devKeyHeader = `# Test keys of pinion serve --dev, in the clear: never use one of them for a PIN.
# A line is LABEL:USAGE:ALGORITHM:HEX. Devices that forget their keys get them back
# from here; devices that keep them have their own issuer-… keys, and the others
# from here: they are for programs that make PIN blocks.
`

func newDevKeys() ([]byte, error) {
	b := bytes.NewBufferString(devKeyHeader)
	for _, d := range devKeys {
		k, err := keys.Generate(d.algorithm, d.usage)
		if err != nil {
			return nil, err
		}
		family := "aes"
		if d.algorithm.BlockSize() == 8 {
			family = "tdes"
		}
		fmt.Fprintf(b, "%s:%s:%s:%s\n", d.label, d.usage, family, cleartext.Hex(k))
	}
	return b.Bytes(), nil
}

// readDevKeys returns the keys of the file by their labels.
func readDevKeys(text []byte) (map[string]keys.Key, error) {
	list := map[string]keys.Key{}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		k, label, ok := parseDevKey(line)
		if !ok {
			return nil, fmt.Errorf("issuer/server: %s, line %d: want LABEL:USAGE:ALGORITHM:HEX", devKeyFile, n)
		}
		list[label] = k
	}
	return list, nil
}

func parseDevKey(line []byte) (k keys.Key, label string, ok bool) {
	parts := bytes.Split(line, []byte(":"))
	if len(parts) != 4 {
		return keys.Key{}, "", false
	}
	parse := cleartext.ParseTDES[[]byte]
	if string(parts[2]) == "aes" {
		parse = cleartext.ParseAES[[]byte]
	}
	k, err := parse(parts[3], keys.Usage(parts[1]))
	return k, string(parts[0]), err == nil
}

// provide puts the keys on the device that are not on it.
func (d devDir) provide(ctx context.Context, h *hsm.HSM, uri string, log *slog.Logger) error {
	text, err := d.once(devKeyFile, newDevKeys)
	if err != nil {
		return err
	}
	defer clear(text)
	known, err := readDevKeys(text)
	if err != nil {
		return err
	}
	for _, want := range devKeys {
		if err := want.provide(ctx, h, known[want.label], forgets(uri), log); err != nil {
			return fmt.Errorf("issuer/server: test key %s: %w", want.label, err)
		}
	}
	return nil
}

// forgets says whether a device is gone with the process, and its keys with it.
func forgets(uri string) bool {
	return strings.EqualFold(uri, "soft:") || strings.EqualFold(uri, "softhsm:")
}

func (d devKey) provide(ctx context.Context, h *hsm.HSM, k keys.Key, forgets bool, log *slog.Logger) error {
	switch info, err := h.KeyInfo(ctx, d.label); {
	case err == nil:
		if d.shared && (k.IsZero() || info.KCV != "" && info.KCV != k.KCV()) {
			log.Info("the device has a key of its own under this label", "key", d.label, "notIn", devKeyFile)
		}
		return nil
	case !errors.Is(err, hsm.ErrKeyNotFound):
		return err
	}
	err := errors.ErrUnsupported
	if (d.shared || forgets) && !k.IsZero() {
		_, err = h.ImportKey(ctx, hsm.KeySpec{Label: d.label}, k)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		_, err = h.GenerateKey(ctx, hsm.KeySpec{Label: d.label, Algorithm: d.algorithm, Usage: d.usage})
	}
	if errors.Is(err, hsm.ErrKeyExists) { // another process was faster
		return nil
	}
	return err
}
