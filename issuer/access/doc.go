// Package access says who may call the service, and how often. An
// [Authenticator] finds a [Principal] in a request: by a signed token ([JWT]),
// by a client certificate ([Certificates]), or by a token of the configuration
// ([Static]). A [Guard] is the HTTP middleware around it: it answers as RFC 6750
// section 3 says, and holds a [Limiter]'s rates.
//
// There is no anonymous caller. A Guard without an Authenticator refuses
// everybody, and a Principal has the scopes it was given and no others.
//
// No error, header or value of this package quotes a credential: reasons are
// constants, and what the JOSE library says about a token is dropped.
package access
