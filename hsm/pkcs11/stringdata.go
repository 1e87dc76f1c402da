//go:build cgo

package pkcs11

/*
#include <stdlib.h>

// CK_KEY_DERIVATION_STRING_DATA, packed as PKCS#11 wants it on Windows.
#ifdef _WIN32
#pragma pack(push, 1)
#endif
typedef struct {
	unsigned char *pData;
	unsigned long  ulLen;
} string_data;
#ifdef _WIN32
#pragma pack(pop)
#endif
*/
import "C"

import (
	"unsafe"

	"github.com/miekg/pkcs11"
)

// withData returns a mechanism with data as its parameter, PKCS#11 v2.40 mechanisms
// 2.19, which the binding cannot make: a struct with a pointer to the data. The
// binding copies the struct, as bytes, into memory of C's, and knows nothing of the
// pointer: so the data is in memory of C's too, and stays there until the caller,
// after the call, frees it.
func withData(mechanism uint, data []byte) (m []*pkcs11.Mechanism, free func()) {
	p := C.CBytes(data)
	params := C.string_data{pData: (*C.uchar)(p), ulLen: C.ulong(len(data))}
	raw := make([]byte, unsafe.Sizeof(params))
	copy(raw, unsafe.Slice((*byte)(unsafe.Pointer(&params)), len(raw)))
	return []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, raw)}, func() { C.free(p) }
}
