package server

// Product is what cards of a kind have in common.
type Product struct {
	Name         string   `koanf:"name" doc:"As registrations name it."`
	PINLength    int      `koanf:"pinLength" doc:"Digits of every PIN, 4 to 12. 0 is 4."`
	MaxTries     int      `koanf:"maxTries" doc:"Wrong PINs until the PIN is blocked, 1 to 15. 0 is 3."`
	Method       Method   `koanf:"method" doc:"How PINs are verified."`
	Key          string   `koanf:"key" doc:"Label of the method's key on the HSM."`
	Reveal       bool     `koanf:"reveal" doc:"PINs may be shown and sent by post."`
	WeakPINs     []string `koanf:"weakPINs" doc:"PINs that are refused: repeated, sequences, pairs, pan, common, or all of these. Empty refuses none."`
	ExcludedPINs string   `koanf:"excludedPINs" doc:"File with PINs that are refused besides, one on each line."`
}

// Method is a verification method with its settings.
type Method struct {
	Name                string `koanf:"name" doc:"visa-pvv, ibm-3624 or stored-block."`
	PVKI                int    `koanf:"pvki" doc:"visa-pvv: key index, 1 to 6. 0 is 1."`
	DecimalizationTable string `koanf:"decimalizationTable" doc:"ibm-3624: 16 digits. Empty is 0123456789012345."`
	ValidationStart     int    `koanf:"validationStart" doc:"ibm-3624: digits of the PAN to pass over."`
	ValidationLength    int    `koanf:"validationLength" doc:"ibm-3624: digits of the PAN that are enciphered. 0 is 12."`
	ValidationPad       string `koanf:"validationPad" doc:"ibm-3624: hex digit that fills up to 16. Empty is F."`
	CheckLength         int    `koanf:"checkLength" doc:"ibm-3624: digits that the offset covers. 0 is the whole PIN."`
	StoredFormat        string `koanf:"storedFormat" doc:"stored-block: format of the block. Empty is iso-4."`
}

// Clients are who may call.
type Clients struct {
	JWT          JWT           `koanf:"jwt" doc:"Bearer tokens of an authorization server (OAuth 2). Empty: none are taken."`
	Certificates []Certificate `koanf:"certificates" doc:"Clients known by their TLS certificates, each with one of subject, uri and dns. They need\ntls.clientCA."`
}

// JWT is about bearer tokens.
type JWT struct {
	Issuer     string   `koanf:"issuer" doc:"The claim iss, to the letter."`
	Audience   string   `koanf:"audience" doc:"What the claim aud must hold."`
	JWKSURL    string   `koanf:"jwksURL" doc:"Where the issuer's keys are: https, or http on loopback."`
	JWKSFile   string   `koanf:"jwksFile" doc:"Or a file with them."`
	Algorithms []string `koanf:"algorithms" doc:"Signatures that are taken. Empty is ES256, RS256, PS256 and EdDSA."`
}

// Certificate is a client known by its certificate.
type Certificate struct {
	Subject string   `koanf:"subject" doc:"The common name, or the whole subject: CN=switch,O=Bank,C=DE."`
	URI     string   `koanf:"uri" doc:"A URI: spiffe://bank.example/switch."`
	DNS     string   `koanf:"dns" doc:"A DNS name."`
	Scopes  []string `koanf:"scopes" doc:"What it may do."`
}

// Limits are what one caller may ask for.
type Limits struct {
	PerClient  Rate `koanf:"perClient" doc:"Requests of one client."`
	PerCard    Rate `koanf:"perCard" doc:"Requests about one card."`
	PerAddress Rate `koanf:"perAddress" doc:"Refused credentials of one address. Off where a proxy hides the clients' addresses."`
	Body       int  `koanf:"body" doc:"Bytes of a request's body."`
}

// Rate is how often something may happen.
type Rate struct {
	PerSecond float64 `koanf:"perSecond" doc:"On average."`
	Burst     int     `koanf:"burst" doc:"At once. 0 is perSecond rounded up."`
}
