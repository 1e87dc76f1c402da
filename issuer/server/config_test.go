package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/server"
)

func noEnv(string) string { return "" }

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pinion.yaml")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// TestSample: what --print-config prints is a configuration, and says the same
// when it is read.
func TestSample(t *testing.T) {
	t.Parallel()
	c, err := server.Load(server.Sources{File: write(t, server.Print(server.Sample()))})
	require.NoError(t, err)
	require.Equal(t, server.Print(server.Sample()), server.Print(c))

	_, yaml := etc(t, newAuthority(t))
	require.NoError(t, server.CheckConfig(server.Options{Sources: server.Sources{File: write(t, yaml)}, Getenv: noEnv}))
}

// TestEveryKeyIsExplained: in the text for people every key has a line of its own.
func TestEveryKeyIsExplained(t *testing.T) {
	t.Parallel()
	lines := strings.Split(server.Print(server.Sample()), "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || line == "-" || line[0] == '#' {
			continue
		}
		require.True(t, strings.HasPrefix(strings.TrimSpace(lines[i-1]), "# "), line)
		require.Greater(t, len(strings.TrimSpace(lines[i-1])), 8, line)
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	s := server.Sources{
		File: write(t, "log:\n  level: warn\n  format: text\ngroup:\n  size: 7\ntimeouts:\nlimits:\n  perCard:\n    perSecond: 3\n"),
		Environ: []string{"PINION_LOG_LEVEL=error", "PINION_GROUP_PARALLEL=3", "PINION_DEVICE=soft:", "PINION_TLS_CLIENT_CA=/ca.pem",
			"PINION_KEYS_TRANSPORT=zpk*, bdk*", "PINION_CLEAR_PIN=false", "PINION_TIMEOUTS_READ=7s", "PINION_PASSPHRASE=hunter2",
			"PINION_PIN_CONTROL_ISSUER_CODES=0012", "PINION_LIMITS_PER_CLIENT_PER_SECOND=2.5", "PINION_CLIENTS_JWT_JWKS_URL=https://x", "HOME=/"},
		Flags: map[string]string{"log.level": "debug", "group.parallel": "4"},
	}
	c, err := server.Load(s)
	require.NoError(t, err)
	require.Equal(t, server.Log{Level: "debug", Format: "text"}, c.Log)
	require.Equal(t, server.Group{Size: 7, Parallel: 4}, c.Group)
	require.Equal(t, "soft:", c.Device.URI)
	require.Equal(t, "pci-pin", c.Device.Policy, "a default beside a variable")
	require.Equal(t, "/ca.pem", c.TLS.ClientCA)
	require.Equal(t, []string{"zpk*", "bdk*"}, c.Keys.Transport)
	require.False(t, c.ClearPIN)
	require.Equal(t, 7*time.Second, c.Timeouts.Read)
	require.Equal(t, 30*time.Second, c.Timeouts.Write, "a section without keys hides no default")
	require.Equal(t, []string{"0012"}, c.PINControl.IssuerCodes)
	require.InEpsilon(t, 3.0, c.Limits.PerCard.PerSecond, 1e-9)
	require.InEpsilon(t, 2.5, c.Limits.PerClient.PerSecond, 1e-9)
	require.Equal(t, "https://x", c.Clients.JWT.JWKSURL)
}

// TestSecretsInVariables: a variable that a secret is said to be in is no unknown
// key, whatever its name.
func TestSecretsInVariables(t *testing.T) {
	t.Parallel()
	_, err := server.Load(server.Sources{File: write(t, "dataKey: env:PINION_DATA\n"), Environ: []string{"PINION_DATA=hunter2"}})
	require.NoError(t, err)
	_, err = server.Load(server.Sources{Environ: []string{"PINION_DATA=hunter2", "PINION_DATA_KEY=env:PINION_DATA"}})
	require.NoError(t, err)
}

