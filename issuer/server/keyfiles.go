package server

import (
	"encoding/hex"
	"errors"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/session"
)

// vault reads the data key.
func (c *Config) vault(getenv func(string) string) (*issuer.Vault, error) {
	text, err := c.DataKey.read(getenv)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	key := make([]byte, hex.DecodedLen(len(text)))
	defer clear(key)
	if n, err := hex.Decode(key, text); err != nil || n != issuer.DataKeySize {
		return nil, errors.New("want 64 hex digits, 32 random bytes: head -c 32 /dev/urandom | xxd -p -c 64")
	}
	return issuer.NewVault(key)
}

// sessionKeys reads the service's own keys.
func (c *Config) sessionKeys(getenv func(string) string) (*session.Keys, error) {
	text, err := c.SessionKeys.read(getenv)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	return session.ParseKeys(text)
}
