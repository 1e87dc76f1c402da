//go:build cgo && !unix

package pkcs11

// keepSockets is for systems where programs inherit what is open.
func keepSockets() (done func()) { return func() {} }
