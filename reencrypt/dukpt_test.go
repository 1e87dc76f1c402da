package reencrypt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestDUKPT takes blocks from terminals to a zone key, and to other terminals.
func TestDUKPT(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cs := cards(40)
	var in strings.Builder
	in.WriteString("id,pan,block,ksn,to_ksn\n")
	fresh := map[string]string{}
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	require.NoError(t, err)
	out, err := dukpt.ParseKSN("123456789012345600000001")
	require.NoError(t, err)
	for _, c := range cs {
		key, err := dukpt.PINKey(r.bdk, ksn)
		require.NoError(t, err)
		fmt.Fprintf(&in, "%s,%s,%s,%s,%s\n", c.id, c.pan, seal(t, key, pinblock.ISO0, c), ksn, out)
		fresh[c.id] = out.String()
		ksn, err = ksn.Next()
		require.NoError(t, err)
		out, err = out.Next()
		require.NoError(t, err)
	}
	fmt.Fprintf(&in, "a,4111111111111111,0011223344556677,,\nb,4111111111111111,0011223344556677,FFFF9876543210E00000,%s\n", out)
	fmt.Fprintf(&in, "c,4111111111111111,0011223344556677,123456789012345600000001,%s\n", out)
	from := hsm.PINKey{Key: "bdk", Format: pinblock.ISO0}

	o := r.options(t, write(t, "in.csv", strings.ReplaceAll(in.String(), "to_ksn", "other")))
	o.Job = reencrypt.Job{From: from, To: hsm.PINKey{Key: "zpk4", Format: pinblock.ISO4}}
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, map[reencrypt.Reason]int64{reencrypt.MissingKSN: 1, reencrypt.BadKSN: 2}, m.Reasons)
	require.Len(t, opens(t, r.zpk4, pinblock.ISO4, cs, rows(t, read(t, o.Out))[1:]), 40)

	o = r.options(t, write(t, "in.csv", in.String()))
	o.Job = reencrypt.Job{From: from, To: hsm.PINKey{Key: "bdk2", Format: pinblock.ISO4, Algorithm: keys.AES128}}
	m, err = reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 40, m.Translated)
	list := rows(t, read(t, o.Out))[1:]
	require.Len(t, list, 40)
	for i, row := range list {
		ksn, err := dukpt.ParseKSN(fresh[row[0]])
		require.NoError(t, err)
		key, err := dukpt.PINKey(r.bdk2, ksn)
		require.NoError(t, err)
		opens(t, key, pinblock.ISO4, cs, list[i:i+1])
	}

	o = r.options(t, o.In)
	o.Job = reencrypt.Job{From: from, Mode: reencrypt.Check}
	m, err = reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 40, m.Translated, "a check without an outgoing key")
}
