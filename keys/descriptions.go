package keys

// descriptions holds every usage of ANSI X9.143 table 2. A usage is valid
// because it is here.
var descriptions = map[Usage]string{
	UsageBDK:            "base derivation key (BDK)",
	UsageInitialKey:     "initial DUKPT key (IK, IPEK)",
	UsageBaseKeyVariant: "base key variant key (deprecated)",
	UsageKeyDerivation:  "key derivation key (not X9.24)",

	UsageCVK: "card verification key (CVK)",

	UsageData:                "data encryption",
	UsageAsymmetricData:      "data encryption, asymmetric key",
	UsageDecimalizationTable: "encryption of decimalization tables",
	UsageSensitiveData:       "encryption of sensitive data",

	UsageEMVCryptograms:        "EMV issuer master key: application cryptograms",
	UsageEMVConfidentiality:    "EMV issuer master key: secure messaging for confidentiality",
	UsageEMVIntegrity:          "EMV issuer master key: secure messaging for integrity",
	UsageEMVDataAuthentication: "EMV issuer master key: data authentication code",
	UsageEMVDynamicNumbers:     "EMV issuer master key: dynamic numbers",
	UsageEMVPersonalization:    "EMV issuer master key: card personalization",
	UsageEMVOther:              "EMV issuer master key: other",
	UsageEMVAsymmetricPIN:      "EMV asymmetric key pair for PIN encryption",

	UsageIV: "initialization vector",

	UsageKEK:                "key encryption key (KEK)",
	UsageKBPK:               "key block protection key (KBPK)",
	UsageTR34:               "asymmetric key pair of a TR-34 key receiving device",
	UsageAsymmetricWrapping: "asymmetric key pair for key wrapping or agreement",
	UsageISO20038KBPK:       "ISO 20038 key block protection key",

	UsageISO16609MAC: "ISO 16609 MAC algorithm 1 (TDES)",
	UsageMAC1:        "ISO 9797-1 MAC algorithm 1 (CBC-MAC)",
	UsageMAC2:        "ISO 9797-1 MAC algorithm 2",
	UsageMAC3:        "ISO 9797-1 MAC algorithm 3 (retail MAC)",
	UsageMAC4:        "ISO 9797-1 MAC algorithm 4",
	UsageMAC5:        "ISO 9797-1:1999 MAC algorithm 5 (legacy)",
	UsageCMAC:        "ISO 9797-1:2011 MAC algorithm 5 (CMAC)",
	UsageHMAC:        "HMAC key",
	UsageMAC6:        "ISO 9797-1 MAC algorithm 6",

	UsagePIN:           "PIN encryption key (ZPK, TPK)",
	UsagePINGeneration: "PIN generation key",

	UsageSignature:       "asymmetric key pair for digital signature",
	UsageCA:              "asymmetric key pair of a certificate authority",
	UsageAsymmetricOther: "asymmetric key pair (not X9.24)",

	UsagePVKOther:  "PIN verification key, other method",
	UsageIBM3624:   "PIN verification key, IBM 3624",
	UsageVisaPVV:   "PIN verification key, Visa PVV",
	UsageX9132Alg1: "PIN verification key, X9.132 algorithm 1",
	UsageX9132Alg2: "PIN verification key, X9.132 algorithm 2",
	UsageX9132Alg3: "PIN verification key, X9.132 algorithm 3",
}
