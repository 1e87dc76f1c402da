//go:build cgo

package pkcs11_test

import (
	"regexp"
	"strings"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// standardCodes are the return values of PKCS#11, those of version 3 at the end. Not in it are
// CKR_OK and CKR_VENDOR_DEFINED, which is where the vendors' begin.
var standardCodes = map[string]p11.Error{
	"CKR_CANCEL":                           p11.CKR_CANCEL,
	"CKR_HOST_MEMORY":                      p11.CKR_HOST_MEMORY,
	"CKR_SLOT_ID_INVALID":                  p11.CKR_SLOT_ID_INVALID,
	"CKR_GENERAL_ERROR":                    p11.CKR_GENERAL_ERROR,
	"CKR_FUNCTION_FAILED":                  p11.CKR_FUNCTION_FAILED,
	"CKR_ARGUMENTS_BAD":                    p11.CKR_ARGUMENTS_BAD,
	"CKR_NO_EVENT":                         p11.CKR_NO_EVENT,
	"CKR_NEED_TO_CREATE_THREADS":           p11.CKR_NEED_TO_CREATE_THREADS,
	"CKR_CANT_LOCK":                        p11.CKR_CANT_LOCK,
	"CKR_ATTRIBUTE_READ_ONLY":              p11.CKR_ATTRIBUTE_READ_ONLY,
	"CKR_ATTRIBUTE_SENSITIVE":              p11.CKR_ATTRIBUTE_SENSITIVE,
	"CKR_ATTRIBUTE_TYPE_INVALID":           p11.CKR_ATTRIBUTE_TYPE_INVALID,
	"CKR_ATTRIBUTE_VALUE_INVALID":          p11.CKR_ATTRIBUTE_VALUE_INVALID,
	"CKR_ACTION_PROHIBITED":                p11.CKR_ACTION_PROHIBITED,
	"CKR_DATA_INVALID":                     p11.CKR_DATA_INVALID,
	"CKR_DATA_LEN_RANGE":                   p11.CKR_DATA_LEN_RANGE,
	"CKR_DEVICE_ERROR":                     p11.CKR_DEVICE_ERROR,
	"CKR_DEVICE_MEMORY":                    p11.CKR_DEVICE_MEMORY,
	"CKR_DEVICE_REMOVED":                   p11.CKR_DEVICE_REMOVED,
	"CKR_ENCRYPTED_DATA_INVALID":           p11.CKR_ENCRYPTED_DATA_INVALID,
	"CKR_ENCRYPTED_DATA_LEN_RANGE":         p11.CKR_ENCRYPTED_DATA_LEN_RANGE,
	"CKR_FUNCTION_CANCELED":                p11.CKR_FUNCTION_CANCELED,
	"CKR_FUNCTION_NOT_PARALLEL":            p11.CKR_FUNCTION_NOT_PARALLEL,
	"CKR_FUNCTION_NOT_SUPPORTED":           p11.CKR_FUNCTION_NOT_SUPPORTED,
	"CKR_KEY_HANDLE_INVALID":               p11.CKR_KEY_HANDLE_INVALID,
	"CKR_KEY_SIZE_RANGE":                   p11.CKR_KEY_SIZE_RANGE,
	"CKR_KEY_TYPE_INCONSISTENT":            p11.CKR_KEY_TYPE_INCONSISTENT,
	"CKR_KEY_NOT_NEEDED":                   p11.CKR_KEY_NOT_NEEDED,
	"CKR_KEY_CHANGED":                      p11.CKR_KEY_CHANGED,
	"CKR_KEY_NEEDED":                       p11.CKR_KEY_NEEDED,
	"CKR_KEY_INDIGESTIBLE":                 p11.CKR_KEY_INDIGESTIBLE,
	"CKR_KEY_FUNCTION_NOT_PERMITTED":       p11.CKR_KEY_FUNCTION_NOT_PERMITTED,
	"CKR_KEY_NOT_WRAPPABLE":                p11.CKR_KEY_NOT_WRAPPABLE,
	"CKR_KEY_UNEXTRACTABLE":                p11.CKR_KEY_UNEXTRACTABLE,
	"CKR_MECHANISM_INVALID":                p11.CKR_MECHANISM_INVALID,
	"CKR_MECHANISM_PARAM_INVALID":          p11.CKR_MECHANISM_PARAM_INVALID,
	"CKR_OBJECT_HANDLE_INVALID":            p11.CKR_OBJECT_HANDLE_INVALID,
	"CKR_OPERATION_ACTIVE":                 p11.CKR_OPERATION_ACTIVE,
	"CKR_OPERATION_NOT_INITIALIZED":        p11.CKR_OPERATION_NOT_INITIALIZED,
	"CKR_PIN_INCORRECT":                    p11.CKR_PIN_INCORRECT,
	"CKR_PIN_INVALID":                      p11.CKR_PIN_INVALID,
	"CKR_PIN_LEN_RANGE":                    p11.CKR_PIN_LEN_RANGE,
	"CKR_PIN_EXPIRED":                      p11.CKR_PIN_EXPIRED,
	"CKR_PIN_LOCKED":                       p11.CKR_PIN_LOCKED,
	"CKR_SESSION_CLOSED":                   p11.CKR_SESSION_CLOSED,
	"CKR_SESSION_COUNT":                    p11.CKR_SESSION_COUNT,
	"CKR_SESSION_HANDLE_INVALID":           p11.CKR_SESSION_HANDLE_INVALID,
	"CKR_SESSION_PARALLEL_NOT_SUPPORTED":   p11.CKR_SESSION_PARALLEL_NOT_SUPPORTED,
	"CKR_SESSION_READ_ONLY":                p11.CKR_SESSION_READ_ONLY,
	"CKR_SESSION_EXISTS":                   p11.CKR_SESSION_EXISTS,
	"CKR_SESSION_READ_ONLY_EXISTS":         p11.CKR_SESSION_READ_ONLY_EXISTS,
	"CKR_SESSION_READ_WRITE_SO_EXISTS":     p11.CKR_SESSION_READ_WRITE_SO_EXISTS,
	"CKR_SIGNATURE_INVALID":                p11.CKR_SIGNATURE_INVALID,
	"CKR_SIGNATURE_LEN_RANGE":              p11.CKR_SIGNATURE_LEN_RANGE,
	"CKR_TEMPLATE_INCOMPLETE":              p11.CKR_TEMPLATE_INCOMPLETE,
	"CKR_TEMPLATE_INCONSISTENT":            p11.CKR_TEMPLATE_INCONSISTENT,
	"CKR_TOKEN_NOT_PRESENT":                p11.CKR_TOKEN_NOT_PRESENT,
	"CKR_TOKEN_NOT_RECOGNIZED":             p11.CKR_TOKEN_NOT_RECOGNIZED,
	"CKR_TOKEN_WRITE_PROTECTED":            p11.CKR_TOKEN_WRITE_PROTECTED,
	"CKR_UNWRAPPING_KEY_HANDLE_INVALID":    p11.CKR_UNWRAPPING_KEY_HANDLE_INVALID,
	"CKR_UNWRAPPING_KEY_SIZE_RANGE":        p11.CKR_UNWRAPPING_KEY_SIZE_RANGE,
	"CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT": p11.CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
	"CKR_USER_ALREADY_LOGGED_IN":           p11.CKR_USER_ALREADY_LOGGED_IN,
	"CKR_USER_NOT_LOGGED_IN":               p11.CKR_USER_NOT_LOGGED_IN,
	"CKR_USER_PIN_NOT_INITIALIZED":         p11.CKR_USER_PIN_NOT_INITIALIZED,
	"CKR_USER_TYPE_INVALID":                p11.CKR_USER_TYPE_INVALID,
	"CKR_USER_ANOTHER_ALREADY_LOGGED_IN":   p11.CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
	"CKR_USER_TOO_MANY_TYPES":              p11.CKR_USER_TOO_MANY_TYPES,
	"CKR_WRAPPED_KEY_INVALID":              p11.CKR_WRAPPED_KEY_INVALID,
	"CKR_WRAPPED_KEY_LEN_RANGE":            p11.CKR_WRAPPED_KEY_LEN_RANGE,
	"CKR_WRAPPING_KEY_HANDLE_INVALID":      p11.CKR_WRAPPING_KEY_HANDLE_INVALID,
	"CKR_WRAPPING_KEY_SIZE_RANGE":          p11.CKR_WRAPPING_KEY_SIZE_RANGE,
	"CKR_WRAPPING_KEY_TYPE_INCONSISTENT":   p11.CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
	"CKR_RANDOM_SEED_NOT_SUPPORTED":        p11.CKR_RANDOM_SEED_NOT_SUPPORTED,
	"CKR_RANDOM_NO_RNG":                    p11.CKR_RANDOM_NO_RNG,
	"CKR_DOMAIN_PARAMS_INVALID":            p11.CKR_DOMAIN_PARAMS_INVALID,
	"CKR_CURVE_NOT_SUPPORTED":              p11.CKR_CURVE_NOT_SUPPORTED,
	"CKR_BUFFER_TOO_SMALL":                 p11.CKR_BUFFER_TOO_SMALL,
	"CKR_SAVED_STATE_INVALID":              p11.CKR_SAVED_STATE_INVALID,
	"CKR_INFORMATION_SENSITIVE":            p11.CKR_INFORMATION_SENSITIVE,
	"CKR_STATE_UNSAVEABLE":                 p11.CKR_STATE_UNSAVEABLE,
	"CKR_CRYPTOKI_NOT_INITIALIZED":         p11.CKR_CRYPTOKI_NOT_INITIALIZED,
	"CKR_CRYPTOKI_ALREADY_INITIALIZED":     p11.CKR_CRYPTOKI_ALREADY_INITIALIZED,
	"CKR_MUTEX_BAD":                        p11.CKR_MUTEX_BAD,
	"CKR_MUTEX_NOT_LOCKED":                 p11.CKR_MUTEX_NOT_LOCKED,
	"CKR_NEW_PIN_MODE":                     p11.CKR_NEW_PIN_MODE,
	"CKR_NEXT_OTP":                         p11.CKR_NEXT_OTP,
	"CKR_EXCEEDED_MAX_ITERATIONS":          p11.CKR_EXCEEDED_MAX_ITERATIONS,
	"CKR_FIPS_SELF_TEST_FAILED":            p11.CKR_FIPS_SELF_TEST_FAILED,
	"CKR_LIBRARY_LOAD_FAILED":              p11.CKR_LIBRARY_LOAD_FAILED,
	"CKR_PIN_TOO_WEAK":                     p11.CKR_PIN_TOO_WEAK,
	"CKR_PUBLIC_KEY_INVALID":               p11.CKR_PUBLIC_KEY_INVALID,
	"CKR_FUNCTION_REJECTED":                p11.CKR_FUNCTION_REJECTED,
	"CKR_TOKEN_RESOURCE_EXCEEDED":          0x201, "CKR_OPERATION_CANCEL_FAILED": 0x202, "CKR_KEY_EXHAUSTED": 0x203,
}

// what is in a hint that says what to do.
var advice = regexp.MustCompile(`: \w|\bopen (it|the device)\b|\btry again\b|\bsee\b|\bmust\b|\bclose\b|\buse\b|\?$`)

// Every code of the standard has its name, and a hint that says more than that there
// is a log, and what to do.
func TestHints(t *testing.T) {
	t.Parallel()
	last := pkcs11.Hint(p11.Error(0x7fff))
	require.Contains(t, last, "log")
	reasonless := []string{"CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED", "CKR_ARGUMENTS_BAD"}
	require.GreaterOrEqual(t, len(standardCodes), 95)
	for name, code := range standardCodes {
		require.Equal(t, name, pkcs11.CodeName(code))
		h := pkcs11.Hint(code)
		require.NotEqual(t, last, h, name)
		require.Regexp(t, advice, h, name)
		require.Regexp(t, `^[a-z]`, h, name)
		require.NotRegexp(t, `[.;!]$|CKR_|  | ,|\bPIN\b`, h, name)
		require.Less(t, len(h), 180, name)
		if !strings.Contains(strings.Join(reasonless, " "), name) {
			require.NotRegexp(t, `^[^:]*: see (its|the library's) own log$`, h, name)
		}
		err := pkcs11.Explain("zpk", code)
		var told *hsm.Error
		require.ErrorAs(t, err, &told, name)
		require.Equal(t, &hsm.Error{Key: "zpk", Code: name, Hint: h, Err: told.Err}, told)
		require.Contains(t, []error{hsm.ErrDevice, hsm.ErrUnavailable, hsm.ErrKeyUsage, pkcs11.ErrCredential}, told.Err, name)

		away := pkcs11.Unavailable("zpk", code)
		require.Equal(t, told, pkcs11.Explain("zpk", code), "it was not changed")
		require.ErrorAs(t, away, &told)
		require.NotEmpty(t, told.Hint, name)
	}
	for _, code := range []p11.Error{0x80000001, 0x80000123, 0xffffffff} {
		require.Contains(t, pkcs11.Hint(code), "vendor's own")
		require.Regexp(t, `^CKR_0x[0-9A-F]{8}$`, pkcs11.CodeName(code))
	}
}

// The codes of a token that is not there are one kind of error, and those about the
// credential another.
func TestKindsOfCodes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"CKR_DEVICE_REMOVED", "CKR_DEVICE_ERROR", "CKR_TOKEN_NOT_PRESENT", "CKR_SLOT_ID_INVALID", "CKR_SESSION_CLOSED",
		"CKR_SESSION_HANDLE_INVALID", "CKR_USER_NOT_LOGGED_IN", "CKR_SESSION_COUNT", "CKR_CRYPTOKI_NOT_INITIALIZED"} {
		require.ErrorIs(t, pkcs11.Explain("", standardCodes[name]), hsm.ErrUnavailable, name)
	}
	for name, code := range standardCodes {
		credential := strings.HasPrefix(name, "CKR_PIN_") || name == "CKR_USER_PIN_NOT_INITIALIZED"
		require.Equal(t, credential, is(pkcs11.Explain("", code), pkcs11.ErrCredential), name)
	}
	for _, name := range []string{"CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED"} {
		require.ErrorIs(t, pkcs11.Explain("", standardCodes[name]), hsm.ErrDevice, name)
		require.ErrorIs(t, pkcs11.Unavailable("", standardCodes[name]), hsm.ErrUnavailable, name)
	}
}
