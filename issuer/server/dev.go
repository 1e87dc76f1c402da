package server

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/internal/lab/page"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/session"
)

// Dev is the development mode: everything that a service needs is made in a
// directory, and found there again. It listens on this machine only.
type Dev struct {
	Dir  string // made if it is not there
	HTTP bool   // plain HTTP
	Seed int    // test cards to register, up to MaxSeed
}

// The files of the development mode.
const (
	tokenFile       = "token"
	dataKeyFile     = "data-key"
	sessionKeysFile = "session-keys.pem"
	deviceFile      = "device" // the URI of the device that was chosen at the first start
	passphraseFile  = "keystore-passphrase"
	databaseFile    = "issuer.db"
	tokenDir        = "hsm" // of the SoftHSM2 token
)

// prepared is a directory of the development mode with its files.
type prepared struct {
	dir   devDir
	dev   *Dev
	token string
}

// prepare makes what is missing in the directory. The caller holds its lock.
func (d *Dev) prepare(dir devDir) (*prepared, error) {
	token, err := dir.once(tokenFile, func() ([]byte, error) { return []byte(rand.Text() + "\n"), nil })
	if err != nil {
		return nil, devError(err)
	}
	header := "Authorization: Bearer " + strings.TrimSpace(string(token)) + "\n"
	if err := dir.replace(headerFile, []byte(header)); err != nil {
		return nil, devError(err)
	}
	for _, f := range []struct {
		name  string
		fresh func() ([]byte, error)
	}{
		{dataKeyFile, newDataKey},
		{sessionKeysFile, newSessionKeys},
		{passphraseFile, func() ([]byte, error) { return []byte(rand.Text() + "\n"), nil }},
		{devKeyFile, newDevKeys},
	} {
		raw, err := dir.once(f.name, f.fresh)
		clear(raw)
		if err != nil {
			return nil, devError(err)
		}
	}
	if err := dir.makeMailer(); err != nil {
		return nil, devError(err)
	}
	if !d.HTTP {
		if err := dir.makeTLS(time.Now()); err != nil {
			return nil, devError(err)
		}
	}
	return &prepared{dir: dir, dev: d, token: strings.TrimSpace(string(token))}, nil
}

func devError(err error) error { return fmt.Errorf("issuer/server: the directory of --data: %w", err) }

func newDataKey() ([]byte, error) {
	key := make([]byte, 32)
	defer clear(key)
	rand.Read(key)
	return append(hex.AppendEncode(nil, key), '\n'), nil
}

func newSessionKeys() ([]byte, error) {
	k, err := session.NewKeys()
	if err != nil {
		return nil, err
	}
	return k.PEM()
}

// layer returns the configuration of the development mode.
func (p *prepared) layer() (layer, error) {
	uri, err := p.device()
	if err != nil {
		return nil, devError(err)
	}
	off := map[string]any{"perSecond": 0, "burst": 0}
	l := layer{
		"listen":      "127.0.0.1:0",
		"store":       "sqlite:" + p.dir.file(databaseFile),
		"device":      map[string]any{"uri": uri, "allowInProcess": true},
		"dataKey":     "file:" + p.dir.file(dataKeyFile),
		"sessionKeys": "file:" + p.dir.file(sessionKeysFile),
		"keys":        map[string]any{"storage": "issuer-storage"},
		"products":    devProducts(),
		"limits":      map[string]any{"perClient": off, "perCard": off, "perAddress": off},
		"timeouts":    map[string]any{"drain": "0s"},
		"mailer":      p.mailer(),
		"log":         map[string]any{"format": "text"},
	}
	if !p.dev.HTTP {
		l["tls"] = map[string]any{"certificate": p.dir.file(serverFile), "key": "file:" + p.dir.file(serverFile)}
	}
	return l, nil
}

// devProducts are the products of the development mode. The first takes any PIN:
// documented examples have 0000 and 1234.
func devProducts() []any {
	product := func(name, key string, digits int, reveal bool, method map[string]any, weak ...any) any {
		return map[string]any{"name": name, "pinLength": digits, "maxTries": 3, "key": key, "reveal": reveal,
			"method": method, "weakPINs": weak}
	}
	pvv := map[string]any{"name": "visa-pvv", "pvki": 1}
	return []any{
		product("default", "issuer-pvk", 4, true, pvv),
		product("strict", "issuer-pvk", 4, false, pvv, "all"),
		product("ibm", "issuer-ibm", 4, true, map[string]any{"name": "ibm-3624"}),
		product("stored", "issuer-stored", 6, true, map[string]any{"name": "stored-block", "storedFormat": "iso-4"}),
	}
}

// authenticator knows the token of the development mode.
func (p *prepared) authenticator() (access.Authenticator, error) {
	t, err := access.NewToken("dev", []byte(p.token), access.AllScopes()...)
	if err != nil {
		return nil, err
	}
	return access.NewStatic(t), nil
}

// ready describes the development mode for who reads the ready file.
func (p *prepared) ready(r *Ready) {
	r.Token = p.token
	r.TestKeys = p.dir.file(devKeyFile)
	r.Data = string(p.dir)
	r.Keys = map[string]string{"zone": "zpk", "zoneAES": "zpk-aes", "bdk": "bdk", "bdkAES": "bdk-aes", "bureau": "bureau"}
	if p.dev.HTTP {
		return
	}
	r.CA = p.dir.file(caFile)
	if raw, err := os.ReadFile(r.CA); err == nil {
		r.CAPEM = string(raw)
	}
}

// banner says on standard error what this is.
func (p *prepared) banner(address *url.URL) string {
	how := "TLS with the CA of " + p.dir.file(caFile)
	if p.dev.HTTP {
		how = "plain HTTP"
	}
	lab := "the lab's page: " + address.String() + labPath
	if _, err := page.Built(); err != nil {
		lab = "the lab's page: not in this binary; in a checkout, make build has it"
	}
	return fmt.Sprintf("pinion serve --dev: FOR DEVELOPMENT ONLY, on this machine alone: test keys, one token with every right.\n"+
		"  %s  %s\n  token in %s\n  %s\n", address, how, p.dir.file(tokenFile), lab)
}
