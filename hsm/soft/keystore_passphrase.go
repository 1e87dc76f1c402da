package soft

import "context"

// WithPassphrase returns options with a passphrase that is known already.
func WithPassphrase(passphrase string) KeystoreOptions {
	return KeystoreOptions{Passphrase: func(context.Context, string, bool) ([]byte, error) {
		return []byte(passphrase), nil
	}}
}
