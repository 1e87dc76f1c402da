package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// canary is in everything that the corpus sends, and in nothing that comes back.
const canary = "CANARY8812"

// hostileBodies are bodies that are good for nothing.
func hostileBodies() map[string]string {
	deep := strings.Repeat(`{"a":`, 600) + `1` + strings.Repeat(`}`, 600)
	return map[string]string{
		"no JSON":          canary,
		"half an object":   `{"pin":"` + canary,
		"no object":        `["` + canary + `"]`,
		"text":             `"` + canary + `"`,
		"null":             `null`,
		"unknown member":   `{"` + canary + `":"` + canary + `"}`,
		"twice":            `{"` + canary + `":1,"` + canary + `":1}`,
		"two objects":      `{}{"` + canary + `":1}`,
		"trailing":         `{} ` + canary,
		"deep":             deep,
		"deep array":       strings.Repeat("[", 2000),
		"huge number":      `{"pin":1e999999999,"` + canary + `":1}`,
		"long number":      `{"wsid":` + strings.Repeat("9", 3000) + `}`,
		"NUL":              "{\"pin\":\"" + canary + "\x00\"}",
		"invalid UTF-8":    "{\"pin\":\"" + canary + "\xff\xfe\"}",
		"UTF-16":           "\xff\xfe{\x00}\x00",
		"byte order mark":  "\ufeff{\"" + canary + "\":1}",
		"oversize":         `{"description":"` + strings.Repeat(canary, 500) + `"}`,
		"prototype":        `{"__proto__":{"` + canary + `":1}}`,
		"comment":          `{/* ` + canary + ` */}`,
		"XML":              `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///` + canary + `">]><x>&e;</x>`,
		"form":             `pin=1234&x=` + canary,
		"template":         `{"{{` + canary + `}}":"${jndi:ldap://` + canary + `}"}`,
		"capital letters":  `{"PIN":"1234","PinBlock":"` + canary + `"}`,
		"control in names": "{\"a\\u0000" + canary + "\":1}",
	}
}

// hostileValues take the place of each member of a good request.
var hostileValues = []any{
	canary, nil, true, 88, -1, 1.5, []any{canary}, f{canary: canary}, "", " ", strings.Repeat(canary, 90),
	"'; DROP TABLE cards; --" + canary, "../../etc/" + canary, "%2e%2e%2f" + canary, canary + "\x00", canary + "\r\nX-Canary: 1",
	"１２３４", "١٢٣٤", "1234\u202e" + canary, "0x" + canary, "<script>" + canary + "</script>",
}

// freeText are members that take any text, or that a function of PIN Control
// ignores.
var freeText = []string{"description", "updatedBy", "ClientCode", "CurrentPin", "NewPin", "ConfirmPin"}

// mutations returns the good request with one member spoiled, for each member, at
// every depth, and each spoiled value.
func mutations(t *testing.T, body string) []string {
	t.Helper()
	var all []string
	object := f{}
	require.NoError(t, json.Unmarshal([]byte(body), &object))
	for name, v := range object {
		if slices.Contains(freeText, name) {
			continue
		}
		for _, hostile := range hostileValues {
			all = append(all, with(t, body, name, hostile))
		}
		if inner, ok := v.(f); ok {
			text, err := json.Marshal(inner)
			require.NoError(t, err)
			for _, m := range mutations(t, string(text)) {
				all = append(all, with(t, body, name, json.RawMessage(m)))
			}
		}
	}
	return all
}

// corpus is what the corpus test needs of one operation.
type corpus struct {
	*rig
	op         *operation
	token      string
	path, body string
	sent       int
}

