//go:build cgo

package pkcs11

// #include <stdlib.h>
import "C"

import (
	"unsafe"

	"github.com/miekg/pkcs11"
)

// parameters returns what C_Initialize is given beside the flags. The text is
// never freed: a library may keep the pointer, and there are as many as there are
// setups.
func (m *module) parameters() []pkcs11.InitializeOption {
	if m.setup.Parameters == "" {
		return nil
	}
	if m.reserved == nil {
		m.reserved = unsafe.Pointer(C.CString(m.setup.Parameters))
	}
	return []pkcs11.InitializeOption{pkcs11.InitializeWithReserved(m.reserved)}
}
