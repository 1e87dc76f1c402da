package intermediate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// The first line of the published tables, X9.24-1:2009 annex A.
func ExampleTransactionKey() {
	bdk, _ := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageBDK)
	ksn, _ := dukpt.ParseKSN("FFFF9876543210E00001")
	tx, err := dukpt.Derive(bdk, ksn)
	fmt.Printf("%X %v\n", intermediate.TransactionKey(tx), err)
	// Output: 042666B49184CFA368DE9628D0397BC9 <nil>
}

func TestCopies(t *testing.T) {
	t.Parallel()
	bdk, err := cleartext.ParseAES("FEDCBA9876543210F1F1F1F1F1F1F1F1", keys.UsageBDK)
	require.NoError(t, err)
	ksn, err := dukpt.ParseKSN("123456789012345600000001")
	require.NoError(t, err)
	tx, err := dukpt.Derive(bdk, ksn)
	require.NoError(t, err)
	h, err := tx.HMACKey(dukpt.MACBoth, dukpt.HMAC128)
	require.NoError(t, err)
	for _, read := range []func() []byte{
		func() []byte { return intermediate.TransactionKey(tx) },
		func() []byte { return intermediate.HMACKey(h) },
	} {
		first := read()
		want := string(first)
		clear(first)
		require.Equal(t, want, string(read()), "what the caller clears is the caller's")
	}
}