// refused sends a hostile request. It is answered by neither a success nor a
// failure of the service, and nothing of it comes back.
func (c *corpus) refused(what, path, body string, headers ...string) {
	c.t.Helper()
	a := c.send(c.op.Method, path, body, headers...)
	c.sent++
	require.Less(c.t, a.status, 500, "%s %s: %s", c.op.ID, what, a.body)
	executed := a.status < 400 && !(c.op.ID == "pinControl" && a.json(c.t, "ActionCode") != "000")
	require.False(c.t, executed, "%s %s: %d %s", c.op.ID, what, a.status, a.body)
	require.NotContains(c.t, string(a.body), canary, what)
	for name, values := range a.header {
		require.NotContains(c.t, fmt.Sprint(name, values), canary, what)
		require.NotEqual(c.t, "X-Canary", name)
	}
}

// TestCorpus sends bad input to every operation.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, op := range table {
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := &corpus{rig: r, op: op, token: r.card(pan, "default", "1234")}
			require.Equal(t, false, r.verify(c.token, "8642", pan).json(t, "verified"))
			c.path, c.body = r.sample(op, c.token)
			before := string(r.send("GET", "/cards/"+c.token, "").body)
			entries := len(auditLog(t, r))

			c.attackBody()
			c.attackPath()
			require.Equal(t, before, string(r.send("GET", "/cards/"+c.token, "").body), "the counter moved")
			require.JSONEq(t, `{"pin":"1234"}`, string(r.send("GET", "/cards/"+c.token+"/pin", "").body))
			for _, e := range auditLog(t, r)[entries:] {
				require.NotContains(t, []string{"pin.set", "pin.unblock", "card.register"}, e["action"])
				if e["outcome"] == "ok" {
					require.Equal(t, "pin.reveal", e["action"])
				}
			}
			require.NotContains(t, r.log.text(), canary)
			require.NotContains(t, r.logged(), "1234")
			if op.body != nil {
				require.Greater(t, c.sent, 25, op.ID)
			}
		})
	}
}

func (c *corpus) attackBody() {
	if c.op.body == nil {
		return
	}
	for name, body := range hostileBodies() {
		c.refused(name, c.path, body)
	}
	for _, body := range mutations(c.t, c.body) {
		c.refused(body, c.path, body)
	}
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=" + canary,
		"application/json; charset=utf-16", "application/json, text/plain", canary, "application/" + canary, ";;;", "application/xml"} {
		c.refused(media, c.path, c.body, "Content-Type: "+media)
	}
	for _, h := range []string{"Content-Encoding: gzip", "Content-Encoding: " + canary} {
		c.refused(h, c.path, c.body, h)
	}
	if c.op.Once {
		for _, key := range []string{strings.Repeat(canary, 20), canary + "\xff", "ä" + canary} {
			c.refused("key", c.path, c.body, "Idempotency-Key: "+key)
		}
	}
}

// attackPath asks for cards that are none, and for paths that lead elsewhere.
func (c *corpus) attackPath() {
	if !c.op.aboutCard() {
		return
	}
	for _, token := range []string{"000000000", "1", "%31", "%00", "..", "%2e%2e", "..%2f..%2fetc%2f" + canary, canary, canary + "'--",
		"1%27%20OR%20%271%27=%271", "%ef%bc%91", "123456789012345678", "*", "{publicToken}", strings.Repeat("9", 5000), "%25%30", "a;b=" + canary} {
		c.refused(token, strings.Replace(c.path, c.token, token, 1), c.body)
	}
	for _, path := range []string{c.path + "/", c.path + "//", "/" + c.path, c.path + ";" + canary, c.path + "/../pin", c.path + "%2f" + canary} {
		c.refused(path, path, c.body)
	}
}

// auditLog returns the audit log as it is exported.
func auditLog(t *testing.T, r *rig) []map[string]any {
	t.Helper()
	a := r.send(http.MethodGet, "/audit", "")
	require.Equal(t, 200, a.status, "%s", a.body)
	var entries []map[string]any
	for _, line := range split(mediaLines, a.body) {
		var e map[string]any
		require.NoError(t, json.Unmarshal(line, &e))
		entries = append(entries, e)
	}
	return entries
}
