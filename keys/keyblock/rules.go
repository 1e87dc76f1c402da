package keyblock

import "github.com/pinion-hsm/pinion/keys"

// rule says which algorithms and modes of use a usage goes with. Mode N goes with
// every usage, X9.143 section 6.3.3.
type rule struct{ algorithms, modes string }

// Groups of usages that go together.
var (
	deriving    = rule{"AT", "X"}
	enciphering = rule{"AT", "BDE"}
	checking    = rule{"ADT", "CGV"}
	signing     = rule{"ERS", "STV"}
)

// rules has a row for every usage of X9.143 section 6.3.1 table 2. Where editions
// and makers differ it has the wider choice: a rule is for mistakes, not for
// taste.
var rules = map[keys.Usage]rule{
	keys.UsageBDK:            deriving,
	keys.UsageInitialKey:     deriving,
	keys.UsageBaseKeyVariant: {"AT", "XY"},
	keys.UsageKeyDerivation:  {"AHT", "X"},

	keys.UsageCVK: checking,

	keys.UsageData:                {"ADT", "BDE"},
	keys.UsageAsymmetricData:      {"ER", "BDE"},
	keys.UsageDecimalizationTable: enciphering,
	keys.UsageSensitiveData:       enciphering,

	keys.UsageEMVCryptograms:        deriving,
	keys.UsageEMVConfidentiality:    deriving,
	keys.UsageEMVIntegrity:          deriving,
	keys.UsageEMVDataAuthentication: deriving,
	keys.UsageEMVDynamicNumbers:     deriving,
	keys.UsageEMVPersonalization:    {"AT", "BCDEGVX"},
	keys.UsageEMVOther:              {"AT", "BCDEGVX"},
	keys.UsageEMVAsymmetricPIN:      {"ER", "BDE"},

	keys.UsageIV: {"ADT", ""},

	keys.UsageKEK:                enciphering,
	keys.UsageKBPK:               enciphering,
	keys.UsageTR34:               {"ER", "BDEST"},
	keys.UsageAsymmetricWrapping: {"ER", "BDEX"},
	keys.UsageISO20038KBPK:       {"A", "BDE"},

	keys.UsageISO16609MAC: {"T", "CGV"},
	keys.UsageMAC1:        checking,
	keys.UsageMAC2:        checking,
	keys.UsageMAC3:        checking,
	keys.UsageMAC4:        checking,
	keys.UsageMAC5:        checking,
	keys.UsageCMAC:        {"AT", "CGV"},
	keys.UsageHMAC:        {"H", "CGV"},
	keys.UsageMAC6:        checking,

	keys.UsagePIN:           enciphering,
	keys.UsagePINGeneration: {"AT", "CGV"},

	keys.UsageSignature:       signing,
	keys.UsageCA:              signing,
	keys.UsageAsymmetricOther: {"ERS", "BDESTVX"},

	keys.UsagePVKOther:  checking,
	keys.UsageIBM3624:   checking,
	keys.UsageVisaPVV:   checking,
	keys.UsageX9132Alg1: checking,
	keys.UsageX9132Alg2: checking,
	keys.UsageX9132Alg3: checking,
}
