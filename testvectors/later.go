package testvectors

import "context"

// Operations that the vectors have and this version of the library has not. They
// are known, so that their files are valid, and are not run anywhere. Their
// inputs are held to the schema only.
func init() {
	for _, name := range []string{"ik", "txn", "working_key", "next_ksn", "encrypt_pin", "decrypt_pin", "mac", "cmac", "cmac_hex", "encrypt_data"} {
		later("dukpt.tdes."+name, "keys/dukpt")
	}
	for _, name := range []string{"ik", "txn", "working_key", "update_key", "next_ksn", "decrypt_pin", "cmac", "hmac", "encrypt_data"} {
		later("dukpt.aes."+name, "keys/dukpt")
	}
	for _, name := range []string{"unwrap", "wrap", "derive", "header", "header_new"} {
		later("tr31."+name, "keys/keyblock")
	}
}

// later adds an operation that comes with a package.
func later(name, pkg string) {
	skip := notRun("comes with " + pkg)
	add(name, operation{
		check:   func(*Vector) error { return nil },
		library: func(context.Context, *Vector) (any, error) { return nil, skip },
		device:  func(context.Context, *bench, *Vector) (any, error) { return nil, skip },
	})
}
