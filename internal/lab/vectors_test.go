package lab_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
	"github.com/pinion-hsm/pinion/testvectors"
)

// question is a vector as it is typed into a panel. wants are members of what is
// expected, of which the first that is there is the result.
type question struct {
	panel  string
	values lab.Values
	wants  []string
}

// questions says for each operation of the vectors how it is typed. A nil question
// is a vector that no panel asks.
var questions = map[string]func(v vectorInputs) *question{
	"pinblock.encode":        encodeQuestion,
	"pinblock.encipher":      encodeQuestion,
	"iso4.encipher":          encodeQuestion,
	"iso4.pinfield.encode":   encodeQuestion,
	"pinblock.decode":        decodeQuestion,
	"pinblock.decipher":      decodeQuestion,
	"iso4.decipher":          decodeQuestion,
	"iso4.pinfield.decode":   decodeQuestion,
	"pin.translate":          translateQuestion,
	"pvv.generate":           pvvQuestion,
	"pvv.verify":             pvvQuestion,
	"ibm3624.offset":         ibmQuestion,
	"ibm3624.verify":         ibmQuestion,
	"ibm3624.pin":            ibmQuestion,
	"ibm3624.natural":        naturalQuestion,
	"dukpt.tdes.ik":          dukptQuestion("initial", "ik"),
	"dukpt.aes.ik":           dukptQuestion("initial", "ik"),
	"dukpt.tdes.txn":         dukptQuestion("transaction", "txn_key"),
	"dukpt.aes.txn":          dukptQuestion("transaction", "txn_key"),
	"dukpt.tdes.working_key": dukptQuestion("", "key"),
	"dukpt.aes.working_key":  dukptQuestion("", "key"),
	"dukpt.aes.update_key":   dukptQuestion("update", "key"),
	"tr31.unwrap":            keyBlockQuestion,
	"tr31.wrap":              keyBlockQuestion,
	"tr31.header":            keyBlockQuestion,
	"kcv":                    kcvQuestion,
	"components.combine":     componentsQuestion,
}

// notAsked are the operations that no panel has: parts of what panels show, and
// messages under DUKPT keys.
var notAsked = strings.Fields("iso4.panfield.encode ibm3624.decimalise ibm3624.offset_from_natural pvv.scan key.odd_parity translate.policy " +
	"tr31.derive tr31.header_new nl1.offset nl1.pin gbp.pin interbank.pin " +
	"dukpt.tdes.mac dukpt.tdes.cmac dukpt.tdes.encrypt_pin dukpt.tdes.decrypt_pin dukpt.tdes.encrypt_data dukpt.tdes.next_ksn " +
	"dukpt.aes.cmac dukpt.aes.hmac dukpt.aes.encrypt_data dukpt.aes.decrypt_pin dukpt.aes.next_ksn")

// TestVectors asks every vector that fits a panel, and compares the result.
func TestVectors(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	for _, name := range testvectors.Names() {
		file, err := testvectors.Load(testvectors.FS, name)
		require.NoError(t, err)
		for _, v := range file.Vectors {
			ask, ok := questions[v.Op]
			if !ok {
				require.Contains(t, notAsked, v.Op, "%s: say how it is asked, or that it is not", name)
				continue
			}
			in := vectorInputs{}
			require.NoError(t, json.Unmarshal(v.Inputs, &in.in))
			require.NoError(t, json.Unmarshal(orEmpty(v.Expected), &in.out))
			if v.ExpectError != nil {
				in.reason = v.ExpectError.Reason
			}
			if q := ask(in); q != nil && !spaced(in, q) {
				asked[v.Op]++
				compare(t, name+" "+v.ID, in, q)
			}
		}
	}
	for op := range questions {
		require.NotZero(t, asked[op], "no vector of %s was asked", op)
	}
	total := 0
	for _, n := range asked {
		total += n
	}
	require.Greater(t, total, 800)
}

func compare(t *testing.T, id string, v vectorInputs, q *question) {
	t.Helper()
	a, err := lab.Ask(t.Context(), q.panel, q.values)
	require.NoError(t, err, id)
	checkAnswer(t, id, a)
	if v.reason != "" {
		require.NotEmpty(t, a.Problems, "%s: must be refused: %s", id, v.reason)
		return
	}
	require.Empty(t, a.Problems, id)
	require.NotEmpty(t, a.Command, id)
	require.NotEmpty(t, a.Go, id)
	require.NotNil(t, a.Explanation, id)
	require.Equal(t, v.want(q.wants), a.Result, id)
	if !strings.Contains(a.Result, "\n") { // fields of a header are one each
		require.Contains(t, a.Explanation.Text(), a.Result, "%s: the explanation does not come to the result", id)
	}
}

// vectorInputs are the inputs of a vector, and what is expected.
type vectorInputs struct {
	in, out map[string]any
	reason  string
}

func (v vectorInputs) text(name string) string { return textOf(v.in[name]) }

func textOf(x any) string {
	if x == nil {
		return ""
	}
	return fmt.Sprint(x)
}

// want returns the result that is expected.
func (v vectorInputs) want(names []string) string {
	for _, n := range names {
		switch x := v.out[n].(type) {
		case nil:
		case bool:
			return map[bool]string{true: "right PIN", false: "wrong PIN"}[x]
		case string:
			return x
		}
	}
	return strings.Join(names, "")
}

// values returns inputs by the names of fields: "udk-a=udk_a" is a field under
// another name.
func (v vectorInputs) values(names ...string) lab.Values {
	out := lab.Values{}
	for _, n := range names {
		field, input, ok := strings.Cut(n, "=")
		if !ok {
			input = field
		}
		if _, ok := v.in[input]; ok {
			out[field] = v.text(input)
		}
	}
	return out
}

// spaced reports whether a vector is refused for white space, which panels take out.
func spaced(v vectorInputs, q *question) bool {
	for field, value := range q.values {
		if v.reason != "" && field != "parts" && strings.ContainsAny(value, " \t\n") {
			return true
		}
	}
	return false
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("{}")
	}
	return raw
}
