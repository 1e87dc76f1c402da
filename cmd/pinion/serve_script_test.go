package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pinion-hsm/pinion/issuer/server"
)

// serviceCommands are for scripts that play a client of pinion serve.
var serviceCommands = map[string]func(*testscript.TestScript, bool, []string){
	"await": scriptAwait,
	"call":  scriptCall,
	"edit":  scriptEdit,
}

// scriptAwait waits for a file: await FILE.
func scriptAwait(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(name); err == nil {
			return
		}
	}
	ts.Fatalf("there is no file %s", args[0])
}

var members = regexp.MustCompile(`"(\w+)":"?([^",}]*)`)

// scriptCall sends a request to the service of ready.json: call STATUS METHOD PATH
// [BODY]. The answer is the standard output, and its members are variables.
func scriptCall(ts *testscript.TestScript, _ bool, args []string) {
	raw, err := os.ReadFile(ts.MkAbs("ready.json"))
	ts.Check(err)
	var r server.Ready
	ts.Check(json.Unmarshal(raw, &r))
	body := ""
	if len(args) > 3 {
		body = args[3]
	}
	q, err := http.NewRequest(args[1], r.URL+args[2], strings.NewReader(body))
	ts.Check(err)
	q.Header.Set("Authorization", "Bearer "+r.Token)
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(r.CAPEM))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	a, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Do(q)
	ts.Check(err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	ts.Check(err)
	if strconv.Itoa(a.StatusCode) != args[0] {
		ts.Fatalf("%s %s: %d and not %s: %s", args[1], args[2], a.StatusCode, args[0], text)
	}
	for _, m := range members.FindAllStringSubmatch(string(text), -1) {
		ts.Setenv(m[1], m[2])
	}
	_, err = ts.Stdout().Write(text)
	ts.Check(err)
}

// scriptEdit replaces a text in a file: edit FILE OLD NEW.
func scriptEdit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not have %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}
