package testvectors

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

const (
	refusedKey notRun = "a key that is refused is not put on a device"
	oddHeader  notRun = "a device takes key blocks whose header X9.143 allows, of keys that it has a use for"
)

// unwrapOn has the device take the key of a key block, under a protection key that
// is on it, and compares the check value: the device does not give the key away.
func unwrapOn(ctx context.Context, b *bench, _ *Vector, in unwrapIn, want *keyIn) (keyIn, error) {
	h, err := keyblock.ParseHeader(in.KeyBlock)
	if err != nil {
		return keyIn{}, foundBefore
	}
	kbpk, err := protectionKey(h, in.KBPK)
	if err != nil {
		return keyIn{}, refusedKey
	}
	if h.Check() != nil {
		return keyIn{}, oddHeader
	}
	var inside keys.Key
	if want != nil {
		if inside, err = blockKey(h, want.Key); err != nil {
			return keyIn{}, oddHeader
		}
	}
	label, _, err := b.load(ctx, kbpk)
	if err != nil {
		return keyIn{}, err
	}
	name := "pinion-vectors-" + rand.Text()
	b.labels = append(b.labels, name)
	info, _, err := b.front.ImportKeyBlock(ctx, hsm.KeyBlockImport{
		Block: in.KeyBlock, KBPK: label,
		Spec: hsm.KeySpec{Label: name, Ephemeral: true},
	})
	if errors.Is(err, keyblock.ErrOpaqueKBPK) {
		return keyIn{}, notRun(err.Error())
	}
	if err != nil || want == nil {
		return keyIn{}, cannot(err)
	}
	if info.KCV != inside.KCV() || info.Usage != h.Usage || info.Algorithm != inside.Algorithm() {
		return keyIn{}, fmt.Errorf("the device has a key %v of usage %s and check value %s, want %v, %s, %s",
			info.Algorithm, info.Usage, info.KCV, inside.Algorithm(), h.Usage, inside.KCV())
	}
	return *want, nil
}

// protectionKey returns the KBPK as a key that a device may have.
func protectionKey(h keyblock.Header, text string) (keys.Key, error) {
	if h.Version == 'D' || h.Version == 'E' {
		return cleartext.ParseAES(text, keys.UsageKBPK)
	}
	return cleartext.ParseTDES(text, keys.UsageKBPK)
}

// blockKey returns the key that is expected in a block as a key that a device may
// have.
func blockKey(h keyblock.Header, text string) (keys.Key, error) {
	switch h.Algorithm {
	case 'A':
		return cleartext.ParseAES(text, h.Usage)
	case 'T':
		return cleartext.ParseTDES(text, h.Usage)
	}
	return keys.Key{}, keys.ErrAlgorithm
}
