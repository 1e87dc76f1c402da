package devices_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

var noOptions devices.Options

func open(t *testing.T, uri string, opts ...hsm.Option) *hsm.HSM {
	t.Helper()
	h, err := devices.Open(t.Context(), uri, noOptions, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func TestOpenURIs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, uri, want string }{
		{"empty", "", "no scheme"},
		{"no scheme", "/var/lib/token", "no scheme"},
		{"unknown scheme", "payshield:10.0.0.1", "no scheme payshield:"},
		{"unknown names the known", "kmip:/etc/pki", "softhsm:/dir"},
		{"keystore", "soft:?passphrase-source=file:/p", "followed by the path"},
		{"keystore attribute", "soft:/keys.json?passphrase=hunter2", "the one attribute"},
		{"keystore source", "soft:/keys.json?passphrase-source=hunter2", "the one attribute"},
		{"keystore escape", "soft:/keys%2.json", "written %25"},
		{"PKCS#11 attribute", "pkcs11:tocken=issuer", "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, err := devices.Open(t.Context(), tt.uri, noOptions)
			require.Nil(t, h)
			require.ErrorIs(t, err, devices.ErrURI)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

// TestNoCredentialInErrors has credentials in every place where one may be
// pasted, and none in what is said about it.
func TestNoCredentialInErrors(t *testing.T) {
	t.Parallel()
	const credential = "hunter2hunter2"
	for _, uri := range []string{
		credential,
		credential + ":",
		"token=x;pin-value=" + credential + ":x",
		"pkcs11:token=x?pin-value=" + credential + "&module-path=/nowhere/lib.so",
		"pkcs11:token=x?pin-value=" + credential + "&pin-value=" + credential,
		"pkcs11:token=x?pin-source=|echo%20" + credential,
		"pkcs11:token=x?pin-value=" + credential + " " + credential,
	} {
		_, err := devices.Open(t.Context(), uri, noOptions)
		require.Error(t, err)
		if uri != credential+":" { // this is a scheme by its form, and has to be named
			require.NotContains(t, err.Error(), credential)
		}
	}
}

// TestExisting: a misspelt path is told, and nothing is made there.
func TestExisting(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"softhsm", "nss"} {
		path := filepath.Join(t.TempDir(), "typo")
		_, err := devices.Open(t.Context(), scheme+":"+path, devices.Options{Existing: true})
		require.ErrorIs(t, err, devices.ErrNotThere, scheme)
		require.ErrorContains(t, err, path)
		require.NoDirExists(t, path)

		h, err := devices.Open(t.Context(), scheme+":"+path, noOptions)
		require.NoError(t, err, scheme)
		_, err = h.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk1", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err, scheme)
		require.NoError(t, h.Close())
		h, err = devices.Open(t.Context(), scheme+":"+path, devices.Options{Existing: true})
		require.NoError(t, err, scheme)
		info, err := h.KeyInfo(t.Context(), "zpk1")
		require.NoError(t, err, scheme)
		require.Equal(t, keys.UsagePIN, info.Usage)
		require.NoError(t, h.Close())
	}
}

// TestSchemeCase: schemes are case-insensitive, RFC 3986 3.1.
func TestSchemeCase(t *testing.T) {
	t.Parallel()
	require.Equal(t, "soft", open(t, "SOFT:").Device())
}

func TestSchemes(t *testing.T) {
	t.Parallel()
	var names []string
	for _, s := range devices.Schemes() {
		names = append(names, s.Name)
		require.NotEmpty(t, s.Form)
		require.NotEmpty(t, s.Text)
	}
	require.Equal(t, []string{"nss", "pkcs11", "soft", "softhsm"}, names)
}

var anyKey = hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}

// TestExposure: the throw-away devices allow clear PINs in this process by
// themselves, and the same token by its PKCS#11 URI does not.
func TestExposure(t *testing.T) {
	t.Parallel()
	translate := func(t *testing.T, h *hsm.HSM) error {
		_, err := h.GenerateKey(t.Context(), anyKey)
		require.NoError(t, err)
		_, err = h.GeneratePIN(t.Context(), hsm.Generation{To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}})
		return err
	}
	dir := t.TempDir()
	for _, uri := range []string{"soft:", "softhsm:", "softhsm:" + filepath.Join(dir, "softhsm"), "nss:", "nss:" + filepath.Join(dir, "nss")} {
		t.Run(uri, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, translate(t, open(t, uri)))
		})
	}
	t.Run("pkcs11:", func(t *testing.T) {
		t.Parallel()
		token := softhsm.New(t)
		h := open(t, token.URI())
		require.ErrorIs(t, translate(t, h), hsm.ErrExposure)
		require.NoError(t, h.Close())
		h = open(t, token.URI(), hsm.AllowInProcess())
		_, err := h.GeneratePIN(t.Context(), hsm.Generation{To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}})
		require.NoError(t, err)
	})
}

