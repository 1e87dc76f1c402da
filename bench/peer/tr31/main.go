// Command tr31 compares the unwrapping of key blocks with
// github.com/moov-io/tr31, in one run, after both have read random blocks of
// each other. bench/run builds it.
//
// The peer is right on what is compared here: wrapping and unwrapping of whole,
// well-formed blocks of versions B and D. It is not asked for what it gets wrong:
// it panics on short text, accepts headers that make no sense, puts optional
// blocks in random order, and takes version C for AES when it validates a KBPK.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/moov-io/tr31/pkg/tr31"

	"github.com/pinion-hsm/pinion/bench/pair"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "tr31:", err)
		os.Exit(1)
	}
}

// kind is a version and the keys that go with it.
type kind struct {
	version byte
	kbpk    keys.Algorithm
	wrapped keys.Algorithm
	alg     string
}

var kinds = []kind{
	{'B', keys.TDES3, keys.TDES2, "T"},
	{'D', keys.AES256, keys.AES128, "A"},
}

func run() error {
	for _, k := range kinds {
		for range 500 {
			if err := cross(k); err != nil {
				return fmt.Errorf("version %c: %w", k.version, err)
			}
		}
		fmt.Printf("version %c: 500 random blocks each way read alike\n", k.version)
		if err := compare(k); err != nil {
			return fmt.Errorf("version %c: %w", k.version, err)
		}
	}
	return nil
}

// cross has each read a random block of the other.
func cross(k kind) error {
	kbpk, err := keys.Generate(k.kbpk, keys.UsageKBPK)
	if err != nil {
		return err
	}
	key, err := keys.Generate(k.wrapped, keys.UsagePIN)
	if err != nil {
		return err
	}
	peer, err := peerBlock(k, kbpk)
	if err != nil {
		return err
	}
	ours, err := keyblock.Wrap(context.Background(), kbpk, header(k), key)
	if err != nil {
		return err
	}
	if got, err := peer.Unwrap(ours); err != nil || !bytes.Equal(got, cleartext.Bytes(key)) {
		return fmt.Errorf("the peer reads our block otherwise: %v", err)
	}
	theirs, err := peer.Wrap(cleartext.Bytes(key), nil)
	if err != nil {
		return err
	}
	// The peer writes version B in lower case hex, which no standard has.
	theirs = theirs[:16] + strings.ToUpper(theirs[16:])
	u, err := keyblock.Unwrap(context.Background(), kbpk, theirs)
	if err != nil {
		return fmt.Errorf("we do not read the peer's block: %w", err)
	}
	if got, err := u.Key(); err != nil || !got.Equal(key) {
		return fmt.Errorf("we read the peer's block otherwise: %v", err)
	}
	return nil
}

func header(k kind) keyblock.Header {
	return keyblock.Header{Version: k.version, Mode: 'B', KeyVersion: "00", Exportability: 'E'}
}

func peerBlock(k kind, kbpk keys.Key) (*tr31.KeyBlock, error) {
	h, err := tr31.NewHeader(string(k.version), "P0", k.alg, "B", "00", "E")
	if err != nil {
		return nil, err
	}
	return tr31.NewKeyBlock(cleartext.Bytes(kbpk), h)
}

func compare(k kind) error {
	raw := make([]byte, k.kbpk.KeySize())
	_, _ = rand.Read(raw)
	kbpk, err := cleartext.New(k.kbpk, keys.UsageKBPK, raw)
	if err != nil {
		return err
	}
	key, err := keys.Generate(k.wrapped, keys.UsagePIN)
	if err != nil {
		return err
	}
	peer, err := peerBlock(k, kbpk)
	if err != nil {
		return err
	}
	ctx := context.Background()
	block, err := keyblock.Wrap(ctx, kbpk, header(k), key)
	if err != nil {
		return err
	}
	var failed error
	note := func(err error) {
		if err != nil {
			failed = err
		}
	}
	pair.Compare(fmt.Sprintf("unwrap version %c", k.version),
		pair.Side{F: func(n int) {
			for range n {
				_, err := keyblock.Unwrap(ctx, kbpk, block)
				note(err)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				_, err := peer.Unwrap(block)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/tr31")
	return failed
}