// TestLoadRefuses: what is in no place of the schema, or of another kind, is named
// by its key and never by its value, and all of it at once.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		environ    []string
		flags      map[string]string
		want       []string
	}{
		{"unknown key", "lisen: hunter2", nil, nil, []string{"lisen: there is no such key; did you mean listen?"}},
		{"unknown key below", "tls:\n  certifikate: hunter2", nil, nil, []string{"tls.certifikate: there is no such key; did you mean certificate?"}},
		{"unknown key far from all", "xyzzyxyzzyxyzzy: hunter2", nil, nil, []string{"there is no such key; keys here are clearPIN, clients,"}},
		{"another case", "Listen: hunter2", nil, nil, []string{"did you mean listen?"}},
		{"in a list", "products:\n  - name: a\n  - nam: hunter2", nil, nil, []string{"products[1].nam: there is no such key; did you mean name?"}},
		{"a dot in a key", "log.level: hunter2", nil, nil, []string{"log.level: there is no such key"}},
		{"text for number", "group:\n  size: hunter2", nil, nil, []string{"group.size: want a whole number"}},
		{"number for text", "store: 123456", nil, nil, []string{"store: want a text (a number in quotes)"}},
		{"text for boolean", "clearPIN: hunter2", nil, nil, []string{"clearPIN: want true or false"}},
		{"duration", "timeouts:\n  read: hunter2", nil, nil, []string{"timeouts.read: want a duration like 10s or 2m"}},
		{"number for duration", "timeouts:\n  read: 15", nil, nil, []string{"timeouts.read: want a duration"}},
		{"text for section", "tls: hunter2", nil, nil, []string{"tls: want keys below it: certificate, key, clientCA"}},
		{"section for text", "store:\n  hunter2: 1", nil, nil, []string{"store: want a text"}},
		{"text for list", "products: hunter2", nil, nil, []string{"products: want a list"}},
		{"text in list", "products: [hunter2]", nil, nil, []string{"products[0]: want keys: name, pinLength"}},
		{"numbers in list", "pinControl:\n  issuerCodes: [12]", nil, nil, []string{"pinControl.issuerCodes: want a list of texts"}},
		{"twice", "store: a\nstore: hunter2", nil, nil, []string{"--config: a key is there twice, line 2"}},
		{"not YAML", "store: [hunter2", nil, nil, []string{"--config: it is not YAML with keys, line 1"}},
		{"not keys", "- hunter2", nil, nil, []string{"--config: it is not YAML with keys"}},
		{"variable", "", []string{"PINION_LISTN=hunter2"}, nil, []string{"PINION_LISTN: there is no such key; did you mean PINION_LISTEN?"}},
		{"variable's value", "", []string{"PINION_GROUP_SIZE=hunter2"}, nil, []string{"PINION_GROUP_SIZE: want a whole number"}},
		{"variable of a list", "", []string{"PINION_PRODUCTS=hunter2"}, nil, []string{"PINION_PRODUCTS: lists like this one are set in the file only"}},
		{"flag", "", nil, map[string]string{"log.levle": "hunter2"}, []string{"log.levle: there is no such key; did you mean log.level?"}},
		{"flag's value", "", nil, map[string]string{"clearPIN": "hunter2"}, []string{"clearPIN: want true or false"}},
		{"all at once", "lisen: 1\ngroup:\n  size: x", []string{"PINION_X=1"}, map[string]string{"y": "1"},
			[]string{"lisen: ", "group.size: ", "PINION_X: ", "y: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := server.Sources{Environ: tt.environ, Flags: tt.flags}
			if tt.file != "" {
				s.File = write(t, tt.file)
			}
			_, err := server.Load(s)
			require.ErrorIs(t, err, server.ErrConfig)
			for _, w := range tt.want {
				require.ErrorContains(t, err, w)
			}
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
	_, err := server.Load(server.Sources{File: "/nowhere/pinion.yaml"})
	require.ErrorContains(t, err, "there is no file /nowhere/pinion.yaml")
}

// TestCheckRefuses takes the sample, which is right, and makes one thing wrong.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	dir, yaml := etc(t, newAuthority(t))
	mailer := map[string]string{"mailer.outbox": dir + "/outbox", "mailer.key": "zpk-bureau",
		"mailer.recipient": dir + "/bureau.jwk", "mailer.signingKey": "file:" + dir + "/signing-key.pem"}
	with := func(key, value string) map[string]string {
		m := map[string]string{key: value}
		for k, v := range mailer {
			if k != key {
				m[k] = v
			}
		}
		return m
	}
	product := func(old, new string) string { return strings.Replace(yaml, old, new, 1) }
	for i, tt := range []struct {
		flags map[string]string
		file  string
		want  string // the one problem; "" is none
	}{
		{mailer, "", ""},
		{map[string]string{"listen": "hunter2"}, "", "listen: want an address and a port"},
		{map[string]string{"listen": "127.0.0.1:hunter2"}, "", "listen: want an address and a port"},
		{map[string]string{"listen": "0.0.0.0:443"}, "", ""},
		{map[string]string{"telemetry.listen": "0.0.0.0:9"}, "", "telemetry.listen: it has no credentials and is for this machine alone"},
		{map[string]string{"telemetry.listen": "[::1]:9"}, "", ""},
		{map[string]string{"telemetry.otlpEndpoint": "collector:4318"}, "", "telemetry.otlpEndpoint: want the URL of a collector"},
		{map[string]string{"telemetry.otlpEndpoint": "http://u:hunter2@collector"}, "", "telemetry.otlpEndpoint: want the URL of a collector"},
		{map[string]string{"tls.certificate": ""}, "", "tls.certificate: it is missing"},
		{map[string]string{"tls.certificate": dir + "/no"}, "", "tls.certificate: there is no file " + dir + "/no"},
		{map[string]string{"tls.certificate": dir}, "", "tls.certificate: " + dir + " is not a file"},
		{map[string]string{"tls.key": "hunter2"}, "", "tls.key: want file:/path or env:NAME"},
		{map[string]string{"tls.key": ""}, "", "tls.key: it is missing"},
		{map[string]string{"tls.key": "env:NOTHING"}, "", "tls.key: the environment has no NOTHING"},
		{map[string]string{"tls.key": "file:" + dir + "/data-key"}, "", "tls: certificate and key are not a pair"},
		{map[string]string{"tls.clientCA": dir + "/data-key"}, "", "tls.clientCA: the file holds no PEM certificate"},
		{map[string]string{"tls.clientCA": ""}, "", "tls.clientCA: it is missing: clients.certificates need"},
		{map[string]string{"device.uri": ""}, "", "device.uri: it is missing"},
		{map[string]string{"device.policy": "hunter2"}, "", "device.policy: want pci-pin, ibm-cca or open"},
		{map[string]string{"store": ""}, "", "store: it is missing"},
		{map[string]string{"store": "mysql://u:hunter2@h/d"}, "", "store: want sqlite:"},
		{map[string]string{"store": "sqlite:"}, "", "store: sqlite: is followed by the path of a file"},
		{map[string]string{"keys.storage": ""}, "", "keys.storage: it is missing"},
		{map[string]string{"keys.transport": "[zpk"}, "", "keys.transport: want labels"},
		{map[string]string{"dataKey": ""}, "", "dataKey: it is missing"},
		{map[string]string{"dataKey": "file:" + dir + "/not-hex"}, "", "dataKey: want 64 hex digits"},
		{map[string]string{"dataKey": strings.Repeat("0", 64)}, "", "dataKey: want file:/path or env:NAME"},
		{map[string]string{"sessionKeys": ""}, "", "sessionKeys: it is missing"},
		{map[string]string{"sessionKeys": "file:" + dir + "/server-key.pem"}, "", "sessionKeys: "},
		{map[string]string{"clients.jwt.issuer": ""}, "", "clients.jwt: tokens need an issuer"},
		{map[string]string{"clients.jwt.jwksURL": "http://login.example/"}, "", "clients.jwt: a key set's URL is https"},
		{map[string]string{"clients.jwt.algorithms": "HS256"}, "", "clients.jwt: "},
		{map[string]string{"clients.jwt.jwksURL": "", "clients.jwt.jwksFile": dir + "/no"}, "", "clients.jwt.jwksFile: there is no file"},
		{map[string]string{"limits.perCard.perSecond": "-1"}, "", "limits.perCard: a rate has"},
		{map[string]string{"limits.perCard.perSecond": "0"}, "", ""},
		{map[string]string{"limits.body": "10"}, "", "limits.body: want 1024 to"},
		{map[string]string{"group.size": "0"}, "", "group.size: want 1 to 10000"},
		{map[string]string{"group.parallel": "-1"}, "", "group.parallel: want 1 to"},
		{map[string]string{"timeouts.read": "0s"}, "", "timeouts.read: want 1s to 10m"},
		{map[string]string{"timeouts.hsm": "1h"}, "", "timeouts.hsm: want 10ms to 10m"},
		{map[string]string{"log.level": "hunter2"}, "", "log.level: want debug"},
		{map[string]string{"log.format": "hunter2"}, "", "log.format: want json or text"},
		{with("mailer.key", ""), "", "mailer.key: it is missing"},
		{with("mailer.format", "hunter2"), "", "mailer.format: there is no such PIN block format"},
		{with("mailer.recipient", ""), "", "mailer.recipient: it is missing"},
		{with("mailer.recipient", dir+"/no"), "", "mailer.recipient: there is no file"},
		{with("mailer.signingKey", ""), "", "mailer.signingKey: it is missing"},
		{with("mailer.signingKey", "file:"+dir+"/data-key"), "", "mailer.signingKey: the signing key is not"},
		{nil, product(`name: "debit"`, `name: ""`), "products[0]: a product's name has 1 to 40 characters"},
		{nil, product("pinLength: 4", "pinLength: 13"), "products[0]: product debit: PINs have 4 to 12 digits"},
		{nil, product("maxTries: 3", "maxTries: 16"), "products[0]: product debit: the number of tries is 1 to 15"},
		{nil, product("pvki: 1", "pvki: 7"), "products[0].method.pvki: want 1 to 6"},
		{nil, product("pvki: 1", "pvki: 0"), ""},
		{nil, product(`key: "issuer-pvk"`, `key: ""`), "products[0].key: it is missing"},
		{nil, product(`"visa-pvv"`, `""`), "products[0].method.name: it is missing"},
		{nil, product(`"visa-pvv"`, `"hunter2"`), "products[0].method.name: want visa-pvv"},
		{nil, product(`"visa-pvv"`, `"ibm-3624"`), ""},
		{nil, product(`"visa-pvv"`, `"stored-block"`), ""},
		{nil, strings.Replace(product(`"visa-pvv"`, `"ibm-3624"`), `decimalizationTable: ""`, `decimalizationTable: "hunter2"`, 1), "products[0].method.decimalizationTable: "},
		{nil, strings.Replace(product(`"visa-pvv"`, `"ibm-3624"`), `validationPad: ""`, `validationPad: "hunter2"`, 1), "products[0].method.validationPad: "},
		{nil, strings.Replace(product(`"visa-pvv"`, `"ibm-3624"`), `checkLength: 0`, `checkLength: 3`, 1), "products[0]: product debit: "},
		{nil, strings.Replace(product(`"visa-pvv"`, `"stored-block"`), `storedFormat: ""`, `storedFormat: "hunter2"`, 1), "products[0].method.storedFormat: there is no such"},
		{nil, product(`weakPINs: ["all"]`, `weakPINs: ["hunter2"]`), "products[0].weakPINs: want repeated"},
		{nil, product(`weakPINs: ["all"]`, `weakPINs: [repeated, sequences, pairs, pan, common]`), ""},
		{nil, product(`excludedPINs: ""`, `excludedPINs: "`+dir+`/excluded"`), ""},
		{nil, product(`excludedPINs: ""`, `excludedPINs: "`+dir+`/excluded-bad"`), "products[0].excludedPINs: an excluded PIN must be"},
		{nil, product(`excludedPINs: ""`, `excludedPINs: "`+dir+`/no"`), "products[0].excludedPINs: there is no file"},
		{nil, product(`scopes: ["pin.verify"]`, `scopes: ["pin.verfy"]`), "clients.certificates[0].scopes: there is no such scope"},
		{nil, product(`scopes: ["pin.verify"]`, `scopes: []`), "clients.certificates[0].scopes: there is none"},
		{nil, product(`subject: "switch"`, `subject: ""`), "clients.certificates: a client certificate is named by one of"},
		{nil, strings.SplitN(yaml, "# What cards there are", 2)[0] + "clients:\n  jwt: {issuer: a, audience: b, jwksURL: \"https://c\"}\n", "products: there is none"},
		{nil, strings.SplitN(yaml, "# Who may call", 2)[0], "clients: nobody could call"},
	} {
		t.Run(fmt.Sprint(i, " ", tt.want), func(t *testing.T) {
			t.Parallel()
			file := tt.file
			if file == "" {
				file = yaml
			}
			err := server.CheckConfig(server.Options{Sources: server.Sources{File: write(t, file), Flags: tt.flags}, Getenv: noEnv})
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, server.ErrConfig)
			require.ErrorContains(t, err, "\n  "+tt.want)
			require.Equal(t, 1, strings.Count(err.Error(), "\n"), "one problem: %s", err)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

// TestCheckSaysAll: everything that is missing is said at once.
func TestCheckSaysAll(t *testing.T) {
	t.Parallel()
	err := server.CheckConfig(server.Options{Getenv: noEnv})
	for _, key := range []string{"tls.certificate", "tls.key", "device.uri", "store", "dataKey", "sessionKeys", "keys.storage", "products", "clients"} {
		require.ErrorContains(t, err, "\n  "+key+": ")
	}
}