// tokenSchemes are those that make a token, and keep it or not.
var tokenSchemes = []string{"softhsm:", "nss:"}

// TestKept keeps keys in its directory from one opening to the next.
func TestKept(t *testing.T) {
	t.Parallel()
	for _, scheme := range tokenSchemes {
		uri := scheme + filepath.Join(t.TempDir(), "new", "token")
		h := open(t, uri)
		made, err := h.GenerateKey(t.Context(), anyKey)
		require.NoError(t, err)
		require.NoError(t, h.Close())

		again, err := open(t, uri).KeyInfo(t.Context(), "zpk")
		require.NoError(t, err)
		require.Equal(t, made, again)
	}
}

// TestForeignDirectory leaves a directory alone that holds something else.
func TestForeignDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letters.txt"), []byte("dear"), 0o600))
	for _, scheme := range tokenSchemes {
		_, err := devices.Open(t.Context(), scheme+dir, noOptions)
		require.ErrorContains(t, err, "no token")
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 1)
	}
}

// TestThrowAway leaves nothing behind.
func TestThrowAway(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, scheme := range tokenSchemes {
		h, err := devices.Open(t.Context(), scheme, noOptions)
		require.NoError(t, err)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.NoError(t, h.Close())
		entries, err = os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}

// TestCredential is asked for once, by the token's name, where the URI has none.
func TestCredential(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	u := token.Config().URI
	u.CredentialSource = ""
	credential, err := os.ReadFile(filepath.Join(token.Dir(), "credential"))
	require.NoError(t, err)

	asked := 0
	o := devices.Options{Credential: func(_ context.Context, name string) ([]byte, error) {
		asked++
		require.Equal(t, softhsm.Label, name)
		return append([]byte(nil), credential...), nil
	}}
	h, err := devices.Open(t.Context(), u.String(), o)
	require.NoError(t, err)
	require.NoError(t, h.Close())
	require.Equal(t, 1, asked)

	never := errors.New("nobody is there")
	o.Credential = func(context.Context, string) ([]byte, error) { return nil, never }
	_, err = devices.Open(t.Context(), u.String(), o)
	require.ErrorIs(t, err, never)
}

// TestList finds a token by its library, with a URI that opens it but for the
// credential.
func TestList(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	tokens, module, err := devices.List(t.Context(), token.Config().URI.ModulePath)
	require.NoError(t, err)
	require.Equal(t, token.Config().URI.ModulePath, module)
	var found []devices.Token
	for _, tok := range tokens {
		if tok.Initialized {
			found = append(found, tok)
		}
	}
	require.Len(t, found, 1)
	require.Equal(t, softhsm.Label, found[0].Label)

	credential := "&pin-source=file:" + filepath.Join(token.Dir(), "credential")
	h, err := devices.Open(t.Context(), found[0].URI+credential, noOptions)
	require.NoError(t, err)
	require.NoError(t, h.Close())

	_, _, err = devices.List(t.Context(), "/nowhere/lib.so")
	require.Error(t, err)
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, scheme := range tokenSchemes {
		_, err := devices.Open(ctx, scheme, noOptions)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// The number of sessions goes to the token, which takes no number below zero.
func TestSessions(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	for _, uri := range []string{token.URI(), "softhsm:", "nss:"} {
		d, err := devices.OpenDevice(t.Context(), uri, devices.Options{Sessions: 2})
		require.NoError(t, err, uri)
		require.NoError(t, d.Close())
		_, err = devices.OpenDevice(t.Context(), uri, devices.Options{Sessions: -1})
		require.ErrorContains(t, err, "number of sessions", uri)
	}
}
