package server

import "time"

// Defaults returns the configuration without anybody's say. It does not start a
// service: that needs to know the device, the store, the keys and the clients.
func Defaults() Config {
	return Config{
		Listen: "127.0.0.1:8443",
		Device: Device{Policy: "pci-pin"},
		Limits: Limits{
			PerClient:  Rate{PerSecond: 1000, Burst: 2000},
			PerCard:    Rate{PerSecond: 5, Burst: 20},
			PerAddress: Rate{PerSecond: 1, Burst: 20},
			Body:       64 << 10,
		},
		ClearPIN: true,
		Mailer:   Mailer{Format: "iso-4"},
		Group:    Group{Size: 256, Parallel: 8},
		Timeouts: Timeouts{
			Header: 5 * time.Second, Read: 15 * time.Second, Write: 30 * time.Second, Idle: 2 * time.Minute,
			HSM: 5 * time.Second, Store: 10 * time.Second,
			Drain: time.Second, Shutdown: 15 * time.Second,
		},
		Log: Log{Level: "info", Format: "json"},
	}
}

// Sample returns the defaults with an example of everything that has none: what
// --print-config prints. Its files are in /etc/pinion.
func Sample() Config {
	c := Defaults()
	c.TLS = TLS{Certificate: "/etc/pinion/server.pem", Key: "file:/etc/pinion/server-key.pem", ClientCA: "/etc/pinion/clients-ca.pem"}
	c.Device.URI = "pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/pinion/credential"
	c.Store = "postgres://pinion@localhost/pinion"
	c.DataKey = "file:/etc/pinion/data-key"
	c.Keys = Keys{Storage: "issuer-storage", Transport: []string{"zpk*", "bdk*"}}
	c.SessionKeys = "file:/etc/pinion/session-keys.pem"
	c.Products = []Product{{
		Name: "debit", PINLength: 4, MaxTries: 3, Method: Method{Name: "visa-pvv", PVKI: 1}, Key: "issuer-pvk",
		Reveal: true, WeakPINs: []string{"all"},
	}}
	c.Clients.JWT = JWT{Issuer: "https://login.example", Audience: "pinion", JWKSURL: "https://login.example/jwks.json"}
	c.Clients.Certificates = []Certificate{{Subject: "switch", Scopes: []string{"pin.verify"}}}
	return c
}
