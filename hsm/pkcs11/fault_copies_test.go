//go:build cgo && unix

package pkcs11_test

import (
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
)

// The copies that a device makes of keys go with the keys.
func TestCopiesGo(t *testing.T) {
	t.Parallel()
	for name, token := range tamperedTokens {
		m := token(t)
		s := stationed(t, open(t, m.Config()))
		kept := s.kept(t)
		for range 3 {
			generate(t, s.d, "zpk", keys.TDES2, keys.UsagePIN)
			k := find(t, s.d, "zpk")
			require.NoError(t, k.Encrypt(t.Context(), make([]byte, 8), make([]byte, 8)))
			require.NoError(t, s.d.DeleteKey(t.Context(), "zpk"))
			require.Equal(t, kept, s.kept(t), name)
		}
	}
}

// A key that goes while a call uses it may fail the call with any code: it is looked
// for, and what says that it is of another kind is believed only of a key that is there.
func TestKeyGoesInACall(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	d := open(t, m.Config())
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	other := p11.New(m.Config().URI.ModulePath)
	t.Cleanup(other.Destroy)
	for _, code := range []uint{p11.CKR_KEY_TYPE_INCONSISTENT, p11.CKR_MECHANISM_INVALID, p11.CKR_KEY_FUNCTION_NOT_PERMITTED} {
		require.NoError(t, works(t.Context(), k))
		m.Fail("C_EncryptInit", code, 0, 1)
		before := m.Calls("C_EncryptInit")
		require.ErrorContains(t, works(t.Context(), k), p11.Error(code).Error()[len("pkcs11: 0x00: "):], "the key is there")
		require.Equal(t, before+1, m.Calls("C_EncryptInit"))

		require.NoError(t, works(t.Context(), k))
		require.Equal(t, 1, destroyCopies(t, other))
		m.Fail("C_EncryptInit", code, 0, 1)
		require.NoError(t, works(t.Context(), k), "it is copied again")
	}
}

// So may one that goes between its finding and its copying: it is looked for again, and
// who looks sees whether it is gone or somebody logged out.
func TestKeyGoesWhenFound(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	d := open(t, m.Config())
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	m.Fail("C_EncryptInit", p11.CKR_KEY_HANDLE_INVALID, 0, 1) // the copy is missed, and made again
	m.Fail("C_CopyObject", p11.CKR_OBJECT_HANDLE_INVALID, 0, 1)
	before := m.Calls("C_CopyObject")
	require.NoError(t, works(t.Context(), k))
	require.Equal(t, before+2, m.Calls("C_CopyObject"))
}

// destroyCopies destroys the copies of keys in this process, and returns how many there
// were.
func destroyCopies(t *testing.T, c *p11.Ctx) (n int) {
	t.Helper()
	s, err := c.OpenSession(slot(t, c), session)
	require.NoError(t, err)
	require.NoError(t, c.FindObjectsInit(s, []*p11.Attribute{p11.NewAttribute(p11.CKA_TOKEN, false)}))
	found, _, err := c.FindObjects(s, 8)
	require.NoError(t, err)
	require.NoError(t, c.FindObjectsFinal(s))
	for _, h := range found {
		require.NoError(t, c.DestroyObject(s, h))
	}
	require.NoError(t, c.CloseSession(s))
	return len(found)
}
