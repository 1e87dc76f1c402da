package server

import "time"

// Config is all there is to configure. Its tags are the schema: the names of the
// keys, and what is said of them by --print-config. A [Secret] names where a
// secret is; no secret is in a configuration.
type Config struct {
	Listen string `koanf:"listen" doc:"Address and port that the service listens on."`
	TLS    TLS    `koanf:"tls" doc:"TLS 1.2 or later. Without --dev there is no other way in."`

	Device Device `koanf:"device" doc:"The HSM."`
	Store  string `koanf:"store" doc:"Where cards are kept: sqlite:/path/of/file.db, or postgres://user@host/database.\nGive PostgreSQL's password in PGPASSWORD or ~/.pgpass."`

	DataKey     Secret `koanf:"dataKey" doc:"The key that PANs are kept under: 32 random bytes as 64 hex digits, the same for\nevery process on one store. Without it the cards of the store are lost."`
	Keys        Keys   `koanf:"keys" doc:"Keys on the HSM, by their labels."`
	SessionKeys Secret `koanf:"sessionKeys" doc:"The service's own two keys for PINs that clients encipher for it: one for ECDH, one for\nJWE (PEM, PKCS#8, P-256, one after the other), the same for every process on one store."`

	Products []Product `koanf:"products" doc:"What cards there are. The first product is that of a registration that names none."`

	Clients  Clients `koanf:"clients" doc:"Who may call. Scopes are pin.set, pin.reveal, pin.verify, pin.unblock, cards.write and admin."`
	Limits   Limits  `koanf:"limits" doc:"What one caller may ask for. Rates are of one process; perSecond 0 is no limit."`
	ClearPIN bool    `koanf:"clearPIN" doc:"Serve the documented requests in which PINs are in clear inside TLS. With false, PINs\ncome and go enciphered only."`

	PINControl PINControl `koanf:"pinControl" doc:"The PIN Control interface, WS_PinControl."`
	Mailer     Mailer     `koanf:"mailer" doc:"PINs by post: signed jobs, enciphered for the bureau, in files of a directory."`

	Group     Group     `koanf:"group" doc:"How requests share transactions."`
	Timeouts  Timeouts  `koanf:"timeouts" doc:"How long things may take."`
	Telemetry Telemetry `koanf:"telemetry" doc:"What the service shows of itself, beside /metrics for clients with scope admin."`
	Log       Log       `koanf:"log" doc:"The log, on standard error."`
}

// TLS is the service's identity and the CAs of its clients.
type TLS struct {
	Certificate string `koanf:"certificate" doc:"File with the certificate and its chain, PEM."`
	Key         Secret `koanf:"key" doc:"Its private key, PEM."`
	ClientCA    string `koanf:"clientCA" doc:"File with the CAs that issue clients' certificates, PEM. They should do nothing else."`
}

// Device is the HSM.
type Device struct {
	URI            string `koanf:"uri" doc:"pkcs11:token=…?module-path=…&pin-source=file:/path, soft:/path/keys.json?passphrase-source=file:/path, softhsm:/dir, nss:/dir"`
	AllowInProcess bool   `koanf:"allowInProcess" doc:"Let a clear PIN be in this process's memory for the length of one call, for devices that\ncan only encipher and decipher."`
	Policy         string `koanf:"policy" doc:"Translation policy: pci-pin, ibm-cca or open (for test rigs)."`
}

// Keys are labels of keys on the HSM.
type Keys struct {
	Storage   string   `koanf:"storage" doc:"AES PIN key (usage P0) of the stored PIN blocks. Nobody else may have it."`
	Transport []string `koanf:"transport" doc:"Labels that clients may name for their PIN blocks, as patterns: [zpk-*, bdk-*]. Empty\nallows every PIN key that is not the service's own."`
}

// PINControl is about the interface of that name.
type PINControl struct {
	IssuerCodes []string `koanf:"issuerCodes" doc:"The values of IssCode that are taken. Empty takes any."`
}

// Mailer is how PINs are sent by post. With no outbox there is no mailer.
type Mailer struct {
	Outbox     string `koanf:"outbox" doc:"Directory for the jobs. Empty: no PIN mailers."`
	Key        string `koanf:"key" doc:"Label of the zone key shared with the bureau."`
	Format     string `koanf:"format" doc:"Format of the PIN blocks in jobs."`
	Recipient  string `koanf:"recipient" doc:"File with the bureau's public key, a JWK."`
	SigningKey Secret `koanf:"signingKey" doc:"The key that jobs are signed with, PEM."`
}

// Group is about transactions.
type Group struct {
	Size     int `koanf:"size" doc:"Requests committed together at most. 1 is one commit for each."`
	Parallel int `koanf:"parallel" doc:"HSM calls at once in a group."`
}

// Timeouts are how long things may take.
type Timeouts struct {
	Header   time.Duration `koanf:"header" doc:"The header of a request."`
	Read     time.Duration `koanf:"read" doc:"A whole request."`
	Write    time.Duration `koanf:"write" doc:"An answer, from the end of the request's header."`
	Idle     time.Duration `koanf:"idle" doc:"A connection without a request."`
	HSM      time.Duration `koanf:"hsm" doc:"One call of the HSM."`
	Store    time.Duration `koanf:"store" doc:"One transaction."`
	Drain    time.Duration `koanf:"drain" doc:"At the end: how long /readyz says 503 before new connections are refused."`
	Shutdown time.Duration `koanf:"shutdown" doc:"At the end: how long requests in progress are waited for."`
}

// Telemetry is what the service shows of itself.
type Telemetry struct {
	Listen       string `koanf:"listen" doc:"A loopback address for /metrics, /healthz and /readyz without credentials. Empty: none."`
	OTLPEndpoint string `koanf:"otlpEndpoint" doc:"URL of an OpenTelemetry collector (OTLP over HTTP), or OTEL_EXPORTER_OTLP_ENDPOINT. Empty: no traces."`
}

// Log is about the log.
type Log struct {
	Level  string `koanf:"level" doc:"debug, info, warn or error."`
	Format string `koanf:"format" doc:"json or text."`
}
