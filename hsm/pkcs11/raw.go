//go:build cgo

package pkcs11

/*
#cgo noescape pn_crypt
#cgo nocallback pn_crypt
#cgo noescape pn_wrap
#cgo nocallback pn_wrap
#cgo noescape pn_unwrap
#cgo nocallback pn_unwrap
#cgo noescape pn_derive
#cgo nocallback pn_derive
#cgo noescape pn_create
#cgo nocallback pn_create
#cgo noescape pn_destroy
#cgo nocallback pn_destroy
#cgo noescape pn_value
#cgo nocallback pn_value
#include <stddef.h>
#ifdef _WIN32
#pragma pack(push, 1) // as PKCS#11 wants it on Windows
#endif

typedef unsigned long ul;
typedef struct { ul kind; void *param; ul len; } pn_mechanism; // CK_MECHANISM
typedef struct { ul kind; void *value; ul len; } pn_attribute; // CK_ATTRIBUTE
typedef struct { void *data; ul len; } pn_string;              // CK_KEY_DERIVATION_STRING_DATA
typedef struct { unsigned char version[2]; void *fn[68]; } pn_list; // CK_FUNCTION_LIST

#ifdef _WIN32
#pragma pack(pop)
#endif

// The place of each function in CK_FUNCTION_LIST, PKCS#11 v2.40 base, 5.
enum { CREATE = 20, DESTROY = 22, VALUE = 24, ENCRYPT_INIT = 29, ENCRYPT = 30,
	DECRYPT_INIT = 33, DECRYPT = 34, WRAP = 60, UNWRAP = 61, DERIVE = 62 };

// pn_made is what an object that is made is to be: a session object.
typedef struct {
	ul key_type;    // CKK_
	ul value_len;   // 0: not said
	ul rights;      // bits in the order of right_kinds
	unsigned char is_private, sensitive, extractable;
} pn_made;

static const ul right_kinds[] = {0x104, 0x105, 0x106, 0x107, 0x10c, 0x108, 0x10a};

// pn_template fills in a template of at most 16 attributes, and returns how many
// there are.
static ul pn_template(pn_attribute *a, pn_made *t, void *value, ul len) {
	static ul secret_key = 4;
	static unsigned char yes = 1, no = 0;
	ul n = 0;
	#define ADD(k, p, l) do { a[n].kind = k; a[n].value = p; a[n].len = l; n++; } while (0)
	ADD(0x000, &secret_key, sizeof(ul));        // CKA_CLASS
	ADD(0x100, &t->key_type, sizeof(ul));       // CKA_KEY_TYPE
	ADD(0x001, &no, 1);                         // CKA_TOKEN
	ADD(0x002, &t->is_private, 1);              // CKA_PRIVATE
	ADD(0x103, &t->sensitive, 1);               // CKA_SENSITIVE
	ADD(0x162, &t->extractable, 1);             // CKA_EXTRACTABLE
	for (ul i = 0; i < sizeof right_kinds / sizeof *right_kinds; i++)
		ADD(right_kinds[i], t->rights >> i & 1 ? &yes : &no, 1);
	if (t->value_len) ADD(0x161, &t->value_len, sizeof(ul)); // CKA_VALUE_LEN
	if (value) ADD(0x011, value, len);                       // CKA_VALUE
	#undef ADD
	return n;
}

static ul pn_crypt(pn_list *l, int encrypt, ul s, ul kind, ul key, void *in, ul n, void *out, ul *len) {
	pn_mechanism m = {kind, NULL, 0};
	ul rv = ((ul (*)(ul, pn_mechanism *, ul))l->fn[encrypt ? ENCRYPT_INIT : DECRYPT_INIT])(s, &m, key);
	if (rv) return rv;
	return ((ul (*)(ul, void *, ul, void *, ul *))l->fn[encrypt ? ENCRYPT : DECRYPT])(s, in, n, out, len);
}

static ul pn_wrap(pn_list *l, ul s, ul kind, ul key, ul object, void *out, ul *len) {
	pn_mechanism m = {kind, NULL, 0};
	return ((ul (*)(ul, pn_mechanism *, ul, ul, void *, ul *))l->fn[WRAP])(s, &m, key, object, out, len);
}

static ul pn_unwrap(pn_list *l, ul s, ul kind, ul key, void *in, ul n, pn_made made, ul *object) {
	pn_mechanism m = {kind, NULL, 0};
	pn_attribute a[16];
	ul count = pn_template(a, &made, NULL, 0);
	return ((ul (*)(ul, pn_mechanism *, ul, void *, ul, pn_attribute *, ul, ul *))l->fn[UNWRAP])(s, &m, key, in, n, a, count, object);
}

// pn_derive derives with data, or, if there is none, with a number: a bit, or the
// handle of another key.
static ul pn_derive(pn_list *l, ul s, ul kind, ul base, void *data, ul n, ul number, pn_made made, ul *object) {
	pn_string string = {data, n};
	pn_mechanism m = {kind, &string, sizeof string};
	if (!data) { m.param = &number; m.len = sizeof number; }
	pn_attribute a[16];
	ul count = pn_template(a, &made, NULL, 0);
	return ((ul (*)(ul, pn_mechanism *, ul, pn_attribute *, ul, ul *))l->fn[DERIVE])(s, &m, base, a, count, object);
}

static ul pn_create(pn_list *l, ul s, void *value, ul n, pn_made made, ul *object) {
	pn_attribute a[16];
	ul count = pn_template(a, &made, value, n);
	return ((ul (*)(ul, pn_attribute *, ul, ul *))l->fn[CREATE])(s, a, count, object);
}

static ul pn_destroy(pn_list *l, ul s, ul object) {
	return ((ul (*)(ul, ul))l->fn[DESTROY])(s, object);
}

static ul pn_value(pn_list *l, ul s, ul object, void *out, ul *len) {
	pn_attribute a = {0x011, out, *len};
	ul rv = ((ul (*)(ul, ul, pn_attribute *, ul))l->fn[VALUE])(s, object, &a, 1);
	*len = a.len;
	return rv;
}
*/
import "C"

