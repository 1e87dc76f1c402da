package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// flow is the rows of a step, a word each: what is done, and what comes of it.
func flow(s explain.Step) string {
	var rows []string
	for _, r := range s.Rows {
		text := r.Name
		if r.Op != "" {
			text = string(r.Op) + " " + text
		}
		rows = append(rows, text)
	}
	return strings.Join(rows, "; ")
}

// stepOf is the step of that title.
func stepOf(t *testing.T, x explain.Explanation, title string) explain.Step {
	t.Helper()
	for _, s := range x.Steps {
		if s.Title == title {
			return s
		}
	}
	require.Fail(t, "no step "+title)
	return explain.Step{}
}

// TestISO4Flow: both encipherments in one step, and back.
func TestISO4Flow(t *testing.T) {
	t.Parallel()
	for _, f := range []pinblock.Format{pinblock.ISO4, pinblock.ISO4.WithRightmost12()} {
		l := labLeg(t, f)
		l.Options.Fill = "0123456789ABCDEF"
		x, err := explain.Seal(t.Context(), l.Key, f, labPIN(t, "1234"), labPAN(t), l.Options)
		require.NoError(t, err)
		s := stepOf(t, x, "Encipher, combine, encipher again")
		require.Equal(t, "PIN field; encipher intermediate block A; PAN field; xor intermediate block B; encipher block", flow(s))
		require.Equal(t, "AES, PIN key", s.Rows[1].With)

		back, err := explain.Open(t.Context(), l.Key, f, unhex(t, answerOf(x, "block")), labPAN(t), nil)
		require.NoError(t, err)
		b := stepOf(t, back, "Decipher, combine, decipher again")
		require.Equal(t, "block; decipher intermediate block B; PAN field; xor intermediate block A; decipher PIN field", flow(b))
		for i := range s.Rows {
			require.Equal(t, s.Rows[i].Value(), b.Rows[len(b.Rows)-1-i].Value())
		}
		field, err := clear.PANField(nil, f, labPAN(t))
		require.NoError(t, err)
		require.Equal(t, strings.ToUpper(hexText(field)), s.Rows[2].Value())
	}
}

// TestVISA42Flow: the card's key and the old PIN are two rows, in one order and the other.
func TestVISA42Flow(t *testing.T) {
	t.Parallel()
	l := labLeg(t, pinblock.VISA42)
	x, err := explain.Encode(l.Format, labPIN(t, "1234"), labPAN(t), l.Options)
	require.NoError(t, err)
	s := stepOf(t, x, "Combine them")
	require.Equal(t, "PIN field; UDK-A, right half; xor in between; old PIN field; xor block", flow(s))
	require.Equal(t, []string{"041234FFFFFFFFFF", "0000000055667788", "041234FFAA998877", "9876500000000000", "9C6464FFAA998877"},
		[]string{s.Rows[0].Value(), s.Rows[1].Value(), s.Rows[2].Value(), s.Rows[3].Value(), s.Rows[4].Value()})
	require.Equal(t, []explain.Part{
		{Text: "9", Kind: explain.Mixed, Note: "control nibble xor old PIN"}, {Text: "C", Kind: explain.Mixed, Note: "PIN length 4 xor old PIN"},
		{Text: "646", Kind: explain.Mixed, Note: "PIN xor old PIN"}, {Text: "4", Kind: explain.PIN, Note: "PIN"},
		{Text: "FF", Kind: explain.Fill, Note: "fill F"}, {Text: "AA998877", Kind: explain.Mixed, Note: "fill F xor UDK-A"},
	}, s.Rows[4].Parts)
	back, err := explain.Decode(l.Format, unhex(t, "9C6464FFAA998877"), labPAN(t), l.Options)
	require.NoError(t, err)
	require.Equal(t, "block; old PIN field; xor in between; UDK-A, right half; xor PIN field", flow(stepOf(t, back, "Take the PIN field out of it")))
}

// TestPANRows: which digits of the PAN are taken, and what of the others is said.
func TestPANRows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"iso-0":                  "543 not used, 210123456789 12 digits of the PAN, 1 check digit, not used",
		"visa-4":                 "543210123456 12 digits of the PAN, 7891 not used",
		"iso-4":                  "5432101234567891 16 digits of the PAN",
		"iso-4:pan=rightmost-12": "543 not used, 210123456789 12 digits of the PAN, 1 check digit, not used",
	} {
		f, err := pinblock.ParseFormat(text)
		require.NoError(t, err)
		x, err := explain.Encode(f, labPIN(t, "1234"), labPAN(t), nil)
		require.NoError(t, err)
		var parts []string
		for _, p := range rowOf(t, x, "PAN").Parts {
			parts = append(parts, p.Text+" "+p.Note)
		}
		require.Equal(t, want, strings.Join(parts, ", "), text)
	}
}

// TestPolicyOfLongPINs: a rule about the PIN's length looks at the PIN.
func TestPolicyOfLongPINs(t *testing.T) {
	t.Parallel()
	from := labLeg(t, pinblock.VISA3)
	for digits, want := range map[string]string{"123456": "allowed", "1234567": "forbidden"} {
		block, err := clear.Seal(t.Context(), nil, from.Key, from.Format, labPIN(t, digits), labPAN(t), nil)
		require.NoError(t, err)
		x, _ := explain.Translate(t.Context(), block, labPAN(t), from, labLeg(t, pinblock.VISA2))
		require.Equal(t, want, policyOf(t, x, "ibm-cca").Value, digits)
		require.Equal(t, "VISA-3 is not a format of ISO 9564-1", policyOf(t, x, "pci-pin").Note)
		require.Equal(t, "allowed", policyOf(t, x, "open").Value)
	}
}

// TestWhyForbidden: each policy for its own reason.
func TestWhyForbidden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to       pinblock.Format
		pciPIN, ibmCCA string
	}{
		{pinblock.ISO0, pinblock.ISO1, "could be joined to any other", "could be joined to any other"},
		{pinblock.ISO2, pinblock.ISO0, "nothing else is made of it", "nothing else is made of it"},
		{pinblock.VISA3, pinblock.ISO0, "VISA-3 is not a format of ISO 9564-1", "does not have this pair"},
		{pinblock.ISO1, pinblock.ECI3, "ECI-3 is not a format of ISO 9564-1", "does not have this pair"},
	} {
		from := labLeg(t, c.from)
		block, err := clear.Seal(t.Context(), nil, from.Key, from.Format, labPIN(t, "1234"), labPAN(t), nil)
		require.NoError(t, err)
		x, err := explain.Translate(t.Context(), block, labPAN(t), from, labLeg(t, c.to))
		require.NoError(t, err)
		require.Contains(t, policyOf(t, x, "pci-pin").Note, c.pciPIN)
		require.Contains(t, policyOf(t, x, "ibm-cca").Note, c.ibmCCA)
		last := x.Answer[len(x.Answer)-1]
		require.Equal(t, "forbidden by: pci-pin, ibm-cca", last.Name+": "+last.Value)
	}
}

// TestAllowedByAll: where no policy is against it, the answer names none.
func TestAllowedByAll(t *testing.T) {
	t.Parallel()
	from := labLeg(t, pinblock.ISO0)
	block, err := clear.Seal(t.Context(), nil, from.Key, from.Format, labPIN(t, "1234"), labPAN(t), nil)
	require.NoError(t, err)
	x, err := explain.Translate(t.Context(), block, labPAN(t), from, from)
	require.NoError(t, err)
	for _, f := range x.Answer {
		require.NotEqual(t, "forbidden by", f.Name)
	}
	require.NotEmpty(t, x.Answer)
}
