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

// hints tell whoever runs a token what a code means here.
var hints = map[pkcs11.Error]string{
	pkcs11.CKR_PIN_INCORRECT:                  "the credential is wrong; it is not tried again, because the token counts tries",
	pkcs11.CKR_PIN_INVALID:                    "the credential has characters the token does not take",
	pkcs11.CKR_PIN_LEN_RANGE:                  "the credential is too short or too long for the token",
	pkcs11.CKR_PIN_EXPIRED:                    "the credential has expired: set a new one with the token's own tool",
	pkcs11.CKR_PIN_LOCKED:                     "the token locked the credential after too many wrong tries: its security officer must set a new one",
	pkcs11.CKR_USER_PIN_NOT_INITIALIZED:       "the token has no user credential yet: its security officer must set one",
	pkcs11.CKR_USER_ANOTHER_ALREADY_LOGGED_IN: "this process is logged in to the token as somebody else (the security officer?)",
	pkcs11.CKR_TOKEN_NOT_RECOGNIZED:           "the slot holds something the library does not know as a token",
	pkcs11.CKR_TOKEN_WRITE_PROTECTED:          "the token is write-protected",
	pkcs11.CKR_SESSION_READ_ONLY:              "the device was opened read-only",
	pkcs11.CKR_SESSION_COUNT:                  "all of the token's sessions are in use: open the device with fewer, or close other programs",
	pkcs11.CKR_MECHANISM_INVALID:              "the token has no such mechanism: see pinion device doctor",
	pkcs11.CKR_MECHANISM_PARAM_INVALID:        "the token does not take this mechanism's parameter",
	pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED:     "the key was made without the right to do this",
	pkcs11.CKR_KEY_TYPE_INCONSISTENT:          "the key is of another algorithm",
	pkcs11.CKR_KEY_SIZE_RANGE:                 "the token does not take keys of this length",
	pkcs11.CKR_ATTRIBUTE_VALUE_INVALID:        "the token does not take a value of the key's template; some want TDES keys with odd parity",
	pkcs11.CKR_TEMPLATE_INCONSISTENT:          "the token does not take this combination of key attributes",
	pkcs11.CKR_TEMPLATE_INCOMPLETE:            "the token wants more key attributes",
	pkcs11.CKR_DEVICE_MEMORY:                  "the token is full",
	pkcs11.CKR_HOST_MEMORY:                    "the library is out of memory, or its daemon does not run",
	pkcs11.CKR_GENERAL_ERROR:                  "the library gives no reason: see its own log",
	pkcs11.CKR_FUNCTION_FAILED:                "the library gives no reason: see its own log",
	pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED:       "something else in this process finalized the library",
}

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
		pkcs11.CKR_PIN_EXPIRED, pkcs11.CKR_PIN_LOCKED, pkcs11.CKR_USER_PIN_NOT_INITIALIZED)
}

// unnamed are the codes of the standard whose names the binding does not know.
var unnamed = map[pkcs11.Error]string{
	pkcs11.CKR_ACTION_PROHIBITED:     "CKR_ACTION_PROHIBITED",
	pkcs11.CKR_PIN_TOO_WEAK:          "CKR_PIN_TOO_WEAK",
	pkcs11.CKR_LIBRARY_LOAD_FAILED:   "CKR_LIBRARY_LOAD_FAILED",
	pkcs11.CKR_FIPS_SELF_TEST_FAILED: "CKR_FIPS_SELF_TEST_FAILED",
}

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
	e := &hsm.Error{Key: key, Code: codeName(c), Hint: hints[c], Err: hsm.ErrDevice}
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
	if errors.As(err, &told) && errors.Is(told, hsm.ErrDevice) {
		told.Err, told.Hint = hsm.ErrUnavailable, ""
	}
	return err
}
