//go:build cgo

package pkcs11_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// aesVector is a vector of AES DUKPT. The operations have some of its members each.
type aesVector struct {
	ID, Op   string
	Inputs   struct{ BDK, KSN, Usage, Type, Block, PAN string }
	Expected struct{ Key, PIN string }
}

// aesVectors returns the vectors of one operation.
func aesVectors(t *testing.T, op string) []aesVector {
	t.Helper()
	text, err := os.ReadFile("../../testvectors/dukpt-aes.json")
	require.NoError(t, err)
	var file struct{ Vectors []aesVector }
	require.NoError(t, json.Unmarshal(text, &file))
	return slices.DeleteFunc(file.Vectors, func(v aesVector) bool { return v.Op != op })
}

// loadAESBDKs puts BDKs of all sizes on a device, labelled with their algorithms.
func loadAESBDKs(t *testing.T, d *pkcs11.Device) {
	t.Helper()
	for _, a := range algorithms[2:] {
		load(t, d, a.String(), aesBDK(t, a, keys.UsageBDK))
	}
}

// Every PIN key of the vectors comes out of the token's derivation as it should:
// the published tables, and what was derived from them.
func TestDeriveVectors(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	loadAESBDKs(t, d)
	before, done := objects(t, token), map[keys.Algorithm]int{}
	for _, v := range aesVectors(t, "dukpt.aes.working_key") {
		if v.Inputs.Usage != "pin" || v.Expected.Key == "" {
			continue
		}
		i := slices.IndexFunc(algorithms, func(a keys.Algorithm) bool {
			return a.BlockSize() == 16 && 2*a.KeySize() == len(v.Inputs.BDK)
		})
		bdk := algorithms[i]
		require.Equal(t, strings.ToUpper(cleartext.Hex(aesBDK(t, bdk, keys.UsageBDK))), v.Inputs.BDK, v.ID)
		a, err := keys.ParseAlgorithm(v.Inputs.Type)
		require.NoError(t, err, v.ID)
		raw, err := hex.DecodeString(v.Expected.Key)
		require.NoError(t, err)
		want, err := cleartext.New(a, keys.UsagePIN, raw)
		require.NoError(t, err, v.ID)

		k, err := d.DerivePINKey(t.Context(), find(t, d, bdk.String()), ksn(t, v.Inputs.KSN), a)
		require.NoError(t, err, v.ID)
		require.Equal(t, hsm.KeyInfo{Label: bdk.String(), Algorithm: a, Usage: keys.UsagePIN, Ephemeral: true}, *k.Info())
		require.Equal(t, want.KCV(), kcv(t, k.(cipher)), v.ID)
		done[bdk]++
	}
	require.Equal(t, map[keys.Algorithm]int{keys.AES128: 11, keys.AES192: 4, keys.AES256: 12}, done)
	require.Equal(t, before, objects(t, token))
}

// Every algorithm a PIN key may have, from the BDK and from the initial key, with
// nearly as many steps as there can be.
func TestDeriveEveryAlgorithm(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	serial := ksn(t, "1234567890123456FFFF0000")
	for _, bdk := range algorithms[2:] {
		b0 := aesBDK(t, bdk, keys.UsageBDK)
		b1, err := dukpt.InitialKey(b0, serial)
		require.NoError(t, err)
		load(t, d, "b0"+bdk.String(), b0)
		load(t, d, "b1"+bdk.String(), b1)
		before := objects(t, token)
		for _, a := range algorithms {
			want, wantErr := dukpt.WorkingKey(b0, serial, dukpt.PIN, a)
			for _, label := range []string{"b0" + bdk.String(), "b1" + bdk.String()} {
				k, err := d.DerivePINKey(t.Context(), find(t, d, label), serial, a)
				require.ErrorIs(t, err, wantErr, "%v from %v", a, label)
				if wantErr != nil {
					continue
				}
				in := []byte("sixteen or thirty two letters ..")[:2*a.BlockSize()]
				out := make([]byte, len(in))
				require.NoError(t, want.Encrypt(t.Context(), out, in))
				require.NoError(t, k.(cipher).Decrypt(t.Context(), out, out))
				require.Equal(t, in, out, "%v from %v", a, label)
				require.Equal(t, before, objects(t, token))
			}
		}
	}
}
