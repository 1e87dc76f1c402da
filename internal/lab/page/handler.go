package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"time"
)

// policy is the Content-Security-Policy: the page's own files and nothing else, no
// script or style in the markup, no forms, no frames around it. That WebAssembly is
// compiled has to be allowed by name. index.html says the same for hosts that send no
// headers, and the page forbids itself all requests once the program is there.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// headers are those of every answer.
var headers = map[string]string{
	"Content-Security-Policy":      policy,
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), clipboard-read=(), clipboard-write=(self)",
	"X-DNS-Prefetch-Control":       "off",
	"Cache-Control":                "no-cache",
}

// types are the media types, by the end of a name.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".gz":   "application/gzip", // not an encoding: the page unpacks it
}

// Handler serves the page at "/" and its files beside it. To serve it in a directory,
// strip that: the page names its files relatively. It takes nothing: other methods than
// GET and HEAD are refused.
func (f Folder) Handler() http.Handler {
	tags := map[string]string{}
	for name, content := range f {
		sum := sha256.Sum256(content)
		tags[name] = `"` + hex.EncodeToString(sum[:16]) + `"`
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for key, value := range headers {
			w.Header().Set(key, value)
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the page takes nothing", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
		}
		content, ok := f[name]
		if !ok || types[path.Ext(name)] == "" {
			http.Error(w, "no such file", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", types[path.Ext(name)])
		w.Header().Set("ETag", tags[name])
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}
