//go:build cgo

package pkcs11_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/softhsm"
)

// codes returns the findings of a report as "level code key".
func codes(r pkcs11.Report) []string {
	list := []string{}
	for _, f := range r.Findings {
		list = append(list, strings.TrimSpace(fmt.Sprint(f.Level, " ", f.Code, " ", f.Key)))
	}
	return list
}

func report(t testing.TB, d *pkcs11.Device) pkcs11.Report {
	t.Helper()
	r, err := d.Report(t.Context())
	require.NoError(t, err)
	return r
}

// A token whose keys this package made: no finding is about a key.
func TestReport(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		maker, description string
		findings           []string
	}{
		"SoftHSM2": {"SoftHSM", "Implementation of PKCS11", []string{"warning token_widens_rights"}},
		"NSS": {"Mozilla Foundation", "NSS Internal Crypto Services", []string{
			"danger token_wraps_unextractable", "warning token_widens_rights", "note session_may_unwrap"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := tokens[name](t)
			d := open(t, c)
			usages := []keys.Usage{keys.UsagePIN, keys.UsageVisaPVV, keys.UsageBDK, keys.UsageKEK, keys.UsageIBM3624, keys.UsageInitialKey}
			for _, a := range []keys.Algorithm{keys.TDES2, keys.AES256} {
				for _, u := range usages {
					generate(t, d, fmt.Sprint("made ", a, u), a, u)
					load(t, d, fmt.Sprint("imported ", a, u), soft(t, a, u))
				}
			}
			before, err := d.ListKeys(t.Context())
			require.NoError(t, err)
			r := report(t, d)
			require.Equal(t, want.maker, r.Library.Manufacturer)
			require.Equal(t, want.description, r.Library.Description)
			require.NotEmpty(t, r.Library.Version)
			require.Equal(t, c.URI.ModulePath, r.Library.File)
			require.Equal(t, "pinion", r.Token.Label)
			require.Subset(t, r.Token.Flags, []string{"initialized", "random number generator", "login required"})
			require.True(t, r.Token.MaxSessions.Said && r.Token.MaxSessions.Unlimited)
			require.Greater(t, r.Listed, 50)
			require.Len(t, r.Latency, 3)
			for _, l := range r.Latency {
				require.Positive(t, l.P50, l.Call)
				require.GreaterOrEqual(t, l.P99, l.P50, l.Call)
			}
			require.Equal(t, want.findings, codes(r))
			require.Equal(t, name == "NSS", r.Abilities.TDES.OK && r.Abilities.AES.OK && r.Abilities.TDESDUKPT.OK)
			require.Len(t, r.Abilities.AESDUKPT, 5)
			require.Len(t, r.Keys, len(before))
			for i, k := range r.Keys {
				require.Equal(t, before[i], k.KeyInfo)
				require.Equal(t, pkcs11.Yes, k.Is("SENSITIVE"))
				require.Equal(t, pkcs11.No, k.Is("EXTRACTABLE"))
			}
			again, err := d.ListKeys(t.Context())
			require.NoError(t, err)
			require.Equal(t, before, again)
		})
	}
}

// Nothing that is secret is in a report, nor the name of the file with the
// credential.
func TestReportIsNotSecret(t *testing.T) {
	t.Parallel()
	token := nss.New(t)
	c := token.Config()
	d := open(t, c)
	k := zpk(t)
	load(t, d, "zpk", k)
	credential, err := os.ReadFile(c.URI.CredentialSource)
	require.NoError(t, err)
	text, err := json.Marshal(report(t, d))
	require.NoError(t, err)
	shown := strings.ToUpper(string(text))
	for _, secret := range []string{string(credential), fmt.Sprintf("%X", credential), c.URI.CredentialSource,
		fmt.Sprintf("%X", cleartext.Bytes(k)), string(cleartext.Bytes(k))} {
		require.NotContains(t, shown, strings.ToUpper(secret))
	}
}

// badKey is a key that somebody made without care.
type badKey struct {
	label string
	usage keys.Usage // "" is none
	alg   keys.Algorithm
	more  []*p11.Attribute
	want  []string // findings about it
}

func set(kind uint, value bool) *p11.Attribute { return p11.NewAttribute(kind, value) }