import (
	"unsafe"

	"github.com/miekg/pkcs11"
)

// raw is the functions of a library that PIN operations are made of, called
// without the binding: it asks for the length of an answer before the answer, which
// is two calls of the token for one, and leaves copies of what it was given in
// memory of C's that is freed without being cleared. These calls work in the
// caller's own memory.
type raw struct{ list *C.pn_list }

// rawOf returns the functions of a library that the binding has loaded. They have
// to be those that the binding calls: some libraries (p11-kit's client) make a new
// instance of themselves for every C_GetFunctionList. The binding keeps them behind
// a pointer to two pointers, of which the second is ours.
func rawOf(c *pkcs11.Ctx) (raw, bool) {
	ctx := *(*unsafe.Pointer)(unsafe.Pointer(c)) // type Ctx struct { ctx *C.struct_ctx }
	if ctx == nil {
		return raw{}, false
	}
	list := *(**C.pn_list)(unsafe.Add(ctx, unsafe.Sizeof(ctx))) // struct ctx { void *handle; CK_FUNCTION_LIST_PTR sym; }
	return raw{list}, list != nil && list.version[0] >= 2
}

// made is what an object that an operation makes is to be. All are session objects.
type made struct {
	kind        uint // CKK_
	size        int  // bytes, 0 where the operation says it
	rights      rights
	private     bool
	readable    bool
	extractable bool
}

// rawRights are the rights that an object can be made with, in the order of
// right_kinds.
var rawRights = rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DECRYPT, pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP, pkcs11.CKA_DERIVE, pkcs11.CKA_SIGN, pkcs11.CKA_VERIFY}

func (m made) c() C.pn_made {
	t := C.pn_made{key_type: C.ul(m.kind), value_len: C.ul(m.size),
		is_private: flag(m.private), sensitive: flag(!m.readable), extractable: flag(m.extractable)}
	for i, r := range rawRights {
		if m.rights.has(r) {
			t.rights |= 1 << i
		}
	}
	return t
}

func flag(b bool) C.uchar {
	if b {
		return 1
	}
	return 0
}

// failed returns the error of a return value.
func failed(rv C.ul) error {
	if rv == 0 {
		return nil
	}
	return pkcs11.Error(rv)
}

// errEmpty is returned for no bytes at all. The address of the first is written out
// in every call: so the runtime looks for Go pointers in the bytes alone, and not in
// whatever they are part of.
var errEmpty = pkcs11.Error(pkcs11.CKR_DATA_LEN_RANGE)

