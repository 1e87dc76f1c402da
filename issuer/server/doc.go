// Package server is the issuer's PIN service as a program: its configuration, its
// TLS, what it shows of itself, and its start and end. What a request does is in
// packages issuer and issuer/httpapi.
//
// It is for "pinion serve", and for a test that wants the whole service in its own
// process: see the example of [Run]. What is promised is the configuration and what the
// service answers; the Go names of this package may change with any version. An
// application that embeds the service begins with
// [github.com/pinion-hsm/pinion/issuer] and
// [github.com/pinion-hsm/pinion/issuer/httpapi].
//
// A configuration has one schema, [Config], and four sources, each over the one
// before: the defaults, a YAML file, the environment (PINION_…) and the command
// line. What is in none of the schema's places is an error.
//
// The development mode ([Dev]) is a fifth source, between the defaults and
// the file, that names files which it makes itself; after that the two modes are
// one program.
package server
