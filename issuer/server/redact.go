package server

import (
	"net/url"
	"strings"
)

// publicStore returns a store's address without what may be a password in it.
func publicStore(dsn string) string {
	if strings.HasPrefix(dsn, "sqlite:") {
		return dsn
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Opaque != "" {
		scheme, _, _ := strings.Cut(dsn, ":")
		return word(scheme) + ":"
	}
	out := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if u.User != nil {
		out.User = url.User(u.User.Username())
	}
	return out.String()
}

// publicDevice returns a device's URI without what may be a credential in it.
func publicDevice(uri string) string {
	base, _, _ := strings.Cut(uri, "?")
	if scheme, _, ok := strings.Cut(base, ":"); !ok || strings.Contains(base, "pin-value") {
		return word(scheme) + ":"
	}
	return base
}
