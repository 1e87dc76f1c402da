//go:build cgo

package pkcs11

import (
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// login logs in, once: a token counts wrong credentials, and locks.
func (l *link) login(credential secret.Bytes) error {
	if secret.IsZero(credential) {
		return &hsm.Error{Err: ErrCredential, Hint: "the token wants one, and none was given: add pin-source=file:/path to the URI"}
	}
	err := l.m.adminCall(func(c *pkcs11.Ctx) (err error) {
		secret.Lend(credential, func(b []byte) { err = c.Login(l.pinned, pkcs11.CKU_USER, string(b)) })
		return err
	})
	var told *hsm.Error
	_ = errors.As(explain("", err), &told)
	switch {
	case err == nil, is(err, pkcs11.CKR_USER_ALREADY_LOGGED_IN):
		// Login is a state of the process: another device, or other code, has done it.
		return nil
	case vendors(err):
		told.Err = ErrCredential
		told.Hint = "the vendor's own code is taken for a wrong credential, which is not tried again: the token's manual, or its log, says what it means"
	case !refusedCredential(err), l.m.quirks.fleeting(err):
		return err
	}
	told.Hint += l.triesLeft()
	return told
}

// vendors reports whether err is a code of the vendor's own.
func vendors(err error) bool {
	var c pkcs11.Error
	return errors.As(err, &c) && c >= pkcs11.CKR_VENDOR_DEFINED
}

// triesLeft returns what the token says of the tries that are left.
func (l *link) triesLeft() (s string) {
	_ = l.m.adminCall(func(c *pkcs11.Ctx) error {
		info, err := c.GetTokenInfo(l.token.SlotID)
		switch {
		case err != nil:
		case info.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
			s = "; it is locked now"
		case info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
			s = "; one more wrong try locks it"
		}
		return nil
	})
	return s
}
