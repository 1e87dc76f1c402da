package testvectors

import "context"

// MACs and encipherment under AES DUKPT.
func init() {
	define("dukpt.aes.cmac", aesCMAC, nil)
	define("dukpt.aes.hmac", aesHMAC, nil)
	define("dukpt.aes.encrypt_data", aesEncryptData, nil)
}

type (
	aesMACIn struct {
		macIn
		Type string `json:"type"`
	}
	aesCipherIn struct {
		cipherIn
		Type string `json:"type"`
	}
	resultOut struct {
		Result string `json:"result"`
	}
)

func aesCMAC(_ context.Context, _ *Vector, in aesMACIn) (resultOut, error) {
	var c inputs
	p, err := in.purpose()
	if err != nil {
		return resultOut{}, err
	}
	a, err := algorithmNamed(in.Type)
	if err != nil {
		return resultOut{}, err
	}
	msg, err := in.message(&c)
	if err != nil {
		return resultOut{}, err
	}
	bdk, ksn := in.aes(&c)
	if err := c.refused(); err != nil {
		return resultOut{}, err
	}
	key, err := macKey(bdk, ksn, p, a)
	if err != nil {
		return resultOut{}, err
	}
	mac, err := in.cut(key.CMAC(msg))
	return resultOut{mac}, err
}

func aesHMAC(_ context.Context, _ *Vector, in aesMACIn) (resultOut, error) {
	var c inputs
	p, err := in.purpose()
	if err != nil {
		return resultOut{}, err
	}
	n, ok := hmacNamed(in.Type)
	if !ok {
		return resultOut{}, unknown("type", in.Type)
	}
	msg, err := in.message(&c)
	if err != nil {
		return resultOut{}, err
	}
	key, err := hmacKey(&c, &in.bdkKSNIn, p, n)
	if err != nil {
		return resultOut{}, err
	}
	mac, err := in.cut(key.SHA256(msg))
	return resultOut{mac}, err
}

func aesEncryptData(_ context.Context, _ *Vector, in aesCipherIn) (resultOut, error) {
	var c inputs
	a, err := algorithmNamed(in.Type)
	if err != nil {
		return resultOut{}, err
	}
	bdk, ksn := in.aes(&c)
	data, err := in.encipher(&c, bdk, ksn, a)
	return resultOut{data}, err
}
