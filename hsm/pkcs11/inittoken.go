//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"
)

// InitToken initializes the first token of a library that is not initialized
// yet, and sets its credentials. A token that is initialized is never touched, so
// that no key is lost. Errors wrap [ErrModule], [ErrNoToken] where there is no such
// token, what a function of the spec returned, or one of package hsm's.
//
// It is for throw-away tokens: a real one is set up with its own tool.
func InitToken(modulePath string, s TokenSpec) (TokenInfo, error) {
	if s.Label == "" || len(s.Label) > 32 {
		return TokenInfo{}, errors.New("hsm/pkcs11: a token label has 1 to 32 bytes")
	}
	path, err := (&URI{ModulePath: modulePath}).library()
	if err != nil {
		return TokenInfo{}, err
	}
	officer, err := ask(s.Officer)
	defer clear(officer)
	if err != nil {
		return TokenInfo{}, err
	}
	user, err := ask(s.Credential)
	defer clear(user)
	if err != nil {
		return TokenInfo{}, err
	}
	m, err := acquire(context.Background(), path)
	if err != nil {
		return TokenInfo{}, err
	}
	defer m.release()
	return m.initToken(func(c *pkcs11.Ctx, slot uint) error {
		if err := c.InitToken(slot, string(officer), s.Label); err != nil {
			return err
		}
		return setCredential(c, slot, officer, user)
	})
}

// initToken calls setUp with the slot of the first token that is not initialized, and
// returns what the token says of itself then.
func (m *module) initToken(setUp func(*pkcs11.Ctx, uint) error) (TokenInfo, error) {
	done, err := m.lockMaking(context.Background())
	if err != nil {
		return TokenInfo{}, err
	}
	defer done()
	list, err := m.tokens()
	if err != nil {
		return TokenInfo{}, explain("", err)
	}
	for _, t := range list {
		if t.Initialized {
			continue
		}
		err := m.adminCall(func(c *pkcs11.Ctx) error {
			if err := setUp(c, t.SlotID); err != nil {
				return err
			}
			info, err := c.GetTokenInfo(t.SlotID)
			t = newToken(t.SlotID, info)
			return err
		})
		return t.TokenInfo, explain("", err)
	}
	return TokenInfo{}, fmt.Errorf("%w: every token that the library %s sees is initialized", ErrNoToken, m.key)
}

// setCredential sets the user's credential of a token that was just initialized.
func setCredential(c *pkcs11.Ctx, slot uint, officer, user []byte) error {
	s, err := c.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return err
	}
	defer func() { _ = c.CloseSession(s) }() // it logs out too: there is no other session
	if err := c.Login(s, pkcs11.CKU_SO, string(officer)); err != nil {
		return err
	}
	return c.InitPIN(s, string(user))
}
