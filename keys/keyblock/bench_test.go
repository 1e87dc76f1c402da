package keyblock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func benchmarkUnwrap(b *testing.B, version byte, kbpk keys.Algorithm) {
	k := testKey(b, kbpk, keys.UsageKBPK)
	block, err := keyblock.Wrap(b.Context(), k, pinHeader(version), testKey(b, keys.TDES2, keys.UsagePIN), keyblock.AllowVariantBinding())
	require.NoError(b, err)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keyblock.Unwrap(ctx, k, block); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrapB(b *testing.B) { benchmarkUnwrap(b, 'B', keys.TDES2) }
func BenchmarkUnwrapC(b *testing.B) { benchmarkUnwrap(b, 'C', keys.TDES2) }
func BenchmarkUnwrapD(b *testing.B) { benchmarkUnwrap(b, 'D', keys.AES128) }

// BenchmarkUnwrapKeyD also makes a key of what was unwrapped.
func BenchmarkUnwrapKeyD(b *testing.B) {
	k := testKey(b, keys.AES128, keys.UsageKBPK)
	block, err := keyblock.Wrap(b.Context(), k, pinHeader('D'), testKey(b, keys.AES128, keys.UsagePIN))
	require.NoError(b, err)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		u, err := keyblock.Unwrap(ctx, k, block)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := u.Key(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrapD(b *testing.B) {
	k, key := testKey(b, keys.AES128, keys.UsageKBPK), testKey(b, keys.AES128, keys.UsagePIN)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keyblock.Wrap(ctx, k, pinHeader('D'), key); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseHeader(b *testing.B) {
	const header = "D0048P0TE00N0200KS1800604B120F9292800000PB080000"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keyblock.ParseHeader(header); err != nil {
			b.Fatal(err)
		}
	}
}
