// Command pinblock compares pinion's clear encoding and decoding with
// github.com/moov-io/pinblock, in one run. bench/run builds it.
package main

import (
	"encoding/hex"
	"fmt"
	"os"

	"github.com/moov-io/pinblock/formats"

	"github.com/pinion-hsm/pinion/bench/pair"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

const (
	pinText = "1234"
	panText = "5432101234567891"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pinblock:", err)
		os.Exit(1)
	}
}

func run() error {
	for _, c := range []struct {
		format pinblock.Format
		peer   formats.FormatA
	}{{pinblock.ISO0, formats.NewISO0()}, {pinblock.ISO3, formats.NewISO3()}} {
		if err := compare(c.format, c.peer); err != nil {
			return err
		}
	}
	return nil
}

// compare gives each the input it wants: ours a parsed PIN and PAN and bytes, the
// peer text.
func compare(f pinblock.Format, peer formats.FormatA) error {
	pin, err := pinblock.ParsePIN(pinText)
	if err != nil {
		return err
	}
	pan, err := pinblock.ParsePAN(panText)
	if err != nil {
		return err
	}
	block, err := clear.Encode(nil, f, pin, pan, nil)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%X", block)
	if got, err := peer.Decode(text, panText); err != nil || got != pinText {
		return fmt.Errorf("%v: the two do not agree: %v", f, err)
	}
	var failed error
	note := func(err error) {
		if err != nil {
			failed = err
		}
	}
	var buf [8]byte
	pair.Compare(f.Name()+" encode",
		pair.Side{F: func(n int) {
			for range n {
				_, err := clear.Encode(buf[:0], f, pin, pan, nil)
				note(err)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				_, err := peer.Encode(pinText, panText)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/pinblock")
	pair.Compare(f.Name()+" decode",
		pair.Side{F: func(n int) {
			for range n {
				_, err := clear.Decode(f, block, pan, nil)
				note(err)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				_, err := peer.Decode(text, panText)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/pinblock")
	if failed != nil {
		return failed
	}
	return fromText(f, peer, text)
}

// fromText has ours do what the peer's interface asks for: text in, text out.
func fromText(f pinblock.Format, peer formats.FormatA, text string) error {
	var failed error
	note := func(err error) {
		if err != nil {
			failed = err
		}
	}
	pair.Compare(f.Name()+" encode, text",
		pair.Side{F: func(n int) {
			var buf [8]byte
			for range n {
				pin, err := pinblock.ParsePIN(pinText)
				note(err)
				pan, err := pinblock.ParsePAN(panText)
				note(err)
				block, err := clear.Encode(buf[:0], f, pin, pan, nil)
				note(err)
				_ = hex.EncodeToString(block)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				_, err := peer.Encode(pinText, panText)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/pinblock")
	pair.Compare(f.Name()+" decode, text",
		pair.Side{F: func(n int) {
			var buf [8]byte
			for range n {
				_, err := hex.Decode(buf[:], []byte(text))
				note(err)
				pan, err := pinblock.ParsePAN(panText)
				note(err)
				pin, err := clear.Decode(f, buf[:], pan, nil)
				note(err)
				_ = clear.Digits(pin)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				_, err := peer.Decode(text, panText)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/pinblock")
	return failed
}
