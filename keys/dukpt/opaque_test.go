package dukpt_test

import (
	"context"
	"crypto/aes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// Software keys are opaque encipherers too.
var _ dukpt.Encrypter = keys.Key{}

func TestInitialKeyOpaque(t *testing.T) {
	t.Parallel()
	for a := range rootHex {
		bdk, _ := root(t, a)
		want, ksn := initial(t, a)
		var got keys.Key
		var err error
		if a == keys.TDES2 {
			variant, e := dukpt.BaseKeyVariant(bdk)
			require.NoError(t, e)
			require.Equal(t, keys.UsageBaseKeyVariant, variant.Usage())
			require.Equal(t, xor(cleartext.Bytes(bdk), naiveMask), cleartext.Bytes(variant))
			got, err = dukpt.InitialKeyTDES(t.Context(), dukpt.TDESBDK{Key: bdk, Variant: variant}, ksn)
		} else {
			got, err = dukpt.InitialKeyAES(t.Context(), bdk, a, ksn)
		}
		require.NoError(t, err)
		require.True(t, want.Equal(got), a)
		require.Equal(t, keys.UsageInitialKey, got.Usage())
	}
}

// broken is a device that fails.
type broken struct {
	size int
	err  error
}

func (b broken) BlockSize() int                                   { return b.size }
func (b broken) Encrypt(_ context.Context, dst, src []byte) error { return b.err }

func TestInitialKeyOpaqueErrors(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	tdes, tdesKSN := root(t, keys.TDES2)
	key, aesKSN := root(t, keys.AES128)
	lost := errors.New("device lost")

	for name, c := range map[string]struct {
		bdk  dukpt.Encrypter
		a    keys.Algorithm
		ksn  dukpt.KSN
		want error
	}{
		"no KSN":         {key, keys.AES128, dukpt.KSN{}, dukpt.ErrKSN},
		"TDES KSN":       {key, keys.AES128, tdesKSN, dukpt.ErrScheme},
		"TDES key":       {tdes, keys.AES128, aesKSN, dukpt.ErrScheme},
		"TDES algorithm": {key, keys.TDES2, aesKSN, dukpt.ErrAlgorithm},
		"no algorithm":   {key, 0, aesKSN, dukpt.ErrAlgorithm},
		"device":         {broken{16, lost}, keys.AES256, aesKSN, lost},
	} {
		_, err := dukpt.InitialKeyAES(ctx, c.bdk, c.a, c.ksn)
		require.ErrorIs(t, err, c.want, name)
	}
	for name, c := range map[string]struct {
		bdk  dukpt.TDESBDK
		ksn  dukpt.KSN
		want error
	}{
		"no KSN":      {dukpt.TDESBDK{Key: tdes, Variant: tdes}, dukpt.KSN{}, dukpt.ErrKSN},
		"AES KSN":     {dukpt.TDESBDK{Key: tdes, Variant: tdes}, aesKSN, dukpt.ErrScheme},
		"AES key":     {dukpt.TDESBDK{Key: key, Variant: tdes}, tdesKSN, dukpt.ErrScheme},
		"AES variant": {dukpt.TDESBDK{Key: tdes, Variant: key}, tdesKSN, dukpt.ErrScheme},
		"device":      {dukpt.TDESBDK{Key: tdes, Variant: broken{8, lost}}, tdesKSN, lost},
		"same key":    {dukpt.TDESBDK{Key: tdes, Variant: tdes}, tdesKSN, keys.ErrWeak},
		"no key":      {dukpt.TDESBDK{Variant: tdes}, tdesKSN, keys.ErrZeroKey},
		"no variant":  {dukpt.TDESBDK{Key: tdes}, tdesKSN, keys.ErrZeroKey},
	} {
		_, err := dukpt.InitialKeyTDES(ctx, c.bdk, c.ksn)
		require.ErrorIs(t, err, c.want, name)
	}
}

func TestBaseKeyVariantErrors(t *testing.T) {
	t.Parallel()
	bdk, _ := root(t, keys.TDES2)
	aes, _ := root(t, keys.AES128)
	ik, _ := initial(t, keys.TDES2)
	variant, err := dukpt.BaseKeyVariant(bdk)
	require.NoError(t, err)
	for want, k := range map[error]keys.Key{keys.ErrZeroKey: {}, keys.ErrUsage: ik, keys.ErrKeySize: aes} {
		_, err := dukpt.BaseKeyVariant(k)
		require.ErrorIs(t, err, want)
	}
	_, err = dukpt.BaseKeyVariant(variant)
	require.ErrorIs(t, err, keys.ErrUsage, "a variant of a variant is the BDK again")
}

// Whoever follows the steps with a cipher comes to the working key.
func TestSteps(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 9))
	for i := range 200 {
		a := aesAlgorithms[i%3]
		to := []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, a}[i%4]
		p := allPurposes[i%len(allPurposes)]
		raw, ksn := random(t, r, a)
		bdk, err := cleartext.New(a, keys.UsageBDK, raw)
		require.NoError(t, err)
		steps, err := dukpt.Steps(a, ksn, p, to)
		require.NoError(t, err)
		at := raw
		for _, s := range steps {
			c, err := aes.NewCipher(at)
			require.NoError(t, err)
			next := make([]byte, len(s.Data))
			for j := 0; j < len(next); j += aes.BlockSize {
				c.Encrypt(next[j:], s.Data[j:])
			}
			at = next[:s.Algorithm.KeySize()]
		}
		want, err := dukpt.WorkingKey(bdk, ksn, p, to)
		require.NoError(t, err)
		require.Equal(t, cleartext.Bytes(want), at)
		first, last := steps[0], steps[len(steps)-1]
		require.Equal(t, keys.UsageInitialKey, first.Usage)
		require.Equal(t, a, first.Algorithm)
		require.Equal(t, want.Usage(), last.Usage)
		require.Equal(t, to, last.Algorithm)
		for _, s := range steps[1 : len(steps)-1] {
			require.Empty(t, s.Usage)
			require.Equal(t, a, s.Algorithm)
		}
	}
}

func TestStepsErrors(t *testing.T) {
	t.Parallel()
	ksn := parseKSN(t, "123456789012345600000001")
	for name, c := range map[string]struct {
		bdk  keys.Algorithm
		ksn  dukpt.KSN
		p    dukpt.Purpose
		a    keys.Algorithm
		want error
	}{
		"no KSN":    {keys.AES128, dukpt.KSN{}, dukpt.PIN, keys.AES128, dukpt.ErrKSN},
		"TDES KSN":  {keys.AES128, parseKSN(t, "FFFF9876543210E00001"), dukpt.PIN, keys.AES128, dukpt.ErrScheme},
		"TDES BDK":  {keys.TDES2, ksn, dukpt.PIN, keys.TDES2, dukpt.ErrScheme},
		"no BDK":    {0, ksn, dukpt.PIN, keys.AES128, dukpt.ErrScheme},
		"counter":   {keys.AES128, withCounter(t, ksn, 0), dukpt.PIN, keys.AES128, dukpt.ErrCounterZero},
		"purpose":   {keys.AES128, ksn, 0, keys.AES128, dukpt.ErrPurpose},
		"algorithm": {keys.AES128, ksn, dukpt.PIN, 0, dukpt.ErrAlgorithm},
		"stronger":  {keys.AES128, ksn, dukpt.PIN, keys.AES256, dukpt.ErrStrength},
	} {
		_, err := dukpt.Steps(c.bdk, c.ksn, c.p, c.a)
		require.ErrorIs(t, err, c.want, name)
	}
}
