package soft

import (
	"context"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/scrypt"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

var (
	// ErrPassphrase is returned for a keystore that does not open: with another
	// passphrase it might, or something else has changed it. Nobody can tell which.
	ErrPassphrase = errors.New("hsm/soft: the keystore does not open: wrong passphrase, or the file was changed by something else")

	// ErrNoPassphrase is returned where a passphrase is needed and there is none, or
	// an empty one.
	ErrNoPassphrase = errors.New("hsm/soft: the keystore needs a passphrase, and none was given")
)

// kdf is how the keys of a keystore are made from its passphrase: scrypt, RFC
// 7914. It can be compared.
type kdf struct {
	Name string `json:"name"`
	N    int    `json:"n"`
	R    int    `json:"r"`
	P    int    `json:"p"`
	Salt string `json:"salt"` // hex
}

// usualCost takes 32 MiB and a tenth of a second.
var usualCost = kdf{Name: "scrypt", N: 1 << 15, R: 8, P: 1}

const (
	saltLength = 16
	keyLength  = 32

	// A file that somebody changed must not take all the memory there is, before
	// its authenticator can be looked at.
	maxMemory = 256 << 20
	maxP      = 16
)

// check returns an error for parameters that scrypt does not take, or that would
// take too much.
func (k *kdf) check() error {
	salt, err := hex.DecodeString(k.Salt)
	switch {
	case k.Name != "scrypt":
		return fmt.Errorf("%w: the kdf is not scrypt", ErrKeystore)
	case err != nil || len(salt) < saltLength || len(salt) > 64:
		return fmt.Errorf("%w: the salt is not 16 to 64 bytes in hex", ErrKeystore)
	case k.N < 2 || k.N&(k.N-1) != 0 || k.N > maxMemory/128, k.R < 1, k.R > maxMemory/128/k.N, k.P < 1, k.P > maxP:
		return fmt.Errorf("%w: the parameters of scrypt are wrong or too large (up to %d MiB, p up to %d)", ErrKeystore, maxMemory>>20, maxP)
	}
	return nil
}

// salted returns the parameters with a new salt.
func (k kdf) salted() kdf {
	salt := make([]byte, saltLength)
	rand.Read(salt) // never fails, see crypto/rand
	k.Salt = hex.EncodeToString(salt)
	return k
}

// unlocked is the keys that protect a keystore.
type unlocked struct {
	kdf  kdf
	kbpk keys.Key     // wraps each key
	mac  secret.Bytes // authenticates the whole file
}

// unlock derives the keys from the passphrase.
func (k kdf) unlock(passphrase []byte) (*unlocked, error) {
	if fips140.Enforced() {
		// and golang.org/x/crypto/pbkdf2 would panic
		return nil, errors.New("hsm/soft: keystores need scrypt, which GODEBUG=fips140=only does not allow")
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	salt, err := hex.DecodeString(k.Salt)
	if err != nil {
		return nil, ErrKeystore // it was checked
	}
	raw, err := scrypt.Key(passphrase, salt, k.N, k.R, k.P, 2*keyLength)
	if err != nil {
		return nil, fmt.Errorf("%w: the parameters of scrypt are wrong", ErrKeystore)
	}
	defer clear(raw)
	kbpk, err := keys.FromSecret(keys.AES256, keys.UsageKBPK, secret.New(raw[:keyLength]))
	if err != nil {
		return nil, err
	}
	return &unlocked{kdf: k, kbpk: kbpk, mac: secret.New(raw[keyLength:])}, nil
}

// sum authenticates contents: kdf, labels and blocks, in their order.
func (u *unlocked) sum(c *contents) []byte {
	var sum []byte
	secret.Lend(u.mac, func(raw []byte) {
		h := hmac.New(sha256.New, raw)
		h.Write(c.authenticated())
		sum = h.Sum(nil)
	})
	return sum
}

func (u *unlocked) sign(c *contents) { c.MAC = hex.EncodeToString(u.sum(c)) }

func (u *unlocked) verify(c *contents) error {
	mac, err := hex.DecodeString(c.MAC)
	if err != nil || !hmac.Equal(mac, u.sum(c)) {
		return ErrPassphrase
	}
	return nil
}

// seal returns a key as it is kept in the file.
func (u *unlocked) seal(ctx context.Context, k *key) (entry, error) {
	label, err := keyblock.NewLB(escape(k.info.Label))
	if err != nil {
		return entry{}, err
	}
	h := keyblock.Header{
		Version: 'D', Mode: k.terms.mode, Exportability: k.terms.exportability, KeyVersion: k.terms.keyVersion,
		Optional: append([]keyblock.OptionalBlock{label}, k.terms.optional...),
	}
	// A usage that X9.143 has for other algorithms only is no reason to lose a key.
	block, err := keyblock.Wrap(ctx, u.kbpk, h, k.Key, keyblock.AllowInconsistentHeader())
	if err != nil {
		return entry{}, err
	}
	return entry{Label: k.info.Label, Block: block}, nil
}

// open returns the key of an entry. The label in the block has to be that beside
// it, although the file as a whole is authentic.
func (u *unlocked) open(ctx context.Context, e entry) (*key, error) {
	un, err := keyblock.Unwrap(ctx, u.kbpk, e.Block)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // nothing is wrong with the file
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the block of key %q: %w", ErrKeystore, e.Label, err)
	}
	label, ok := un.Header.Block("LB")
	if !ok || label.Data != escape(e.Label) {
		return nil, fmt.Errorf("%w: the block beside label %q is of another key", ErrKeystore, e.Label)
	}
	k, err := un.Key()
	if err != nil {
		return nil, fmt.Errorf("%w: key %q: %w", ErrKeystore, e.Label, err)
	}
	made := newKey(specOf(e.Label, k), k)
	made.terms, made.block = ofHeader(un.Header), e.Block
	return made, nil
}

// escape returns a label as printable ASCII, which is what a block LB holds: every
// other byte, and %, as % and two hex digits.
func escape(label string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(label) {
		if c < ' ' || c > '~' || c == '%' {
			b.Write([]byte{'%', digits[c>>4], digits[c&0xf]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
