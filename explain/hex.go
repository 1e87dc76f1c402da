package explain

import (
	"encoding/hex"
	"strings"
)

// upperHex is how this package writes bytes.
func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
