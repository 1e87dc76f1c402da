package pkcs11_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func TestParseURI(t *testing.T) {
	t.Parallel()
	slot := uint(7)
	for text, want := range map[string]pkcs11.URI{
		"pkcs11:": {},
		"pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential": {
			Token: "issuer", ModulePath: "/usr/lib/softhsm/libsofthsm2.so", CredentialSource: "/run/secrets/credential"},
		"PKCS11:token=My%20Token;serial=00af;manufacturer=a%3Bb;model=SoftHSM%20v2": {
			Token: "My Token", Serial: "00af", Manufacturer: "a;b", Model: "SoftHSM v2"},
		"pkcs11:token=t;slot-id=7":                                   {Token: "t", SlotID: &slot},
		"pkcs11:token=t;object=zpk;type=secret-key;id=%01%02":        {Token: "t"},
		"pkcs11:token=t;x-vendor=1?x-other=2&module-name=softhsm2":   {Token: "t", ModuleName: "softhsm2"},
		"pkcs11:token=a&b=c":                                         {Token: "a&b=c"},
		"pkcs11:token=%C3%A9t%C3%A9":                                 {Token: "été"},
		"pkcs11:?pin-source=/run/credential":                         {CredentialSource: "/run/credential"},
		"pkcs11:?pin-source=file:///run/credential":                  {CredentialSource: "/run/credential"},
		"pkcs11:?pin-source=file://localhost/run/credential":         {CredentialSource: "/run/credential"},
		"pkcs11:?pin-source=FILE:/run/a%20b":                         {CredentialSource: "/run/a b"},
		"pkcs11:?module-path=/opt/a?b.so":                            {ModulePath: "/opt/a?b.so"},
		"pkcs11:serial=1234567890abcdef?module-path=libexample.so.1": {Serial: "1234567890abcdef", ModulePath: "libexample.so.1"},
	} {
		u, err := pkcs11.ParseURI(text)
		require.NoError(t, err, text)
		require.Equal(t, want, u, text)
		again, err := pkcs11.ParseURI(u.String())
		require.NoError(t, err, u.String())
		require.Equal(t, want, again, "%s parses back to itself", u)
	}
}

func TestParseURIErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       `must begin with "pkcs11:"`,
		"soft:":                  `must begin with "pkcs11:"`,
		"pkcs11:token":           "attribute token: it has no value",
		"pkcs11:token=":          "attribute token: it is empty",
		"pkcs11:token=my token":  "attribute token: it has a character that must be percent-encoded",
		"pkcs11:token=a;token=b": "attribute token: it is there twice",
		"pkcs11:token=%zz":       "attribute token: percent-encoding",
		"pkcs11:token=%4":        "attribute token: percent-encoding is cut short",
		"pkcs11:token=%ff":       "attribute token: it is not text in UTF-8",
		"pkcs11:token=a%00":      "attribute token: it is not text",
		"pkcs11:token=" + strings.Repeat("a", 33): "attribute token: it is longer than 32 bytes",
		"pkcs11:serial=12345678901234567":         "attribute serial: it is longer than 16 bytes",
		"pkcs11:token=t;":                         `attribute 2 of the path, "", is unknown`,
		"pkcs11:lable=t":                          `attribute 1 of the path, "lable", is unknown`,
		"pkcs11:library-version=2":                "is unknown",
		"pkcs11:module-path=/a":                   `attribute 1 of the path, "module-path", is unknown`,
		"pkcs11:token=t?token=u":                  `attribute 1 of the query, "token", is unknown`,
		"pkcs11:slot-id=1":                        "attribute slot-id: slots are renumbered",
		"pkcs11:token=t;slot-id=one":              "attribute slot-id: it is not a decimal number",
		"pkcs11:token=t;slot-id=-1":               "attribute slot-id: it is not a decimal number",
		"pkcs11:?module-name=a/b":                 "attribute module-name: it is a name, not a path",
		"pkcs11:?pin-source=|cat%20/secret":       "attribute pin-source: commands are not run",
		"pkcs11:?pin-source=%7Ccat":               "attribute pin-source: commands are not run",
		"pkcs11:?pin-source=https://host/x":       "attribute pin-source: only files can be read",
		"pkcs11:?pin-source=file:relative":        "attribute pin-source: a file: URI has the form file:/path",
		"pkcs11:?pin-source=file://host/x":        "attribute pin-source: a file: URI has the form file:/path",
		"pkcs11:?pin-source=file://":              "attribute pin-source: a file: URI has the form file:/path",
		"pkcs11:?pin-source=":                     "attribute pin-source: it is empty",
		"pkcs11:?pin-value=":                      "attribute pin-value: it is empty",
		"pkcs11:?pin-value=1&pin-source=/a":       "attribute pin-value: there is a pin-source too",
		"pkcs11:?pin-value=<redacted>":            "attribute pin-value: it has a character",
		"pkcs11:?pin-value=hunter#2":              "attribute pin-value: it has a character",
		"pkcs11:?pin-value=hunter&2":              "attribute 2 of the query is unknown: percent-encode",
		"pkcs11:?pin-value=hunter&x=2":            "attribute 2 of the query is unknown: percent-encode",
	} {
		_, err := pkcs11.ParseURI(text)
		require.ErrorIs(t, err, pkcs11.ErrURI, text)
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), "hunter")
	}
}

// A credential in a URI is not shown, and what is shown is not taken for one.
func TestURIRedacts(t *testing.T) {
	t.Parallel()
	u, err := pkcs11.ParseURI("pkcs11:token=t?pin-value=hunter%322")
	require.NoError(t, err)
	type holder struct{ u pkcs11.URI }
	for _, v := range []any{u, &u, holder{u}, []pkcs11.URI{u}, pkcs11.Config{URI: u}, &pkcs11.Config{URI: u}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			require.NotContains(t, fmt.Sprintf(verb, v), "hunter", verb)
			require.NotContains(t, fmt.Sprintf(verb, v), "68756e746572", verb)
		}
	}
	require.Equal(t, "pkcs11:token=t?pin-value=<redacted>", u.String())
	_, err = pkcs11.ParseURI(u.String())
	require.ErrorIs(t, err, pkcs11.ErrURI)
}

// What parses, and has no credential, prints as what parses to the same. Where
// there is a credential, nothing that is said of the URI contains it.
func FuzzParseURI(f *testing.F) {
	for _, s := range []string{
		"pkcs11:", "pkcs11:token=a%20b;serial=1;slot-id=3?module-path=/a/b.so&pin-source=file:/c",
		"pkcs11:?pin-source=|x", "pkcs11:token=%", "pkcs11:x-a=b?x-c=d", "pkcs11:token=a;token=a",
	} {
		f.Add(s, "credential")
	}
	f.Fuzz(func(t *testing.T, text, credential string) {
		u, err := pkcs11.ParseURI(text)
		if err != nil {
			require.ErrorIs(t, err, pkcs11.ErrURI)
		} else if !strings.Contains(text, "pin-value") {
			again, err := pkcs11.ParseURI(u.String())
			require.NoError(t, err)
			require.Equal(t, u, again)
		}

		// The credential begins and ends with what is in no message.
		const mark = "q7ZkW"
		u, err = pkcs11.ParseURI("pkcs11:token=t?pin-value=" + mark + credential + mark)
		if err != nil {
			require.ErrorIs(t, err, pkcs11.ErrURI)
			require.NotContains(t, err.Error(), mark)
			return
		}
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %v", u, u, u, struct{ u pkcs11.URI }{u}), mark)
	})
}
