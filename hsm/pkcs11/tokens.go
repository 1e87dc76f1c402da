//go:build cgo

package pkcs11

import (
	"context"
	"fmt"
	"strings"

	"github.com/miekg/pkcs11"
)

// Tokens lists the tokens a library sees, also those that are not initialized.
// Nobody is logged in. Errors wrap [ErrModule] or one of package hsm's.
func Tokens(modulePath string) ([]TokenInfo, error) {
	path, err := (&URI{ModulePath: modulePath}).library()
	if err != nil {
		return nil, err
	}
	m, err := acquire(context.Background(), path)
	if err != nil {
		return nil, err
	}
	defer m.release()
	found, err := m.tokens()
	if err != nil {
		return nil, explain("", err)
	}
	list := make([]TokenInfo, len(found))
	for i, t := range found {
		list[i] = t.TokenInfo
	}
	return list, nil
}

// token is a token and what else a device has to know of it.
type token struct {
	TokenInfo
	flags    uint
	sessions uint // at most, besides the one that keeps the login; 0 if the token does not say
}

// tokens returns the tokens that are present.
func (m *module) tokens() (list []token, err error) {
	err = m.adminCall(func(c *pkcs11.Ctx) error {
		slots, err := c.GetSlotList(true)
		if err != nil {
			return err
		}
		for _, slot := range slots {
			info, err := c.GetTokenInfo(slot)
			if is(err, pkcs11.CKR_TOKEN_NOT_PRESENT, pkcs11.CKR_TOKEN_NOT_RECOGNIZED, pkcs11.CKR_SLOT_ID_INVALID) {
				continue // went since, or another kind of card: not this token's affair
			}
			if err != nil {
				return err
			}
			list = append(list, newToken(slot, info))
		}
		return nil
	})
	return list, err
}

// unlimited are the values by which a token says that it has no limit, or does
// not know: CK_EFFECTIVELY_INFINITE and CK_UNAVAILABLE_INFORMATION.
func unlimited(n uint) bool { return n == 0 || n == ^uint(0) || n == 1<<32-1 }

func newToken(slot uint, info pkcs11.TokenInfo) token {
	t := token{flags: info.Flags, TokenInfo: TokenInfo{
		Label: printable(info.Label), Serial: printable(info.SerialNumber),
		Manufacturer: printable(info.ManufacturerID), Model: printable(info.Model),
		Initialized:   info.Flags&pkcs11.CKF_TOKEN_INITIALIZED != 0,
		LoginRequired: info.Flags&pkcs11.CKF_LOGIN_REQUIRED != 0,
		SlotID:        slot,
	}}
	for _, n := range []uint{info.MaxSessionCount, info.MaxRwSessionCount} {
		if !unlimited(n) && (t.sessions == 0 || n < t.sessions) {
			t.sessions = n
		}
	}
	return t
}

// printable trims what tokens pad their fields with: blanks, or, against the
// standard, zero bytes.
func printable(s string) string { return strings.TrimRight(s, " \x00") }

// find returns the one token that is what the URI says.
func (m *module) find(u *URI) (token, error) {
	list, err := m.tokens()
	if err != nil {
		return token{}, err
	}
	var fit []token
	for _, t := range list {
		if t.matches(u) {
			fit = append(fit, t)
		}
	}
	switch len(fit) {
	case 1:
		return fit[0], nil
	case 0:
		return token{}, fmt.Errorf("%w: the library %s has none that is %s: %s", ErrNoToken, m.key, u.selector(), seen(list))
	}
	return token{}, fmt.Errorf("%w: %d tokens are %s: add serial= to the URI (or slot-id=, if even that is the same): %s", ErrAmbiguous, len(fit), u.selector(), seen(fit))
}

// locate is find, with the patience of [module.persist].
func (m *module) locate(ctx context.Context, u *URI) (t token, err error) {
	if err := m.dialing.take(ctx); err != nil {
		return token{}, err
	}
	defer m.dialing.give()
	err = m.persist(func() error {
		t, err = m.find(u)
		return err
	})
	return t, err
}

// selector returns the part of the URI that says which token.
func (u *URI) selector() string {
	return URI{Token: u.Token, Serial: u.Serial, Manufacturer: u.Manufacturer, Model: u.Model, SlotID: u.SlotID}.String()
}

// seen describes tokens for an error.
func seen(list []token) string {
	const most = 8
	var s []string
	for i, t := range list {
		if i == most {
			s = append(s, fmt.Sprintf("and %d more", len(list)-most))
			break
		}
		if !t.Initialized {
			s = append(s, fmt.Sprintf("a token that is not initialized in slot %d", t.SlotID))
			continue
		}
		s = append(s, fmt.Sprintf("%s in slot %d", t.TokenInfo, t.SlotID))
	}
	if len(s) == 0 {
		return "it sees no token at all"
	}
	return "it sees " + strings.Join(s, ", ")
}
