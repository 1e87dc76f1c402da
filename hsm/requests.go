package hsm

import (
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// PINKey names the key that enciphers a PIN block, and the block's format.
type PINKey struct {
	Key    string // reference: a label on a token
	Format pinblock.Format

	// KSN is set where Key is a base derivation key (usage B0) or a terminal's
	// initial key (B1): the block is under the PIN key of that transaction.
	KSN dukpt.KSN
	// Algorithm is that of the PIN key under AES DUKPT. Zero is the usual one: the
	// BDK's own for ISO-4, TDES2 for the formats of 8 bytes.
	Algorithm keys.Algorithm
}

// Translation asks for a PIN block under another key and, if the formats
// differ, in another format. There is one PAN, so it cannot change.
type Translation struct {
	Block []byte
	PAN   pinblock.PAN // may be zero where neither format binds it
	From  PINKey
	To    PINKey
	// ToChipCard says that the block goes to a chip card, the only place that
	// some policies let ISO-2 go.
	ToChipCard bool
}

// Verification asks whether the PIN in a block is the one of a reference value.
type Verification struct {
	Block     []byte
	PAN       pinblock.PAN
	From      PINKey
	Method    pinverify.Method
	MethodKey string // reference of its PVK, or of the key of the stored block
	Reference []byte // PVV or offset as digits, or the stored block
}

// Reference asks for the reference value (PVV, offset, stored block) of the PIN
// in a block.
type Reference struct {
	Block     []byte
	PAN       pinblock.PAN
	From      PINKey
	Method    pinverify.Method
	MethodKey string
	Rules     pinverify.Rules // which PINs have one; zero is any
}

// Change asks for the reference value of a new PIN, if the current one is right.
type Change struct {
	PAN       pinblock.PAN
	Current   []byte    // block of the current PIN
	From      PINKey    // key and format of both blocks
	New       []byte    // block of the new PIN
	NewKSN    dukpt.KSN // of the new PIN's block, if it is not From.KSN
	Method    pinverify.Method
	MethodKey string
	Reference []byte          // of the current PIN
	Rules     pinverify.Rules // for the new PIN; zero is any
}

// Generation asks for a random PIN.
type Generation struct {
	PAN       pinblock.PAN
	Length    int // digits, 4 to 12; 0 means 4, or the fewest that the rules take
	To        PINKey
	Method    pinverify.Method // may be nil
	MethodKey string
	Rules     pinverify.Rules // for what is drawn; zero is any
}

// Generated is a PIN that was drawn: its block, and its reference value if a
// method was named.
type Generated struct {
	Block     []byte
	Reference []byte
}

// KeyBlockExport asks for a key of the device as an X9.143 key block. The block can
// say less than what the key may do, and never more.
type KeyBlockExport struct {
	Key           string // its reference
	KBPK          string // reference of the key that protects the block
	Version       byte   // 0: 'D' under an AES key, 'B' under a TDES key
	Mode          byte   // mode of use, 0: the key's own
	Exportability byte   // 'E', 'N' or 'S', 0: 'E'
}

// KeyBlockImport asks for the key in an X9.143 key block to be put on the device.
type KeyBlockImport struct {
	Block string
	KBPK  string  // reference of the key that protects the block
	Spec  KeySpec // of the key; algorithm and usage are zero, or those in the block
}
