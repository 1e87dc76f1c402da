package keyblock

// Optional blocks that say where a key of DUKPT belongs.

func init() {
	define("KS", kind{
		name:  "initial key serial number of TDES DUKPT",
		form:  "20 hex digits, or 16",
		check: hexOf(20, 16), // X9.143 has 20; older makers leave the counter off
	})
	define("IK", kind{
		name:  "initial key ID of AES DUKPT",
		form:  "16 hex digits",
		check: hexOf(16),
	})
	define("BI", kind{
		name:  "base derivation key ID",
		form:  "00 and 10 hex digits for TDES DUKPT, or 01 and 8 for AES DUKPT",
		check: isBDKID,
		explain: func(data string) string {
			if data[1] == '0' {
				return "key set ID of TDES DUKPT " + data[2:]
			}
			return "BDK ID of AES DUKPT " + data[2:]
		},
	})
}

func isBDKID(data string) bool {
	return isHex(data) && (len(data) == 12 && data[:2] == "00" || len(data) == 10 && data[:2] == "01")
}

// NewKS returns the block KS: the initial key serial number of a TDES DUKPT key,
// 10 bytes, or 8 where the receiver wants it without the counter. X9.143 section
// 6.3.6.8. The error is [ErrOptionalBlock].
func NewKS(ksn []byte) (OptionalBlock, error) { return newBlock("KS", upperHex(ksn)) }

// NewIK returns the block IK: the initial key ID of an AES DUKPT key, 8 bytes.
// X9.143 section 6.3.6.6. The error is [ErrOptionalBlock].
func NewIK(id []byte) (OptionalBlock, error) { return newBlock("IK", upperHex(id)) }

// NewBI returns the block BI: the ID of a base derivation key, 5 bytes (the key
// set ID) for TDES DUKPT and 4 for AES DUKPT. X9.143 section 6.3.6.2. The error is
// [ErrOptionalBlock].
func NewBI(id []byte) (OptionalBlock, error) {
	if len(id) == 4 {
		return newBlock("BI", "01"+upperHex(id))
	}
	return newBlock("BI", "00"+upperHex(id))
}

// DUKPTID returns the ID in a block KS, IK or BI. The error is
// [ErrOptionalBlock].
func (b OptionalBlock) DUKPTID() ([]byte, error) {
	data, err := b.have("KS", "IK", "BI")
	if err != nil {
		return nil, err
	}
	if b.ID == "BI" {
		data = data[2:]
	}
	return unhex(data), nil
}
