package httpapi

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// samples is a good request for every operation with a body, on a card whose PIN
// is 1234. BLOCK stands for a block of 1234 and NEW for one of 7410, each
// for the card's account number; TOKEN is its token.
var samples = map[string]string{
	"registerCard": `{"product":"default"}`,
	"setPIN":       `{"pin":"1234"}`,
	"unblockPIN":   `{}`,
	"generatePIN":  `{}`,
	"verifyPIN":    `{"pinBlock":"BLOCK","format":"iso-0","key":"zpk"}`,
	"setSealedPIN": `{"pinBlock":"BLOCK","format":"iso-0","key":"zpk"}`,
	"changePIN":    `{"current":{"pinBlock":"BLOCK","format":"iso-0","key":"zpk"},"new":{"pinBlock":"NEW","format":"iso-0","key":"zpk"}}`,
	"revealPIN":    `{"to":{"format":"iso-0","key":"zpk"}}`,
	"issueTicket":  `{}`,
	"mailPIN":      `{}`,
	"pinControl":   `{"Func":"01","PublicToken":"TOKEN","IssCode":"PIN1","LocDate":"250213","LocTime":"14:50:06.0"}`,
}

// sample returns the good request of an operation for a card.
func (r *rig) sample(op *operation, token string) (path, body string) {
	r.t.Helper()
	digits := r.accounts[token]
	if op.body != nil {
		require.NotEmpty(r.t, samples[op.ID], "no sample for %s", op.ID)
	}
	body = strings.NewReplacer("BLOCK", r.block("1234", digits), "NEW", r.block("7410", digits), "TOKEN", token).Replace(samples[op.ID])
	return strings.Replace(op.Path, "{publicToken}", token, 1), body
}

// with returns a JSON object with one more member, or another value for it.
func with(t *testing.T, object, name string, value any) string {
	t.Helper()
	m := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(object), &m))
	m[name] = value
	text, err := json.Marshal(m)
	require.NoError(t, err)
	return string(text)
}
