//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// absent are the codes that say that the token, or what was set up on it, is not
// there any more. What was asked for may be tried again on a new connection.
var absent = map[pkcs11.Error]bool{
	pkcs11.CKR_SESSION_HANDLE_INVALID:   true,
	pkcs11.CKR_SESSION_CLOSED:           true,
	pkcs11.CKR_USER_NOT_LOGGED_IN:       true,
	pkcs11.CKR_DEVICE_ERROR:             true,
	pkcs11.CKR_DEVICE_REMOVED:           true,
	pkcs11.CKR_TOKEN_NOT_PRESENT:        true,
	pkcs11.CKR_SLOT_ID_INVALID:          true,
	pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED: true,
}

// is reports whether err is one of the codes.
func is(err error, codes ...pkcs11.Error) bool {
	if err == nil {
		return false
	}
	var c pkcs11.Error
	if !errors.As(err, &c) {
		return false
	}
	for _, code := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// gone reports whether err says that the connection is of no more use.
func gone(err error) bool {
	if err == nil {
		return false
	}
	var c pkcs11.Error
	return errors.As(err, &c) && absent[c] || errors.Is(err, errDropped)
}

// vague reports whether err may be anything, a token that went away included.
func vague(err error) bool {
	return is(err, pkcs11.CKR_GENERAL_ERROR, pkcs11.CKR_FUNCTION_FAILED)
}

// refusedCredential reports whether err is about the credential, so that another
// login would be another wrong try.
func refusedCredential(err error) bool {
	return is(err, pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE,
		pkcs11.CKR_PIN_EXPIRED, pkcs11.CKR_PIN_LOCKED, pkcs11.CKR_PIN_TOO_WEAK, pkcs11.CKR_USER_PIN_NOT_INITIALIZED)
}

// unnamed are the codes of the standard, up to version 3.1, whose names the binding
// does not know.
var unnamed = map[pkcs11.Error]string{
	pkcs11.CKR_ACTION_PROHIBITED:       "CKR_ACTION_PROHIBITED",
	pkcs11.CKR_CURVE_NOT_SUPPORTED:     "CKR_CURVE_NOT_SUPPORTED",
	pkcs11.CKR_PIN_TOO_WEAK:            "CKR_PIN_TOO_WEAK",
	pkcs11.CKR_LIBRARY_LOAD_FAILED:     "CKR_LIBRARY_LOAD_FAILED",
	pkcs11.CKR_FIPS_SELF_TEST_FAILED:   "CKR_FIPS_SELF_TEST_FAILED",
	pkcs11.CKR_EXCEEDED_MAX_ITERATIONS: "CKR_EXCEEDED_MAX_ITERATIONS",
	pkcs11.CKR_PUBLIC_KEY_INVALID:      "CKR_PUBLIC_KEY_INVALID",
	resourceExceeded:                   "CKR_TOKEN_RESOURCE_EXCEEDED",
	cancelFailed:                       "CKR_OPERATION_CANCEL_FAILED",
	keyExhausted:                       "CKR_KEY_EXHAUSTED",
}

// Codes of version 3, which the binding has not.
const (
	resourceExceeded = 0x201
	cancelFailed     = 0x202
	keyExhausted     = 0x203
)

// codeName returns a code by name. Vendors have their own, from 0x80000000 on.
func codeName(c pkcs11.Error) string {
	if name, ok := unnamed[c]; ok {
		return name
	}
	if _, name, ok := strings.Cut(c.Error(), ": "); ok {
		if _, name, ok = strings.Cut(name, ": "); ok && name != "" {
			return name
		}
	}
	return fmt.Sprintf("CKR_0x%08X", uint(c))
}

// explain turns the error of a PKCS#11 call into one that says what kind it is
// and what to do. Other errors pass. The key may be empty.
func explain(key string, err error) error {
	var c pkcs11.Error
	var told *hsm.Error
	switch {
	case err == nil, errors.As(err, &told), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errDropped):
		return &hsm.Error{Key: key, Err: hsm.ErrUnavailable}
	case !errors.As(err, &c):
		return err
	}
	e := &hsm.Error{Key: key, Code: codeName(c), Hint: hint(c), Err: hsm.ErrDevice}
	switch {
	case refusedCredential(c):
		e.Err = ErrCredential
	case c == pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED, c == pkcs11.CKR_KEY_TYPE_INCONSISTENT:
		e.Err = hsm.ErrKeyUsage
	case absent[c], c == pkcs11.CKR_SESSION_COUNT:
		e.Err = hsm.ErrUnavailable
	}
	return e
}

// unavailable is explain for an error that comes of the token's absence, even if
// its code does not say so.
func unavailable(key string, err error) error {
	err = explain(key, err)
	var told *hsm.Error
	if !errors.As(err, &told) || !errors.Is(told, hsm.ErrDevice) {
		return err
	}
	e := *told
	e.Err, e.Hint = hsm.ErrUnavailable, "the token went away"
	return &e
}
