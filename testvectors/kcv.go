package testvectors

import (
	"context"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// Key check values.
func init() { define("kcv", kcv, kcvOn) }

type (
	kcvIn struct {
		Key    string  `json:"key"`
		Method string  `json:"method"`
		Length int     `json:"length"` // hex digits
		Data   *string `json:"data,omitempty"`
	}
	kcvOut struct {
		KCV string `json:"kcv"`
	}
)

// kcv works on the bytes of a key, also of one that is too weak to be used.
func kcv(_ context.Context, _ *Vector, in kcvIn) (kcvOut, error) {
	var c inputs
	method, err := in.method()
	if err != nil {
		return kcvOut{}, err
	}
	raw := c.block(in.Key)
	var data []byte
	if in.Data != nil {
		data = c.block(*in.Data)
	}
	if err := c.refused(); err != nil {
		return kcvOut{}, err
	}
	value, err := cleartext.KCV(raw, method, data, in.Length)
	return kcvOut{value}, err
}

// method returns the method. An unknown one is no refusal, but a wrong vector, and
// so is one with data that its method does not read.
func (in *kcvIn) method() (keys.KCVMethod, error) {
	m, err := keys.ParseKCVMethod(in.Method)
	if err != nil || m.String() != in.Method {
		return 0, unknown("method", in.Method)
	}
	overData := m == keys.AESCMAC || m == keys.TDESCMAC || m == keys.HMACSHA256
	if overData != (in.Data != nil) {
		return 0, errors.New("want data for the methods over data, and for no other")
	}
	return m, nil
}

// kcvOn compares with what the device says of the key: the usual method and
// length, of a key that it can hold.
func kcvOn(ctx context.Context, b *bench, _ *Vector, in kcvIn, want *kcvOut) (kcvOut, error) {
	method, err := in.method()
	if err != nil {
		return kcvOut{}, err
	}
	parse := cleartext.ParseAES[string]
	if strings.HasPrefix(in.Method, "tdes") {
		parse = cleartext.ParseTDES[string]
	}
	key, err := parse(in.Key, keys.UsagePIN)
	switch {
	case err != nil && want == nil:
		return kcvOut{}, err
	case err != nil:
		return kcvOut{}, notRun("a key that is refused is not put on a device")
	case method != keys.TDESECBZero && method != keys.AESCMACZero:
		return kcvOut{}, notRun("a device gives the usual check value only")
	}
	_, info, err := b.load(ctx, key)
	if err != nil {
		return kcvOut{}, err
	}
	if in.Length < 0 || in.Length > len(info.KCV) {
		return kcvOut{}, notRun("a device gives the usual check value only")
	}
	return kcvOut{info.KCV[:in.Length]}, nil
}
