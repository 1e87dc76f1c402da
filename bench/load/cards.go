package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// card is a registered card, and what is sent about it.
type card struct {
	wrong, right []byte // requests
	next         bool   // whether the right PIN is next
}

const (
	rightPIN = "1234"
	wrongPIN = "1243"
	zoneKey  = "zpk"
	// product is one whose reference value is of one PIN alone: of a PVV every ten
	// thousandth card takes the wrong one too.
	product = "ibm"
)

// register registers the plan's cards, over as many connections as will be used.
func (p *plan) register(s *service) ([]card, error) {
	key, err := readKey(s.TestKeys, zoneKey)
	if err != nil {
		return nil, err
	}
	cards := make([]card, p.cards)
	return cards, p.each(func(client int) error {
		c, err := dial(s.Address)
		if err != nil {
			return err
		}
		defer c.net.Close()
		for i := client; i < len(cards); i += p.clients {
			if cards[i], err = s.register(c, key, fmt.Sprintf("400000%010d", i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// register registers a card and sets its PIN.
func (s *service) register(c *conn, key keys.Key, digits string) (k card, err error) {
	status, body, err := c.do(s.request("/cards", `{"pan":"`+digits+`","product":"`+product+`"}`))
	if err != nil || status != 201 {
		return k, errors.Join(fmt.Errorf("a card was not registered: status %d", status), err)
	}
	var made struct{ PublicToken string }
	if err := json.Unmarshal(body, &made); err != nil {
		return k, err
	}
	path := "/cards/" + made.PublicToken + "/pin"
	if status, _, err = c.do(s.request(path, `{"pin":"`+rightPIN+`"}`)); err != nil || status != 204 {
		return k, errors.Join(fmt.Errorf("a PIN was not set: status %d", status), err)
	}
	if k.wrong, err = s.verify(path, key, wrongPIN, digits); err != nil {
		return k, err
	}
	k.right, err = s.verify(path, key, rightPIN, digits)
	return k, err
}

// verify returns the request to verify a PIN.
func (s *service) verify(path string, key keys.Key, pinDigits, panDigits string) ([]byte, error) {
	pin, err := pinblock.ParsePIN(pinDigits)
	if err != nil {
		return nil, err
	}
	pan, err := pinblock.ParsePAN(panDigits)
	if err != nil {
		return nil, err
	}
	block, err := pinblock.Seal(context.Background(), nil, key, pinblock.ISO0, pin, pan)
	if err != nil {
		return nil, err
	}
	return s.request(path+"/verify", fmt.Sprintf(`{"pinBlock":"%X","format":"iso-0","key":"%s"}`, block, zoneKey)), nil
}

// readKey returns a TDES key of the service's file of test keys.
func readKey(name, label string) (keys.Key, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return keys.Key{}, err
	}
	for line := range bytes.Lines(text) {
		if f := strings.Split(strings.TrimSpace(string(line)), ":"); len(f) == 4 && f[0] == label {
			return cleartext.ParseTDES(f[3], keys.Usage(f[1]))
		}
	}
	return keys.Key{}, fmt.Errorf("there is no key %s in the file of test keys", label)
}
