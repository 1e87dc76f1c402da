package dukpt_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.TDES2, keys.AES256} {
		tx := transaction(t, a)
		secrettest.NeverPrints(t, intermediate.TransactionKey(tx), tx)
		mac, err := tx.MACKey(dukpt.MACRequest, a)
		require.NoError(t, err)
		k, err := tx.WorkingKey(dukpt.MACRequest, a)
		require.NoError(t, err)
		secrettest.NeverPrints(t, cleartext.Bytes(k), mac)
		data, err := tx.DataKey(dukpt.DataRequest, a)
		require.NoError(t, err)
		k, err = tx.WorkingKey(dukpt.DataRequest, a)
		require.NoError(t, err)
		secrettest.NeverPrints(t, cleartext.Bytes(k), data)
	}
	h, err := transaction(t, keys.AES256).HMACKey(dukpt.MACRequest, dukpt.HMAC256)
	require.NoError(t, err)
	secrettest.NeverPrints(t, intermediate.HMACKey(h), h)

	bdk, ksn := root(t, keys.TDES2)
	ksn = withCounter(t, ksn, 1)
	column, _, err := dukpt.PINKeys(bdk, []dukpt.KSN{ksn, ksn})
	require.NoError(t, err)
	pin, err := dukpt.PINKey(bdk, ksn)
	require.NoError(t, err)
	secrettest.NeverPrints(t, cleartext.Bytes(pin), column)

	// A terminal that is about to have the transaction: its key is in a register.
	ik, ksn := initial(t, keys.TDES2)
	terminal, err := dukpt.NewTerminal(ik, ksn)
	require.NoError(t, err)
	first, err := dukpt.Derive(ik, withCounter(t, ksn, 1))
	require.NoError(t, err)
	secrettest.NeverPrints(t, intermediate.TransactionKey(first), terminal)
}

func TestShown(t *testing.T) {
	t.Parallel()
	ik, ksn := initial(t, keys.TDES2)
	terminal, err := dukpt.NewTerminal(ik, ksn)
	require.NoError(t, err)
	for _, v := range []any{transaction(t, keys.TDES2), dukpt.MACKey{}, dukpt.DataKey{}, dukpt.HMACKey{}, new(dukpt.KeyColumn), terminal} {
		require.Equal(t, "[DUKPT key]", fmt.Sprint(v))
		require.Equal(t, "[DUKPT key]", fmt.Sprintf("%#v", v))
		_, err := json.Marshal(v)
		require.ErrorContains(t, err, "cannot be marshalled", "%T", v)
		_, err = json.Marshal(struct{ V any }{v})
		require.ErrorContains(t, err, "cannot be marshalled", "%T", v)
	}
	require.Error(t, json.Unmarshal([]byte(`"00"`), new(dukpt.Transaction)))
}
