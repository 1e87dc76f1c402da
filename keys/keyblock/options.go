package keyblock

import "github.com/pinion-hsm/pinion/internal/secret"

// Option changes what [Wrap] does or allows.
type Option func(*settings)

type settings struct {
	variantBinding bool
	weakKBPK       bool
	unchecked      bool
	showLength     bool
	padding        secret.Bytes // the zero Bytes: random
}

// AllowVariantBinding lets [Wrap] make blocks of versions A and C. Their keys are
// the KBPK with some bits flipped, and four bytes of CBC-MAC protect them; they
// are for receivers that have nothing newer.
func AllowVariantBinding() Option { return func(s *settings) { s.variantBinding = true } }

// AllowWeakerKBPK lets [Wrap] protect a key with a weaker one: AES or triple length
// TDES under double length TDES, AES-256 under AES-128. The key is then as
// strong as what protects it; PCI PIN does not allow it.
func AllowWeakerKBPK() Option { return func(s *settings) { s.weakKBPK = true } }

// AllowInconsistentHeader lets [Wrap] make blocks whose header fails
// [Header.Check], or says another algorithm than the length of the key, for
// receivers with rules of their own.
func AllowInconsistentHeader() Option { return func(s *settings) { s.unchecked = true } }

// ShowKeyLength makes the block as short as its key allows. Without it a TDES key
// takes the room of 24 bytes and an AES key that of 32, as X9.143 section 6.1 has
// it, so that nobody can tell a short key by its block.
func ShowKeyLength() Option { return func(s *settings) { s.showLength = true } }
