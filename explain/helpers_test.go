package explain_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

// answerOf returns the answer of that name; "" if there is none.
func answerOf(x explain.Explanation, name string) string {
	for _, f := range x.Answer {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}
