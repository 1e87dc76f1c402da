package httpapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPINControlFields is the reference's table: types, lengths, what is
// mandatory, and what is ignored.
func TestPINControlFields(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "1357")
	set := f{"Func": "00", "PublicToken": token, "NewPin": "1357", "ConfirmPin": "1357"}
	nines := strings.Repeat("9", 64)
	for field, rows := range map[string]struct{ good, bad []any }{
		"wsid":        {[]any{"", "0", nines[:19], 7, json.Number("9999999999999999999")}, []any{nines[:20], "x", " 1", -1, json.Number("10000000000000000000"), json.Number("1.5"), json.Number("1e3"), "١", null{}}},
		"AuthType":    {[]any{"1"}, []any{"", "11", "ä", 1}},
		"DOB":         {[]any{"1980-12-31", "2024-02-29"}, []any{"", "1980-13-01", "2023-02-29", "80-12-31", "31-12-1980", "1980-12-311", 19801231}},
		"PAN":         {[]any{pan}, []any{"", nines[:13], nines[:20], "4111 1111 1111 1111", "４111111111111111", 4111111111111111}},
		"PublicToken": {[]any{token}, []any{"", nines[:10], "1-2", "ä", 1}},
		"ClientCode":  {[]any{"x", nines, "Abc123"}, []any{"", nines + "9", "a b", "a;b", 5}},
		"Func":        {[]any{"00", "0"}, []any{nil, "", "000", "-1", 0}},
		"NewPin":      {nil, []any{nil, "", "135", nines[:13], "135a", "١٣٥٧", 1357}},
		"ConfirmPin":  {nil, []any{nil, "", "135", nines[:13], "135a", 1357}},
		"CurrentPin":  {[]any{nil, "", "x", 1357, []any{}, nines}, nil}, // ignored
		"FeeWaiver":   {[]any{"0", "1", 0, 1}, []any{"", "2", 2, "01", true}},
		"IssCode":     {[]any{"A", "PIN1"}, []any{nil, "", "PIN12", "P 1", 1234}},
		"LocDate":     {[]any{"250213"}, []any{nil, "", "25213", "2025-02-13", "abcdef", 250213}},
		"LocTime":     {[]any{"14:50:06.0", "0014500600"}, []any{nil, "", "145006", "14:50:06.00", "abcdefghij", 1450060000}},
		"Else":        {nil, []any{"x"}},
	} {
		for _, v := range rows.good {
			fields := maps.Clone(set)
			fields[field] = v
			a := r.ws(fields)
			require.Equal(t, "000", r.code(a), "%s %v: %s", field, v, a.body)
		}
		for _, v := range rows.bad {
			fields := maps.Clone(set)
			fields[field] = v
			a := r.ws(fields)
			require.Equal(t, http.StatusBadRequest, a.status, "%s %v: %s", field, v, a.body)
			require.Equal(t, "119", r.code(a), "%s %v", field, v)
		}
	}
	for name, fields := range map[string]f{
		"current PIN of a change": {"Func": "02", "PublicToken": token, "NewPin": "1357", "ConfirmPin": "1357"},
		"neither PAN nor token":   {"Func": "04"},
	} {
		require.Equal(t, http.StatusBadRequest, r.ws(fields).status, name)
	}
	// Another AuthType is refused as that, whatever else it would need.
	for _, kind := range []string{"2", "3", "4", "5", "6", "7", "8", "9", "0", "A"} {
		require.Equal(t, "115", r.code(r.ws(f{"Func": "04", "PublicToken": token, "AuthType": kind})), kind)
		require.Equal(t, "115", r.code(r.ws(f{"Func": "04", "AuthType": kind})), kind)
	}
	for _, number := range []string{"01", "03", "04", "05"} {
		a := r.ws(f{"Func": number, "PublicToken": token, "NewPin": 5, "ConfirmPin": null{}, "CurrentPin": "ignored"})
		require.Equal(t, "000", r.code(a), "%s: %s", number, a.body)
	}
}

// null is a value that is null in JSON.
type null struct{}

// MarshalJSON returns null.
func (null) MarshalJSON() ([]byte, error) { return []byte("null"), nil }