// make makes the key on a token, with no right but those that it says.
func (k badKey) make(t *testing.T, d *pkcs11.Device) {
	t.Helper()
	kind := map[keys.Algorithm]uint{0: p11.CKK_DES, keys.TDES2: p11.CKK_DES2, keys.AES128: p11.CKK_AES}[k.alg]
	value := []byte("8 bytes!")
	id := "other:" + k.label + fmt.Sprint(len(k.more))
	if k.alg != 0 {
		s := soft(t, k.alg, keys.UsagePIN)
		value = cleartext.Bytes(s)
		if k.usage != "" {
			id = pkcs11.KeyID{Usage: k.usage, Algorithm: k.alg, KCV: s.KCV(), Serial: "0A0B0C0D"}.String()
		}
	}
	a := map[uint]*p11.Attribute{}
	for _, x := range []*p11.Attribute{set(p11.CKA_TOKEN, true), set(p11.CKA_PRIVATE, true), set(p11.CKA_SENSITIVE, true), set(p11.CKA_EXTRACTABLE, false),
		set(p11.CKA_ENCRYPT, false), set(p11.CKA_DECRYPT, false), set(p11.CKA_WRAP, false), set(p11.CKA_UNWRAP, false),
		set(p11.CKA_SIGN, false), set(p11.CKA_VERIFY, false), set(p11.CKA_DERIVE, false), p11.NewAttribute(p11.CKA_ID, id)} {
		a[x.Type] = x
	}
	for _, x := range k.more {
		a[x.Type] = x
	}
	template := []*p11.Attribute{p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY), p11.NewAttribute(p11.CKA_KEY_TYPE, kind),
		p11.NewAttribute(p11.CKA_LABEL, k.label), p11.NewAttribute(p11.CKA_VALUE, value)}
	for _, x := range a {
		template = append(template, x)
	}
	require.NoError(t, pkcs11.OnSession(t.Context(), d, func(c *p11.Ctx, s p11.SessionHandle) error {
		_, err := c.CreateObject(s, template)
		return err
	}), k.label)
}

// may are the rights of a key.
func may(rights ...uint) (a []*p11.Attribute) {
	for _, r := range rights {
		a = append(a, set(r, true))
	}
	return a
}

// Every fault of a key is found on either token, and no other.
var badKeys = []badKey{
	{"pvk that deciphers", keys.UsageVisaPVV, keys.TDES2, may(p11.CKA_ENCRYPT, p11.CKA_WRAP, p11.CKA_DECRYPT), []string{"danger pvk_deciphers"}},
	{"extractable bdk", keys.UsageBDK, keys.AES128, may(p11.CKA_DERIVE, p11.CKA_EXTRACTABLE), []string{"danger extractable"}},
	{"bdk that enciphers", keys.UsageBDK, keys.AES128, may(p11.CKA_DERIVE, p11.CKA_ENCRYPT), []string{"danger bdk_enciphers"}},
	{"bdk of no use", keys.UsageBDK, keys.AES128, nil, []string{"warning rights_missing"}},
	{"kek of the classic attack", keys.UsageKEK, keys.AES128, may(p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN, p11.CKA_DECRYPT), []string{"danger wrap_and_decrypt"}},
	{"kek that derives", keys.UsageKEK, keys.AES128, may(p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN, p11.CKA_DERIVE), []string{"warning rights_unneeded"}},
	{"of other software", "", keys.AES128, may(p11.CKA_EXTRACTABLE), []string{"warning extractable", "note no_usage"}},
	{"twice", keys.UsageKEK, keys.AES128, may(p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN), []string{"warning label_twice"}},
	{"twice", keys.UsageKEK, keys.TDES2, may(p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN), []string{"warning label_twice"}},
	{"half made", "", keys.AES128, []*p11.Attribute{p11.NewAttribute(p11.CKA_ID, "pinion1-new:00000000")}, []string{"warning unfinished"}},
	{"single", "", 0, nil, []string{"warning single_des"}},
	{"", "", keys.AES128, nil, []string{"note no_label"}},
}

// What is only wrong where PINs stay on the token.
var badOnToken = []badKey{
	{"zpk that deciphers", keys.UsagePIN, keys.TDES2, may(p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_DECRYPT), []string{"danger pin_key_deciphers"}},
	{"zpk of before", keys.UsagePIN, keys.AES128, may(p11.CKA_ENCRYPT, p11.CKA_DECRYPT), []string{"danger pin_key_deciphers", "warning pins_in_process"}},
	{"half a bdk", keys.UsageBDK, keys.TDES2, may(p11.CKA_DERIVE), []string{"warning bdk_half_missing"}},
}

