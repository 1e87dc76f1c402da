package hsm

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Device is what holds keys and works with them. Applications do not call it:
// they hold an [*HSM], which has checked everything that is not the device's
// alone to know before it calls.
//
// A device that can only encipher and decipher embeds [Arithmetic], which has
// the four PIN operations, and brings keys that are a [pinblock.Encrypter] and
// [pinblock.Decrypter]. What only some devices have is an interface of its own,
// asked for by assertion: [BatchTranslator], [Deriver], [BatchDeriver], [KeyManager],
// [KeyBlocks], [Adopter], [Pinger], [ThrowAway].
//
// PINReference and GeneratePIN hold to the Rules of their request: the PIN of a
// block is judged before its reference value is computed, and what was drawn
// before it is used. A device that cannot judge returns an error that wraps
// errors.ErrUnsupported if the Rules are not zero, and opens no block; it must not
// pass them over. A device that judges on its own gives the errors of
// [pinverify.Rules.Judge].
//
// All methods may be called from many goroutines at once. After Close they
// return [ErrClosed].
type Device interface {
	// Name says what the device is, like "soft" or "token issuer".
	Name() string

	// FindKey returns the key of a reference, or [ErrKeyNotFound].
	FindKey(ctx context.Context, ref string) (Key, error)

	// Exposure says where a clear PIN is while the device does some work, and, in
	// a few words, why it is not less exposed. It does not ask the device: keys bring
	// with them what they are good for. With the same formats and keys, an operation
	// is done the way that was said, or not at all.
	Exposure(w Work) (e Exposure, why string)

	TranslatePIN(ctx context.Context, t Translation, from, to Key) ([]byte, error)
	VerifyPIN(ctx context.Context, v Verification, from, method Key) error
	PINReference(ctx context.Context, r Reference, from, method Key) ([]byte, error)
	// GeneratePIN is called with a nil method key if no method is named.
	GeneratePIN(ctx context.Context, g Generation, to, method Key) (Generated, error)

	Close() error
}

// Key is a key on a device.
type Key interface {
	// Info returns what may be known of the key. The caller does not change it.
	Info() *KeyInfo
}

// KeyInfo is what may be known of a key.
type KeyInfo struct {
	Label     string
	Algorithm keys.Algorithm
	Usage     keys.Usage
	KCV       string // 6 hex digits, by the algorithm's usual method; empty if the device does not say
	Ephemeral bool   // gone when the device is closed
}

// KeySpec is what a new key is to be.
type KeySpec struct {
	Label     string
	Algorithm keys.Algorithm // of a key that is imported: zero, or its own
	Usage     keys.Usage     // of a key that is imported: "", or its own
	Ephemeral bool           // gone when the device is closed; nothing is left behind
}

// BatchTranslator is a device that translates many blocks in fewer calls.
type BatchTranslator interface {
	// TranslatePINs appends the new blocks to dst, one for each of the batch and in its
	// order. What is wrong with one block is told in faults, in order, and its place is
	// zeros; the error is for what concerns them all. All blocks are under from. The
	// parts of the batch fit each other; whether the PANs are long enough, the device
	// sees. Nothing of what it is given is touched after it returns, and what it returns
	// is the caller's.
	TranslatePINs(ctx context.Context, dst []byte, b Batch, from, to Key) (blocks []byte, faults []Fault, err error)
}

// Deriver is a device that derives the PIN keys of DUKPT. The key it returns is
// good for one call of the front, which may be a batch.
type Deriver interface {
	// DerivePINKey returns the PIN key, of the given algorithm, of the transaction
	// ksn under bdk, which has usage B0 or B1. The KSN was checked.
	DerivePINKey(ctx context.Context, bdk Key, ksn dukpt.KSN, a keys.Algorithm) (Key, error)
}

// BatchDeriver is a [Deriver] that derives the PIN keys of many transactions of TDES
// DUKPT at once, and translates batches under them.
type BatchDeriver interface {
	BatchTranslator
	// DerivePINKeys returns the PIN keys of the transactions ksns under bdk, a TDES2
	// key of usage B0 or B1, as one key: of a batch of as many blocks, each is under
	// that of its place. The KSNs were checked, and are 4,096 at most. If there is no
	// key for one of them, that is told in faults with the error of DerivePINKey, and
	// its block comes to nothing.
	DerivePINKeys(ctx context.Context, bdk Key, ksns []dukpt.KSN) (Key, []Fault, error)
}

// Releaser is a key that holds something of the device's until it is released,
// like a derived key that is an object on a token.
type Releaser interface{ Release() }

// KeyManager is a device on which keys can be made and removed. Labels are unique:
// making a second key of one is [ErrKeyExists]. Specs are complete, and were checked.
type KeyManager interface {
	// GenerateKey makes a random key.
	GenerateKey(ctx context.Context, s KeySpec) (KeyInfo, error)
	// ImportKey puts a software key on the device. Its bytes are in this process
	// already; how the device takes them is the device's affair.
	ImportKey(ctx context.Context, s KeySpec, k keys.Key) (KeyInfo, error)
	// ListKeys returns all keys, sorted by label.
	ListKeys(ctx context.Context) ([]KeyInfo, error)
	// DeleteKey removes a key for good, or returns [ErrKeyNotFound].
	DeleteKey(ctx context.Context, ref string) error
}

// Pinger is a device that can be asked whether it is there.
type Pinger interface {
	Ping(ctx context.Context) error
}

// ThrowAway is a device made for a test or a demonstration. It allows clear
// PINs in this process by itself.
type ThrowAway interface{ ThrowAway() bool }

// the keys of Arithmetic
type (
	encrypter = pinblock.Encrypter
	decrypter = pinblock.Decrypter
)
