package keys

// Usage says what a key is for: the two characters of the key usage field of a
// key block, ANSI X9.143 section 6.3.1. A key has exactly one. The zero Usage
// is invalid.
//
// Two decimal digits are a usage too: X9.143 leaves those to agreement between
// two parties.
type Usage string

// The usages of ANSI X9.143 table 2.
const (
	UsageBDK            Usage = "B0" // base derivation key of DUKPT, X9.24
	UsageInitialKey     Usage = "B1" // initial DUKPT key (IK, once IPEK)
	UsageBaseKeyVariant Usage = "B2" // base key variant key, deprecated
	UsageKeyDerivation  Usage = "B3" // key derivation key outside X9.24

	UsageCVK Usage = "C0" // card verification key: CVV, CVC

	UsageData                Usage = "D0" // data encryption, symmetric
	UsageAsymmetricData      Usage = "D1" // data encryption, asymmetric
	UsageDecimalizationTable Usage = "D2" // encryption of decimalization tables
	UsageSensitiveData       Usage = "D3" // encryption of sensitive data

	UsageEMVCryptograms        Usage = "E0" // EMV issuer master key: application cryptograms
	UsageEMVConfidentiality    Usage = "E1" // EMV issuer master key: secure messaging, confidentiality
	UsageEMVIntegrity          Usage = "E2" // EMV issuer master key: secure messaging, integrity
	UsageEMVDataAuthentication Usage = "E3" // EMV issuer master key: data authentication code
	UsageEMVDynamicNumbers     Usage = "E4" // EMV issuer master key: dynamic numbers
	UsageEMVPersonalization    Usage = "E5" // EMV issuer master key: card personalization
	UsageEMVOther              Usage = "E6" // EMV issuer master key: other
	UsageEMVAsymmetricPIN      Usage = "E7" // EMV asymmetric key pair for PIN encryption

	UsageIV Usage = "I0" // initialization vector

	UsageKEK                Usage = "K0" // key encryption or wrapping
	UsageKBPK               Usage = "K1" // key block protection key, X9.143 and TR-31
	UsageTR34               Usage = "K2" // asymmetric key pair of a TR-34 key receiving device
	UsageAsymmetricWrapping Usage = "K3" // asymmetric key pair for key wrapping or agreement
	UsageISO20038KBPK       Usage = "K4" // key block protection key, ISO 20038

	UsageISO16609MAC Usage = "M0" // ISO 16609 MAC algorithm 1, TDES
	UsageMAC1        Usage = "M1" // ISO 9797-1 MAC algorithm 1 (CBC-MAC)
	UsageMAC2        Usage = "M2" // ISO 9797-1 MAC algorithm 2
	UsageMAC3        Usage = "M3" // ISO 9797-1 MAC algorithm 3 (retail MAC)
	UsageMAC4        Usage = "M4" // ISO 9797-1 MAC algorithm 4
	UsageMAC5        Usage = "M5" // ISO 9797-1:1999 MAC algorithm 5, legacy
	UsageCMAC        Usage = "M6" // ISO 9797-1:2011 MAC algorithm 5 (CMAC)
	UsageHMAC        Usage = "M7" // HMAC
	UsageMAC6        Usage = "M8" // ISO 9797-1 MAC algorithm 6

	UsagePIN           Usage = "P0" // PIN encryption: a ZPK, a TPK
	UsagePINGeneration Usage = "P1" // PIN generation

	UsageSignature       Usage = "S0" // asymmetric key pair for digital signature
	UsageCA              Usage = "S1" // asymmetric key pair of a certificate authority
	UsageAsymmetricOther Usage = "S2" // asymmetric key pair outside X9.24

	UsagePVKOther  Usage = "V0" // PIN verification by another method
	UsageIBM3624   Usage = "V1" // PIN verification, IBM 3624
	UsageVisaPVV   Usage = "V2" // PIN verification, Visa PVV
	UsageX9132Alg1 Usage = "V3" // PIN verification, X9.132 algorithm 1
	UsageX9132Alg2 Usage = "V4" // PIN verification, X9.132 algorithm 2
	UsageX9132Alg3 Usage = "V5" // PIN verification, X9.132 algorithm 3
)

// ParseUsage returns the usage written in text: two characters of X9.143 in
// upper or lower case, or two decimal digits. The error is [ErrUnknownUsage].
func ParseUsage(text string) (Usage, error) {
	u := Usage(upper(text))
	if !u.Valid() {
		return "", ErrUnknownUsage
	}
	return u, nil
}

// Valid reports whether u is a usage of X9.143, or one of "00" to "99".
func (u Usage) Valid() bool { return u.Description() != "" }

// Description says in words what u is for. It is empty if u is not valid.
func (u Usage) Description() string {
	if text, ok := descriptions[u]; ok {
		return text
	}
	if len(u) == 2 && digit(u[0]) && digit(u[1]) {
		return "proprietary use"
	}
	return ""
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// verifies reports whether u is one of the PIN verification usages, whose keys
// only ever encipher: deciphering with one would turn a reference back into a PIN.
func (u Usage) verifies() bool { return len(u) == 2 && u[0] == 'V' }
