package pinverify_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

type methodCase struct {
	method pinverify.Method
	name   string
	usage  keys.Usage
	pin    string
	length int // of a reference; 0 without one, -1 where it depends on the PIN
}

func methodCases() []methodCase {
	table, v := pinverify.StandardTable(), pinverify.ValidationFromPAN(0, 16, 0xf)
	return []methodCase{
		{pinverify.VisaPVV{Index: 1}, "visa-pvv", "V2", "1234", 4},
		{pinverify.VisaPVV{Index: 6}, "visa-pvv", "V2", "9071", 4},
		{pinverify.VisaPVV{AllowIndex0: true}, "visa-pvv", "V2", "4321", 4},
		{pinverify.IBM3624{Table: table, Validation: v}, "ibm-3624", "V1", "1234", -1},
		{pinverify.IBM3624{Table: table, Validation: v}, "ibm-3624", "V1", "907153", -1},
		{pinverify.IBM3624{Table: table, Validation: v}, "ibm-3624", "V1", "123456789012", -1},
		{pinverify.IBM3624{Table: table, Validation: v, CheckLength: 4}, "ibm-3624", "V1", "1234", 4},
		{pinverify.IBM3624{Table: table, Validation: v, CheckLength: 12}, "ibm-3624", "V1", "123456789012", 12},
		{pinverify.GBP{Table: table, Validation: v}, "gbp", "V0", "1234", 4},
		{pinverify.GBP{Table: table, Validation: v}, "gbp", "V0", "9999", 4},
		{pinverify.NL1{Table: table, Validation: v}, "nl-pin-1", "V0", "0007", 4},
		{pinverify.Interbank{Index: 2, ValidationDigits: "000"}, "interbank", "V0", "", 0},
		{pinverify.StoredBlock{Format: pinblock.ISO4}, "stored-block", "P0", "123456", 16},
		{pinverify.StoredBlock{Format: pinblock.ISO3}, "stored-block", "P0", "1234", 8},
	}
}

func (c methodCase) key(t *testing.T) keys.Key {
	t.Helper()
	if m, ok := c.method.(pinverify.StoredBlock); ok && m.Format == pinblock.ISO4 {
		k, err := cleartext.ParseAES(testKey, c.usage)
		require.NoError(t, err)
		return k
	}
	return mustKey(t, testKey, c.usage)
}

// reference returns a PIN of the method and its reference value.
func (c methodCase) reference(t *testing.T, key pinblock.Encrypter, pan pinblock.PAN) (string, []byte) {
	t.Helper()
	if m, ok := c.method.(pinverify.Interbank); ok {
		pin, err := m.PIN(t.Context(), key, pan)
		require.NoError(t, err)
		return clear.Digits(pin), nil
	}
	r, err := c.method.(pinverify.Referencer).Reference(t.Context(), key, mustPIN(t, c.pin), pan)
	require.NoError(t, err)
	return c.pin, r
}

func TestMethods(t *testing.T) {
	t.Parallel()
	for _, c := range methodCases() {
		t.Run(c.name+"/"+c.pin, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.name, c.method.Name())
			require.Equal(t, []keys.Usage{c.usage}, c.method.Usages())
			require.NoError(t, c.method.Check())

			key, pan := c.key(t), mustPAN(t, testPAN)
			pin, reference := c.reference(t, key, pan)
			if c.length >= 0 {
				require.Len(t, reference, c.length)
			} else {
				require.Len(t, reference, len(pin))
			}
			verify := func(pin string, pan pinblock.PAN) error {
				return c.method.Verify(t.Context(), key, mustPIN(t, pin), pan, reference)
			}
			require.NoError(t, verify(pin, pan))
			for _, wrong := range changes(pin) {
				require.Equal(t, pinverify.ErrWrongPIN, verify(wrong, pan), wrong)
			}
			if len(pin) > 4 {
				require.Equal(t, pinverify.ErrWrongPIN, verify(pin[:len(pin)-1], pan))
			}
			if c.name != "visa-pvv" {
				require.Equal(t, pinverify.ErrWrongPIN, verify(pin+"0", pan))
			}
			for _, invalid := range []pinblock.PIN{{}, mustPIN(t, ""), mustPIN(t, "123")} {
				err := c.method.Verify(t.Context(), key, invalid, pan, reference)
				require.ErrorIs(t, err, pinverify.ErrPIN)
				if m, ok := c.method.(pinverify.Referencer); ok {
					_, err := m.Reference(t.Context(), key, invalid, pan)
					require.ErrorIs(t, err, pinverify.ErrPIN)
				}
			}
		})
	}
}

