//go:build cgo

package pkcs11

// TokenFindings is what the findings say of a token that says this of itself.
func TokenFindings(r Report) []Finding { return r.tokenFindings() }

// FlagWords is flagWords.
var FlagWords = flagWords
