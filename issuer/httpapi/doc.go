// Package httpapi serves an [issuer.Service] over HTTP: the Cards API in REST,
// PIN Control, and calls of its own for PIN blocks.
//
// It is for a program that has a server of its own, and gives it a handler that it
// makes with the service, the callers' credentials and the keys of sessions:
//
//	handler, err := httpapi.New(httpapi.Options{Service: service, Sessions: sessions, Access: access.NewStatic(token)})
//	server := &http.Server{Handler: handler, TLSConfig: …}
//
// TLS, and how requests get here, are the server's. "pinion serve" is all of it as a
// program: package [github.com/pinion-hsm/pinion/issuer/server].
//
// Every call is an operation: one value, registered by its own file, from which
// come its route, its row in the OpenAPI document (/openapi.json and the page
// /docs), the schema that its requests are checked against, and the problems it
// may answer. Nothing is said twice. A new call is a new file.
//
// # What a client is told
//
// Errors are problem details (RFC 9457) with a fixed text: no answer repeats
// anything that was sent, neither a value nor the name of a member that should
// not be there.
//
// # Clear PINs
//
// The Cards API and PIN Control send PINs in clear. They are sealed at once under
// a key of the HSM that lives for one request, and the service behind sees a
// block. Until then the PIN is in this process: in the request's bytes, which are
// cleared, and in the strings of the JSON decoder, which Go gives no means to
// clear. Where that must not be, turn the clear-PIN requests off.
package httpapi