func TestMalformedReferences(t *testing.T) {
	t.Parallel()
	for _, c := range methodCases() {
		t.Run(c.name+"/"+c.pin, func(t *testing.T) {
			t.Parallel()
			key, pan := c.key(t), mustPAN(t, testPAN)
			pin, reference := c.reference(t, key, pan)
			bad := [][]byte{
				[]byte("123"), []byte("12345678901234567"), []byte("12a4"), []byte(" 123"), []byte(":000"), []byte("/000"),
				[]byte("\xb0\xb1\xb2\xb3"), []byte("\u0661\u0662"), make([]byte, 4), make([]byte, 7), make([]byte, 17),
			}
			if c.length != 0 {
				bad = append(bad, nil, []byte{})
			}
			if c.length > 0 {
				bad = append(bad, append([]byte("1"), reference...), reference[1:])
			}
			for _, r := range bad {
				err := c.method.Verify(t.Context(), key, mustPIN(t, pin), pan, r)
				require.ErrorIs(t, err, pinverify.ErrReference, "%q", r)
				require.NotErrorIs(t, err, pinverify.ErrWrongPIN)
			}
		})
	}
}

var errDevice = errors.New("device is gone")

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, c := range methodCases() {
		t.Run(c.name+"/"+c.pin, func(t *testing.T) {
			t.Parallel()
			key, pan := c.key(t), mustPAN(t, testPAN)
			pin, reference := c.reference(t, key, pan)
			other := pinblock.Encrypter(answer("01234567"))
			if key.BlockSize() == 8 {
				k, err := cleartext.ParseAES(testKey, c.usage)
				require.NoError(t, err)
				other = k
			}
			for _, k := range []pinblock.Encrypter{nil, other} {
				err := c.method.Verify(t.Context(), k, mustPIN(t, pin), pan, reference)
				require.ErrorIs(t, err, pinverify.ErrKey)
				if m, ok := c.method.(pinverify.Referencer); ok {
					_, err := m.Reference(t.Context(), k, mustPIN(t, pin), pan)
					require.ErrorIs(t, err, pinverify.ErrKey)
				}
			}
			broken := brokenKey{key.BlockSize()}
			err := c.method.Verify(t.Context(), broken, mustPIN(t, pin), pan, reference)
			require.ErrorIs(t, err, errDevice)
			require.NotErrorIs(t, err, pinverify.ErrWrongPIN)
		})
	}
}

type brokenKey struct{ size int }

func (k brokenKey) BlockSize() int                                { return k.size }
func (k brokenKey) Encrypt(context.Context, []byte, []byte) error { return errDevice }
func (k brokenKey) Decrypt(context.Context, []byte, []byte) error { return errDevice }

// The caller's context reaches the key.
func TestContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range methodCases() {
		size := c.key(t).BlockSize()
		_, reference := c.reference(t, c.key(t), mustPAN(t, testPAN))
		err := c.method.Verify(ctx, contextKey{size}, mustPIN(t, "1234"), mustPAN(t, testPAN), reference)
		require.ErrorIs(t, err, context.Canceled, c.name)
	}
}

type contextKey struct{ size int }

func (k contextKey) BlockSize() int                                        { return k.size }
func (k contextKey) Encrypt(ctx context.Context, _ []byte, _ []byte) error { return ctx.Err() }
func (k contextKey) Decrypt(ctx context.Context, _ []byte, _ []byte) error { return ctx.Err() }

// keeper keeps the slice that it was lent. This test does not run in parallel:
// another operation may take the same scratch.
type keeper struct{ lent []byte }

func (k *keeper) BlockSize() int { return 8 }

func (k *keeper) Encrypt(_ context.Context, dst, _ []byte) error {
	k.lent = dst
	return nil
}

func TestScratchIsWiped(t *testing.T) {
	var k keeper
	_, err := pinverify.VisaPVV{Index: 1}.Reference(t.Context(), &k, mustPIN(t, "1234"), mustPAN(t, testPAN))
	require.NoError(t, err)
	require.Equal(t, make([]byte, 8), k.lent)
}
