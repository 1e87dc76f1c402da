// Package session has the PIN keys that live for one request: drawn here
// ([Sessions.Fresh]), or agreed with a client by ECDH ([Sessions.Agree]). Both are
// on the HSM under a random label for as long as the request lasts, and are
// ephemeral there: nothing is left behind by a process that dies.
//
// # Where a clear PIN is
//
// An agreed key enciphers a PIN between the client and the HSM: this process sees
// blocks only, though it has computed the key they are under. A PIN that comes in
// clear, or in a JWE, is in this process's memory while it is sealed into a block
// under a fresh key; one that is shown in clear, while it is opened. A JWE hides
// it from the network, from proxies and logs, not from this process.
//
// # Replay
//
// Nothing is remembered between requests, so that any process that has the
// service's private keys can answer. Therefore the same public key and shared info
// of a client always give the same agreed key, and a block under it can be sent
// again: as with a block under a zone key, what is protected from replay is the
// request, by TLS, by the client's credential and by an Idempotency-Key. A JWE says
// which card it is for and when it was made, see [Message].
package session
