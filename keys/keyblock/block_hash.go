package keyblock

// The optional block HM, X9.143 section 6.3.6.5 table 13.

// hashes are the hash functions of HMAC by their two hex digits.
var hashes = map[string]string{
	"10": "SHA-1",
	"20": "SHA-224", "21": "SHA-256", "22": "SHA-384", "23": "SHA-512", "24": "SHA-512/224", "25": "SHA-512/256",
	"30": "SHA3-224", "31": "SHA3-256", "32": "SHA3-384", "33": "SHA3-512",
	"40": "SHAKE128", "41": "SHAKE256",
}

func init() {
	define("HM", kind{
		name:    "hash of HMAC",
		form:    "two hex digits of X9.143 table 13",
		check:   func(data string) bool { return hashes[data] != "" },
		explain: func(data string) string { return hashes[data] },
	})
}

// NewHM returns the block HM: the hash function of an HMAC key by its name, such
// as "SHA-256", "SHA-512/256" or "SHA3-384", which is also what
// [crypto.Hash.String] returns. The error is [ErrOptionalBlock].
func NewHM(hash string) (OptionalBlock, error) {
	for code, name := range hashes {
		if name == hash {
			return newBlock("HM", code)
		}
	}
	return OptionalBlock{}, ErrOptionalBlock
}

// Hash returns the name of the hash function in a block HM. The error is
// [ErrOptionalBlock].
func (b OptionalBlock) Hash() (string, error) {
	data, err := b.have("HM")
	return hashes[data], err
}
