package soft

import "context"

// Cheap returns options with a passphrase and a scrypt that takes no time.
func Cheap(passphrase string) KeystoreOptions {
	o := WithPassphrase(passphrase)
	o.cost = kdf{Name: "scrypt", N: 2, R: 1, P: 1}
	return o
}

// Lock takes the lock of the keystore at path, as another program would.
func Lock(ctx context.Context, path string) (func(), error) { return lockFile(ctx, path+".lock") }
