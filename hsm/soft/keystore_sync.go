package soft

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// take waits for the turn to look at the file.
func (ks *Keystore) take(ctx context.Context) error {
	if err := ks.Ping(ctx); err != nil {
		return err // closed, or cancelled: also where the turn is free
	}
	select {
	case ks.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (ks *Keystore) leave() { <-ks.turn }

// refresh reads the file if it is not the one that the keys are from.
func (ks *Keystore) refresh(ctx context.Context) error {
	if err := ks.take(ctx); err != nil {
		return err
	}
	defer ks.leave()
	return ks.reload(ctx)
}

// refreshIfFree is refresh, unless somebody else is at it.
func (ks *Keystore) refreshIfFree(ctx context.Context) error {
	if err := ks.Ping(ctx); err != nil {
		return err
	}
	select {
	case ks.turn <- struct{}{}:
		defer ks.leave()
		return ks.reload(ctx)
	default:
		return nil
	}
}

// reload is refresh for who has the turn. It needs no lock: a file that is there
// is whole.
func (ks *Keystore) reload(ctx context.Context) error {
	info, err := os.Stat(ks.path)
	if errors.Is(err, fs.ErrNotExist) {
		if ks.seen != nil {
			return ks.gone()
		}
		ks.looked.Store(time.Now().UnixNano())
		return nil
	}
	if err == nil && same(info, ks.seen) {
		ks.looked.Store(time.Now().UnixNano())
		return nil
	}
	c, info, err := readFile(ks.path)
	if err != nil {
		return err
	}
	u, err := ks.unlock(ctx, c, nil)
	if err != nil {
		return err
	}
	loaded, err := ks.load(ctx, u, c)
	if err != nil {
		return err
	}
	ks.install(u, loaded, info)
	return nil
}

// change changes what is in the file: reads it under the lock, has f change it,
// and writes it.
func (ks *Keystore) change(ctx context.Context, f func(*unlocked, *contents) error) error {
	if err := ks.take(ctx); err != nil {
		return err
	}
	defer ks.leave()
	// A person who thinks about a passphrase does not hold the lock.
	var passphrase []byte
	if ks.unlocked == nil {
		var err error
		if passphrase, err = ks.askPassphrase(ctx); err != nil {
			return err
		}
		defer clear(passphrase)
	}
	unlock, err := lockFile(ctx, ks.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()

	c, _, err := readFile(ks.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && ks.seen != nil:
		return ks.gone()
	case errors.Is(err, fs.ErrNotExist):
		c = newContents(ks.cost)
	case err != nil:
		return err
	}
	u, err := ks.unlock(ctx, c, passphrase)
	if err != nil {
		return err
	}
	if err := f(u, c); err != nil {
		return err
	}
	u.sign(c)
	loaded, err := ks.load(ctx, u, c) // what cannot be read again is not written
	if err != nil {
		return err
	}
	info, err := writeFile(ctx, ks.path, c)
	if err != nil {
		return err
	}
	ks.install(u, loaded, info)
	return nil
}

// unlock returns the keys that contents are protected with, and checks that they
// are. The passphrase is asked for if it is needed and nil.
func (ks *Keystore) unlock(ctx context.Context, c *contents, passphrase []byte) (*unlocked, error) {
	u := ks.unlocked
	if u == nil {
		if passphrase == nil {
			var err error
			if passphrase, err = ks.askPassphrase(ctx); err != nil {
				return nil, err
			}
			defer clear(passphrase)
		}
		var err error
		if u, err = c.KDF.unlock(passphrase); err != nil {
			return nil, err
		}
	} else if u.kdf != c.KDF {
		return nil, &hsm.Error{Err: hsm.ErrUnavailable, Hint: "the keystore was made anew by another program; open it again"}
	}
	if c.MAC == "" {
		return u, nil // new: no file without it is read
	}
	return u, u.verify(c)
}

// load returns the keys of contents. Those that are in memory already are not
// deciphered again.
func (ks *Keystore) load(ctx context.Context, u *unlocked, c *contents) (map[string]*key, error) {
	loaded := make(map[string]*key, len(c.Keys))
	for _, e := range c.Keys {
		if k, err := ks.find(e.Label); err == nil && k.block == e.Block {
			loaded[e.Label] = k
			continue
		}
		k, err := u.open(ctx, e)
		if err != nil {
			return nil, err
		}
		loaded[e.Label] = k
	}
	return loaded, nil
}

// install makes the loaded keys those of the device, beside the ephemeral ones.
func (ks *Keystore) install(u *unlocked, loaded map[string]*key, info os.FileInfo) {
	ks.unlocked, ks.seen = u, info
	ks.looked.Store(time.Now().UnixNano())
	ks.mu.Lock()
	defer ks.mu.Unlock()
	if ks.closed {
		return
	}
	for label, k := range ks.keys {
		if k.block == "" {
			loaded[label] = k
		}
	}
	ks.keys = loaded
}

func (ks *Keystore) gone() error {
	return &hsm.Error{Err: hsm.ErrUnavailable, Hint: "the file of the keystore was removed while it was open"}
}

// askPassphrase asks for the passphrase of the file there is, or of a new one.
func (ks *Keystore) askPassphrase(ctx context.Context) ([]byte, error) {
	if ks.ask == nil {
		return nil, ErrNoPassphrase
	}
	_, err := os.Stat(ks.path)
	passphrase, err := ks.ask(ctx, ks.path, errors.Is(err, fs.ErrNotExist))
	if err != nil {
		return nil, err
	}
	if len(passphrase) == 0 {
		return nil, ErrNoPassphrase
	}
	return passphrase, ctx.Err()
}

// same reports whether a file is the one that was read.
func same(a, b os.FileInfo) bool {
	return b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && a.Mode() == b.Mode()
}
