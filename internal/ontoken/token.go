package ontoken

// Object is a handle of something on the token. Zero is none.
type Object uint64

// Key is a key of the token that wraps and unwraps by ECB.
type Key struct {
	Object    Object
	BlockSize int  // 8 for TDES and DES, 16 for AES
	DES       bool // it is a key of Deriver.DESKey, for which tokens have another mechanism
}

// Token is a session of a token. The objects that its methods make are session
// objects: generic secrets, sensitive, extractable, that can only be derived from
// and be wrapped. Whoever asked for one destroys it.
//
// A Token keeps none of the slices it is given and changes only dst.
type Token interface {
	// Unwrap makes a secret of whole blocks: C_UnwrapKey.
	Unwrap(key Key, block []byte) (Object, error)
	// Decipher deciphers whole blocks to be read here. It is for the outer layer of
	// ISO-4 alone, whose result is ciphertext; it leaves no object.
	Decipher(key Key, dst, src []byte) error
	// Wrap enciphers o, which is whole blocks, into dst, which is as long: C_WrapKey.
	Wrap(key Key, o Object, dst []byte) error
	// Create makes a secret of public bytes: C_CreateObject.
	Create(value []byte) (Object, error)
	// XOR combines o with a mask that is as long: CKM_XOR_BASE_AND_DATA.
	XOR(o Object, mask []byte) (Object, error)
	// Extract takes size bytes that begin at a bit, counted from the left, and end
	// within o: CKM_EXTRACT_KEY_FROM_KEY.
	Extract(o Object, bit, size int) (Object, error)
	// Append puts data behind o: CKM_CONCATENATE_BASE_AND_DATA.
	Append(o Object, data []byte) (Object, error)
	// Prepend puts data before o: CKM_CONCATENATE_DATA_AND_BASE.
	Prepend(data []byte, o Object) (Object, error)
	// Destroy destroys an object: C_DestroyObject.
	Destroy(o Object)
}

// Deriver is what TDES DUKPT takes beside.
type Deriver interface {
	Token
	// EncryptData enciphers 8 bytes under a key that can only derive, into a
	// secret: CKM_DES3_ECB_ENCRYPT_DATA.
	EncryptData(base Object, data []byte) (Object, error)
	// DESKey makes a DES key of a secret of 8 bytes, which can only wrap:
	// CKM_XOR_BASE_AND_DATA with zeros.
	DESKey(half Object) (Key, error)
	// PINKey joins two halves into a double length TDES key, sensitive and not
	// extractable, which can only wrap and unwrap: CKM_CONCATENATE_BASE_AND_KEY.
	PINKey(left, right Object) (Key, error)
}
