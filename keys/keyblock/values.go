package keyblock

// What the characters of the header mean, X9.143 section 6.3 tables 3 to 6.
// Digits are for agreement between two parties.

var algorithmNames = map[byte]string{
	'A': "AES", 'D': "DES", 'E': "elliptic curve", 'H': "HMAC", 'R': "RSA", 'S': "DSA", 'T': "TDES",
}

var modeNames = map[byte]string{
	'B': "encrypt and decrypt, wrap and unwrap",
	'C': "generate and verify MACs or values",
	'D': "decrypt, unwrap",
	'E': "encrypt, wrap",
	'G': "generate MACs or values",
	'N': "no restriction but that of the usage",
	'S': "sign",
	'T': "sign and decrypt",
	'V': "verify MACs, values or signatures",
	'X': "derive keys",
	'Y': "make variants of the key",
}

var exportabilityNames = map[byte]string{
	'E': "exportable in a key block, under a trusted key",
	'N': "not exportable",
	'S': "sensitive: exportable under a key that is in no key block",
}

var contextNames = map[byte]string{
	'0': "that of the wrapping key",
	'1': "storage",
	'2': "key exchange",
}

const (
	proprietary = "proprietary"
	unknown     = "unknown"
)

func digit(c byte) bool { return '0' <= c && c <= '9' }

// meaning returns what c means, from one of the tables above.
func meaning(table map[byte]string, c byte) string {
	if name, ok := table[c]; ok {
		return name
	}
	if digit(c) {
		return proprietary
	}
	return unknown
}
