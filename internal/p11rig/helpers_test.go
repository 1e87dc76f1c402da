//go:build cgo && unix

package p11rig_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"unsafe"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/softhsm"
)

// open opens a device and closes it after the test.
func open(t *testing.T, c pkcs11.Config) *pkcs11.Device {
	t.Helper()
	d, err := pkcs11.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// setup is how a SoftHSM2 token's library is set up.
func setup(token *softhsm.Token) pkcs11.Setup { return pkcs11.Setup{Env: token.Env()} }

// tampered returns a SoftHSM2 token with a tamper in front of it.
func tampered(t *testing.T) *p11rig.Tamper {
	t.Helper()
	token := softhsm.New(t)
	return p11rig.NewTamper(t, token.Config(), setup(token))
}

// raw is the binding's view of a library that a device has loaded, initialized
// and logged in to, and a session of its own.
type raw struct {
	*p11.Ctx
	slot uint
	s    p11.SessionHandle
}

func rawOf(t *testing.T, c pkcs11.Config) raw {
	t.Helper()
	open(t, c)
	ctx := p11.New(c.URI.ModulePath)
	require.NotNil(t, ctx)
	t.Cleanup(ctx.Destroy)
	r := raw{Ctx: ctx}
	slots, err := ctx.GetSlotList(true)
	require.NoError(t, err)
	for _, r.slot = range slots {
		info, err := ctx.GetTokenInfo(r.slot)
		require.NoError(t, err)
		if info.Label == c.URI.Token {
			break
		}
	}
	r.s, err = ctx.OpenSession(r.slot, p11.CKF_SERIAL_SESSION)
	require.NoError(t, err)
	return r
}

// key makes a session object of a value, a key that may do all.
func (r raw) key(t *testing.T, kind uint, value []byte) p11.ObjectHandle {
	t.Helper()
	h, err := r.CreateObject(r.s, []*p11.Attribute{
		p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY),
		p11.NewAttribute(p11.CKA_KEY_TYPE, kind),
		p11.NewAttribute(p11.CKA_VALUE, value),
		p11.NewAttribute(p11.CKA_TOKEN, false),
		p11.NewAttribute(p11.CKA_SENSITIVE, true),
		p11.NewAttribute(p11.CKA_EXTRACTABLE, true),
		p11.NewAttribute(p11.CKA_ENCRYPT, kind != p11.CKK_GENERIC_SECRET),
		p11.NewAttribute(p11.CKA_DECRYPT, kind != p11.CKK_GENERIC_SECRET),
		p11.NewAttribute(p11.CKA_WRAP, kind != p11.CKK_GENERIC_SECRET),
		p11.NewAttribute(p11.CKA_UNWRAP, kind != p11.CKK_GENERIC_SECRET),
		p11.NewAttribute(p11.CKA_DERIVE, true),
	})
	require.NoError(t, err)
	return h
}

// ecb enciphers or deciphers with an AES key.
func (r raw) ecb(key p11.ObjectHandle, in []byte, decipher bool) ([]byte, error) {
	m := []*p11.Mechanism{p11.NewMechanism(p11.CKM_AES_ECB, nil)}
	if decipher {
		if err := r.DecryptInit(r.s, m, key); err != nil {
			return nil, err
		}
		return r.Decrypt(r.s, in)
	}
	if err := r.EncryptInit(r.s, m, key); err != nil {
		return nil, err
	}
	return r.Encrypt(r.s, in)
}

func random(t *testing.T, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	_, err := rand.Read(b)
	require.NoError(t, err)
	return b
}

// different counts the bits that differ.
func different(a, b []byte) int {
	n := 0
	for i := range a {
		for x := a[i] ^ b[i]; x != 0; x &= x - 1 {
			n++
		}
	}
	return n
}

// recorder is a TB that keeps what a test would do.
type recorder struct {
	testing.TB
	dir      string
	cleanups []func()
	failure  string
}

func (r *recorder) TempDir() string  { return filepath.Clean(r.dir) }
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	panic(r)
}

// secret is the template of a session key that nobody may read.
func secret(kind uint) []*p11.Attribute {
	return []*p11.Attribute{
		p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY), p11.NewAttribute(p11.CKA_KEY_TYPE, kind),
		p11.NewAttribute(p11.CKA_TOKEN, false), p11.NewAttribute(p11.CKA_SENSITIVE, true), p11.NewAttribute(p11.CKA_EXTRACTABLE, true),
	}
}

// derive derives a key with a mechanism that takes CK_KEY_DERIVATION_STRING_DATA.
func (r raw) derive(base p11.ObjectHandle, mechanism uint, data []byte, kind uint, n int) (p11.ObjectHandle, error) {
	// The binding copies the structure and not the data: it must not move.
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&data[0])
	p := struct {
		data *byte
		n    uint
	}{&data[0], uint(len(data))}
	params := bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&p)), unsafe.Sizeof(p)))
	t := append(secret(kind), p11.NewAttribute(p11.CKA_VALUE_LEN, n))
	return r.DeriveKey(r.s, []*p11.Mechanism{p11.NewMechanism(mechanism, params)}, base, t)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	return b
}
