//go:build cgo && unix

package pkcs11_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	softdevice "github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// FuzzOnToken has a token and the software do the same with blocks of any content:
// what comes of it is the same, except that a token does not see digits above 9.
func FuzzOnToken(f *testing.F) {
	f.Add([]byte("\x04\x12\x34\xff\xff\xff\xff\xff"), byte(0), byte(1), "4111111111111111")
	f.Add([]byte("\x0c\x12\x34\x56\x78\x90\x12\xff"), byte(0), byte(3), "4012345678909")
	f.Add([]byte("\x15\x12\x34\x5f\x00\x13\x57\x9b"), byte(1), byte(2), "4012345678909")
	f.Add([]byte("\x37\x12\x34\x56\x7a\xfb\xec\xda"), byte(2), byte(0), "4012345678909012345")
	f.Add([]byte("\x37\x12\x34\x56\x7a\xfb\xec\x9a"), byte(2), byte(0), "4012345678909012345")
	f.Add([]byte("\x45\x12\x34\x5a\xaa\xaa\xaa\xaaanything"), byte(3), byte(3), "40123456789090123")
	f.Add([]byte("\x45\x12\x34\x5a\xaa\xab\xaa\xaaanything"), byte(3), byte(1), "40123456789090123")
	f.Add([]byte("\x04\x12\xb4\xff\xff\xff\xff\xff"), byte(0), byte(1), "4111111111111111")
	l := nssLibrary(f)
	s := newStand(f, l, func() pkcs11.Config { return l.config })
	other := hsm.New(softdevice.New(), hsm.WithPolicy(hsm.PolicyOpen()), hsm.AllowInProcess())
	for _, k := range standKeys {
		_, err := other.ImportKey(f.Context(), hsm.KeySpec{Label: k.label, Algorithm: k.alg, Usage: k.usage}, s.soft[k.label])
		require.NoError(f, err)
	}
	f.Fuzz(func(t *testing.T, content []byte, from, to byte, pan string) {
		in, out := tokenFormats[from%4], tokenFormats[to%4]
		p, err := pinblock.ParsePAN(pan)
		if err != nil || len(content) != in.BlockSize() || p.Len() < in.MinPANLength() || p.Len() < out.MinPANLength() || p.Len() < 13 {
			return
		}
		own := *s
		own.t = t
		c := text{pan: clear.PANDigits(p)}
		source, target := own.key(in), own.key(out)
		if in.BlockSize() == 8 && in != pinblock.ISO1 { // the field is what is given
			content = xorBytes(content, own.panBytes(c))
		}
		_, bad := clear.Decode(in, content, p, nil)
		block := own.enciphered(source, content, c)
		unseen := false // there are digits above 9, and nothing else is wrong
		var told *clear.Error
		if errors.As(bad, &told) {
			unseen = len(told.Reasons()) == 1 && told.Reasons()[0] == "pin-digits"
		}

		tr := hsm.Translation{Block: block, PAN: p, From: source, To: target}
		translated, err := own.hsm.TranslatePIN(t.Context(), tr)
		expected, want := other.TranslatePIN(t.Context(), tr)
		if unseen {
			require.ErrorIs(t, want, hsm.ErrBlock)
			require.NoError(t, err)
			_, err := clear.Open(t.Context(), own.software(target), out, translated, p, nil)
			require.ErrorAs(t, err, &told)
			require.Equal(t, []string{"pin-digits"}, told.Reasons(), "nothing else has become wrong")
			return
		}
		require.Equal(t, hsm.Outcome(want), hsm.Outcome(err), "%v and %v", want, err)
		if want == nil {
			require.Equal(t, own.pinIn(target, expected, p), own.pinIn(target, translated, p))
		}
		for _, m := range []pinverify.Method{visa, stored(out)} {
			key := "pvk"
			if m.Name() != visa.Name() {
				key = target.Key
			}
			r := hsm.Reference{Block: block, PAN: p, From: source, Method: m, MethodKey: key}
			reference, err := own.hsm.PINReference(t.Context(), r)
			expected, want := other.PINReference(t.Context(), r)
			require.Equal(t, hsm.Outcome(want), hsm.Outcome(err))
			if want != nil {
				reference = make([]byte, 8)
			} else if m.Name() == visa.Name() {
				require.Equal(t, expected, reference)
			}
			v := hsm.Verification{Block: block, PAN: p, From: source, Method: m, MethodKey: key, Reference: reference}
			require.Equal(t, hsm.Outcome(other.VerifyPIN(t.Context(), v)), hsm.Outcome(own.hsm.VerifyPIN(t.Context(), v)))
			v.Reference = append([]byte{reference[0] ^ 1}, reference[1:]...)
			if m.Name() == visa.Name() || own.opens(target, v.Reference, p) { // else it may have digits above 9
				require.Equal(t, hsm.Outcome(other.VerifyPIN(t.Context(), v)), hsm.Outcome(own.hsm.VerifyPIN(t.Context(), v)))
			}
		}
	})
}

// pinIn returns the digits in a block.
func (s *stand) pinIn(k hsm.PINKey, block []byte, pan pinblock.PAN) string {
	s.t.Helper()
	pin, err := pinblock.Open(s.t.Context(), s.software(k), k.Format, block, pan)
	require.NoError(s.t, err)
	return clear.Digits(pin)
}

// opens reports whether a token and the software are of one mind about a block.
func (s *stand) opens(k hsm.PINKey, block []byte, pan pinblock.PAN) bool {
	_, err := clear.Open(s.t.Context(), s.software(k), k.Format, block, pan, nil)
	var told *clear.Error
	return !errors.As(err, &told) || len(told.Reasons()) > 1 || told.Reasons()[0] != "pin-digits"
}
