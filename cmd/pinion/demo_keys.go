package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
)

// demoKeys reads examples/keys.txt.
func demoKeys(text []byte) ([]labelledKey, error) {
	var list []labelledKey
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		k, err := parseLabelledKey(fmt.Sprintf("the demonstration's keys, line %d", n), line)
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, nil
}

// load puts the keys on the device until it is closed.
func (d *demo) load(ctx context.Context, list []labelledKey) error {
	for _, k := range list {
		_, err := d.h.ImportKey(ctx, hsm.KeySpec{Label: k.label, Ephemeral: true}, k.key)
		if errors.Is(err, hsm.ErrKeyExists) {
			return &problem{what: plain(err), err: err,
				hint: "the demonstration brings its own keys; run it on another device, or without --device"}
		}
		if err != nil {
			return err
		}
		d.loaded++
	}
	return nil
}
