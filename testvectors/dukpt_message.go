package testvectors

import (
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// MACs and encipherment of the messages of one DUKPT transaction.
type (
	// messageIn has one of the two.
	messageIn struct {
		DataASCII *string `json:"data_ascii,omitempty"`
		Data      *string `json:"data,omitempty"`
	}
	macIn struct {
		bdkKSNIn
		messageIn
		Direction string `json:"direction"`
		Length    int    `json:"length"` // of the MAC, in bytes
	}
	cipherIn struct {
		bdkKSNIn
		messageIn
		Direction string  `json:"direction"`
		Mode      string  `json:"mode"`
		IV        *string `json:"iv,omitempty"`
		Padding   string  `json:"padding"`
	}
)

// message returns the bytes of a message.
func (in *messageIn) message(c *inputs) ([]byte, error) {
	switch {
	case in.DataASCII != nil && in.Data == nil:
		return []byte(*in.DataASCII), nil
	case in.Data != nil && in.DataASCII == nil:
		return c.block(*in.Data), nil
	}
	return nil, errors.New("want one of data_ascii and data")
}

// purpose returns what the MAC key is for.
func (in *macIn) purpose() (dukpt.Purpose, error) {
	return directed(in.Direction, dukpt.MACRequest, dukpt.MACResponse)
}

// cut cuts a MAC on its right. A vector that wants more than there is is wrong.
func (in *macIn) cut(mac []byte, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if in.Length < 1 || in.Length > len(mac) {
		return "", errors.New("length is not one that the MAC can have")
	}
	return upper(mac[:in.Length]), nil
}

// encipher enciphers the message with a key of that algorithm.
func (in *cipherIn) encipher(c *inputs, bdk keys.Key, ksn dukpt.KSN, a keys.Algorithm) (string, error) {
	p, err := directed(in.Direction, dukpt.DataRequest, dukpt.DataResponse)
	if err != nil {
		return "", err
	}
	msg, err := in.message(c)
	if err != nil {
		return "", err
	}
	if (in.Mode == "CBC") != (in.IV != nil) {
		return "", errors.New("want iv for CBC, and for no other mode")
	}
	var iv []byte
	if in.IV != nil {
		iv = c.block(*in.IV)
	}
	if err := c.refused(); err != nil {
		return "", err
	}
	key, err := dataKey(bdk, ksn, p, a)
	if err != nil {
		return "", err
	}
	switch in.Padding {
	case "zero":
		msg = key.ZeroPad(msg)
	case "none":
	default:
		return "", unknown("padding", in.Padding)
	}
	var out []byte
	switch in.Mode {
	case "CBC":
		out, err = key.EncryptCBC(iv, msg)
	case "ECB":
		out, err = key.EncryptECB(msg)
	default:
		return "", unknown("mode", in.Mode)
	}
	return upper(out), err
}

func dataKey(bdk keys.Key, ksn dukpt.KSN, p dukpt.Purpose, a keys.Algorithm) (dukpt.DataKey, error) {
	tx, err := dukpt.Derive(bdk, ksn)
	if err != nil {
		return dukpt.DataKey{}, err
	}
	return tx.DataKey(p, a)
}

func macKey(bdk keys.Key, ksn dukpt.KSN, p dukpt.Purpose, a keys.Algorithm) (dukpt.MACKey, error) {
	tx, err := dukpt.Derive(bdk, ksn)
	if err != nil {
		return dukpt.MACKey{}, err
	}
	return tx.MACKey(p, a)
}