// And where they do not. (NSS makes every key that it keeps sensitive and
// private.)
var badInProcess = []badKey{
	{"readable", keys.UsageIBM3624, keys.TDES2, append(may(p11.CKA_ENCRYPT, p11.CKA_EXTRACTABLE), set(p11.CKA_SENSITIVE, false)),
		[]string{"danger readable", "danger extractable"}},
	{"public", keys.UsageIBM3624, keys.TDES2, append(may(p11.CKA_ENCRYPT), set(p11.CKA_PRIVATE, false)), []string{"warning not_private"}},
	{"shown to nobody yet", keys.UsageIBM3624, keys.TDES2, append(may(p11.CKA_ENCRYPT), set(p11.CKA_SENSITIVE, false)), []string{"danger not_sensitive"}},
	{"zpk that wraps", keys.UsagePIN, keys.TDES2, may(p11.CKA_ENCRYPT, p11.CKA_DECRYPT, p11.CKA_WRAP), []string{"danger wrap_and_decrypt"}},
	{"zpk of no use", keys.UsagePIN, keys.AES128, may(p11.CKA_WRAP, p11.CKA_UNWRAP), []string{"warning rights_missing"}},
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for name, more := range map[string][]badKey{"NSS": badOnToken, "SoftHSM2": badInProcess} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, tokens[name](t))
			want := map[string][]string{}
			for _, k := range append(badKeys[:len(badKeys):len(badKeys)], more...) {
				k.make(t, d)
				want[k.label] = append(want[k.label], k.want...)
			}
			r := report(t, d)
			got := map[string][]string{}
			for _, f := range r.Findings {
				if strings.HasPrefix(f.Code, "token_") || f.Code == "session_may_unwrap" {
					continue
				}
				require.NotEmpty(t, f.Advice, f.Code)
				require.Equal(t, strings.TrimSuffix(f.Text, "."), f.Text)
				got[f.Key] = append(got[f.Key], fmt.Sprint(f.Level, " ", f.Code))
			}
			for label := range want {
				require.ElementsMatch(t, want[label], got[label], label)
				delete(got, label)
			}
			require.Empty(t, got)
			require.Equal(t, pkcs11.Danger, r.Findings[0].Level, "the worst is first")
			require.Equal(t, pkcs11.Note, r.Findings[len(r.Findings)-1].Level)
		})
	}
}

// The second object of a BDK is not shown as a key, and is missed where the BDK is
// gone.
func TestFindingOfHalfBDK(t *testing.T) {
	t.Parallel()
	d := open(t, nss.New(t).Config())
	generate(t, d, "bdk", keys.TDES2, keys.UsageBDK)
	r := report(t, d)
	require.Len(t, r.Keys, 1)
	require.NotContains(t, fmt.Sprint(codes(r)), "bdk_half")
	require.NoError(t, pkcs11.OnSession(t.Context(), d, func(c *p11.Ctx, s p11.SessionHandle) error {
		if err := c.FindObjectsInit(s, []*p11.Attribute{p11.NewAttribute(p11.CKA_LABEL, "bdk")}); err != nil {
			return err
		}
		found, _, err := c.FindObjects(s, 2)
		require.NoError(t, c.FindObjectsFinal(s))
		require.NoError(t, err)
		require.Len(t, found, 1)
		return c.DestroyObject(s, found[0])
	}))
	r = report(t, d)
	require.Empty(t, r.Keys)
	require.Contains(t, codes(r), "note bdk_half_left bdk")
}

// A token with one session is looked at on it, and keeps its ephemeral keys, which
// would go if the session did.
func TestReportOnOneSession(t *testing.T) {
	t.Parallel()
	d, err := pkcs11.OpenLimited(t.Context(), softhsm.New(t).Config(), 1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	_, err = d.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true})
	require.NoError(t, err)
	require.Len(t, report(t, d).Keys, 1)
	require.Len(t, report(t, d).Keys, 1)
}

func TestReportOfClosedDevice(t *testing.T) {
	t.Parallel()
	d, err := pkcs11.Open(t.Context(), softhsm.New(t).Config())
	require.NoError(t, err)
	require.NoError(t, d.Close())
	_, err = d.Report(t.Context())
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, err = d.Library(t.Context())
	require.ErrorIs(t, err, hsm.ErrClosed)
}