// crypt enciphers or deciphers src into dst: C_EncryptInit and C_Encrypt, or their
// opposites. It returns how many bytes came.
func (r *raw) crypt(s pkcs11.SessionHandle, encrypt bool, mechanism uint, key pkcs11.ObjectHandle, dst, src []byte) (int, error) {
	if len(dst) == 0 || len(src) == 0 {
		return 0, errEmpty
	}
	n, e := C.ul(len(dst)), C.int(0)
	if encrypt {
		e = 1
	}
	err := failed(C.pn_crypt(r.list, e, C.ul(s), C.ul(mechanism), C.ul(key), unsafe.Pointer(&src[0]), C.ul(len(src)), unsafe.Pointer(&dst[0]), &n))
	return int(n), err
}

// wrap is C_WrapKey.
func (r *raw) wrap(s pkcs11.SessionHandle, mechanism uint, key, o pkcs11.ObjectHandle, dst []byte) (int, error) {
	if len(dst) == 0 {
		return 0, errEmpty
	}
	n := C.ul(len(dst))
	err := failed(C.pn_wrap(r.list, C.ul(s), C.ul(mechanism), C.ul(key), C.ul(o), unsafe.Pointer(&dst[0]), &n))
	return int(n), err
}

// unwrap is C_UnwrapKey.
func (r *raw) unwrap(s pkcs11.SessionHandle, mechanism uint, key pkcs11.ObjectHandle, src []byte, m made) (pkcs11.ObjectHandle, error) {
	if len(src) == 0 {
		return 0, errEmpty
	}
	var h C.ul
	err := failed(C.pn_unwrap(r.list, C.ul(s), C.ul(mechanism), C.ul(key), unsafe.Pointer(&src[0]), C.ul(len(src)), m.c(), &h))
	return pkcs11.ObjectHandle(h), err
}

// derive is C_DeriveKey, with data as CK_KEY_DERIVATION_STRING_DATA.
func (r *raw) derive(s pkcs11.SessionHandle, mechanism uint, base pkcs11.ObjectHandle, data []byte, m made) (pkcs11.ObjectHandle, error) {
	if len(data) == 0 {
		return 0, errEmpty
	}
	var h C.ul
	err := failed(C.pn_derive(r.list, C.ul(s), C.ul(mechanism), C.ul(base), unsafe.Pointer(&data[0]), C.ul(len(data)), 0, m.c(), &h))
	return pkcs11.ObjectHandle(h), err
}

// deriveBy is C_DeriveKey, with a number: CK_EXTRACT_PARAMS or CK_OBJECT_HANDLE.
func (r *raw) deriveBy(s pkcs11.SessionHandle, mechanism uint, base pkcs11.ObjectHandle, number uint, m made) (pkcs11.ObjectHandle, error) {
	var h C.ul
	err := failed(C.pn_derive(r.list, C.ul(s), C.ul(mechanism), C.ul(base), nil, 0, C.ul(number), m.c(), &h))
	return pkcs11.ObjectHandle(h), err
}

// create is C_CreateObject.
func (r *raw) create(s pkcs11.SessionHandle, value []byte, m made) (pkcs11.ObjectHandle, error) {
	if len(value) == 0 {
		return 0, errEmpty
	}
	var h C.ul
	err := failed(C.pn_create(r.list, C.ul(s), unsafe.Pointer(&value[0]), C.ul(len(value)), m.c(), &h))
	return pkcs11.ObjectHandle(h), err
}

// destroy is C_DestroyObject.
func (r *raw) destroy(s pkcs11.SessionHandle, o pkcs11.ObjectHandle) error {
	return failed(C.pn_destroy(r.list, C.ul(s), C.ul(o)))
}

// value is C_GetAttributeValue of CKA_VALUE.
func (r *raw) value(s pkcs11.SessionHandle, o pkcs11.ObjectHandle, dst []byte) (int, error) {
	if len(dst) == 0 {
		return 0, errEmpty
	}
	n := C.ul(len(dst))
	err := failed(C.pn_value(r.list, C.ul(s), C.ul(o), unsafe.Pointer(&dst[0]), &n))
	if err != nil {
		return 0, err
	}
	return int(n), nil
}
