package pkcs11

import (
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
)

var (
	// ErrModule is wrapped by errors about the PKCS#11 library: none was named,
	// there is no such file, or it cannot be loaded.
	ErrModule = errors.New("hsm/pkcs11: no usable PKCS#11 library")

	// ErrCredential is returned when the token does not take the credential. It
	// is not tried again: open the device anew, with another one.
	ErrCredential = fmt.Errorf("%w: it did not take the credential", hsm.ErrDevice)

	// ErrNoToken is returned by Open when no token is what the URI says. The
	// error lists the tokens there are.
	ErrNoToken = errors.New("hsm/pkcs11: no such token")

	// ErrAmbiguous is returned when a name fits more than one token, or more than
	// one key.
	ErrAmbiguous = errors.New("hsm/pkcs11: more than one token or key has this name")
)
