package soft

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// Keystore is a [Device] whose keys are kept in a file: each as an X9.143 key
// block of version D, under a key derived from a passphrase with scrypt. The file
// as a whole is authenticated, so nobody without the passphrase can change,
// exchange, add or remove a key; what nobody can see is that an older copy of the
// file was put back.
//
// Programs may share a file. Every change reads it again under a lock, and
// replaces it in one step: whoever is killed in the middle leaves the old file or
// the new one. Keys that another program added are found when they are asked
// for, and those it removed are gone within a second. Ephemeral keys are in memory
// only; one hides a key of the same label that another program puts in the file.
//
// Key bytes are in this process's memory while the device is open. A Keystore is
// not a secure cryptographic device.
type Keystore struct {
	*Device // the keys, and the operations with them

	path string
	ask  func(ctx context.Context, path string, create bool) ([]byte, error)
	cost kdf

	turn     chan struct{} // who holds it may look at the file, and at the fields below
	unlocked *unlocked     // nil while the passphrase was not needed
	seen     os.FileInfo   // of the file that the keys are from; nil if there was none
	looked   atomic.Int64  // when the file was last looked at, in Unix nanoseconds
}

// KeystoreOptions is what a path does not say.
type KeystoreOptions struct {
	// Passphrase returns the passphrase of the keystore at path; where create is
	// set, that of one that is about to be made, which a person should have to type
	// twice. The bytes are cleared after use.
	Passphrase func(ctx context.Context, path string, create bool) ([]byte, error)

	cost kdf // for tests, which open hundreds
}

// freshness is how long a key is used without looking whether the file changed.
const freshness = time.Second

// OpenKeystore opens the keystore at path. If there is no file it is made with the
// first key that is kept, by the passphrase that is asked for then.
//
// The errors are [ErrPassphrase], [ErrKeystore] for a file that is none or that
// others may read, and those of the file system.
func OpenKeystore(ctx context.Context, path string, o KeystoreOptions) (*Keystore, error) {
	path, err := realPath(path)
	if err != nil {
		return nil, err
	}
	ks := &Keystore{Device: New(), path: path, ask: o.Passphrase, cost: o.cost, turn: make(chan struct{}, 1)}
	if ks.cost == (kdf{}) {
		ks.cost = usualCost
	}
	if err := ks.refresh(ctx); err != nil {
		return nil, err
	}
	return ks, nil
}

// realPath follows symbolic links: replacing the link would leave the file that
// everybody else has.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("hsm/soft: keystore: %w", err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return "", fmt.Errorf("hsm/soft: keystore: its folder: %w", err)
	}
	return filepath.Join(dir, filepath.Base(abs)), nil
}

// Name implements [hsm.Device].
func (ks *Keystore) Name() string { return "keystore " + filepath.Base(ks.path) }

// FindKey implements [hsm.Device].
func (ks *Keystore) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	if time.Since(time.Unix(0, ks.looked.Load())) > freshness {
		if err := ks.refreshIfFree(ctx); err != nil {
			return nil, err
		}
	}
	k, err := ks.find(ref)
	if errors.Is(err, hsm.ErrKeyNotFound) {
		if err := ks.refresh(ctx); err != nil {
			return nil, err
		}
		k, err = ks.find(ref)
	}
	if err != nil {
		return nil, ks.hinted(err)
	}
	return k, nil
}

// hinted says of a missing key that the whole file is missing, if it is.
func (ks *Keystore) hinted(err error) error {
	var e *hsm.Error
	if errors.As(err, &e) && errors.Is(err, hsm.ErrKeyNotFound) {
		if _, missing := os.Stat(ks.path); errors.Is(missing, os.ErrNotExist) {
			return &hsm.Error{Key: e.Key, Err: e.Err, Hint: "there is no keystore at " + ks.path + ": the first key that is made makes it"}
		}
	}
	return err
}

var (
	_ hsm.Device          = (*Keystore)(nil)
	_ hsm.BatchTranslator = (*Keystore)(nil)
	_ hsm.Deriver         = (*Keystore)(nil)
	_ hsm.KeyManager      = (*Keystore)(nil)
	_ hsm.KeyBlocks       = (*Keystore)(nil)
	_ hsm.Pinger          = (*Keystore)(nil)
	_ hsm.ThrowAway       = (*Keystore)(nil)
)
