// Package access says who may call the service, and how often. An
// [Authenticator] finds a [Principal] in a request: by a signed token ([JWT]),
// by a client certificate ([Certificates]), or by a token of the configuration
// ([Static]). A [Guard] is the HTTP middleware around it: it answers as RFC 6750
// section 3 says, and holds a [Limiter]'s rates.
//
//	tokens, err := access.NewJWT(ctx, access.JWTConfig{Issuer: "https://login.example", Audience: "pin-service", JWKSURL: "https://login.example/jwks"})
//	guard := &access.Guard{Authenticator: tokens}
//	http.Handle("/cards", guard.Require(access.WriteCards)(handler))
//
// Package httpapi has a Guard of its own and needs an Authenticator only. Nothing here
// issues tokens or certificates: that is the authorization server's, and the CA's.
//
// There is no anonymous caller. A Guard without an Authenticator refuses
// everybody, and a Principal has the scopes it was given and no others.
//
// No error, header or value of this package quotes a credential: reasons are
// constants, and what the JOSE library says about a token is dropped.
package access
