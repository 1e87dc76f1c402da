package pkcs11

import "strings"

// Mechanism is what a token can do with one PKCS#11 mechanism.
type Mechanism struct {
	Name                                                   string // like CKM_DES3_ECB
	Encrypt, Decrypt, Wrap, Unwrap, Derive, Sign, Generate bool
}

// Present reports whether the token has the mechanism for anything.
func (m Mechanism) Present() bool {
	return m.Encrypt || m.Decrypt || m.Wrap || m.Unwrap || m.Derive || m.Sign || m.Generate
}

// String returns what the mechanism does, like "CKM_DES3_ECB: encrypt, decrypt".
func (m Mechanism) String() string {
	var can []string
	for _, c := range []struct {
		does bool
		what string
	}{
		{m.Encrypt, "encrypt"}, {m.Decrypt, "decrypt"}, {m.Wrap, "wrap"}, {m.Unwrap, "unwrap"},
		{m.Derive, "derive"}, {m.Sign, "sign"}, {m.Generate, "generate"},
	} {
		if c.does {
			can = append(can, c.what)
		}
	}
	if len(can) == 0 {
		return m.Name + ": no"
	}
	return m.Name + ": " + strings.Join(can, ", ")
}
