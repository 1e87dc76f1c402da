package httpapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// ws sends a PIN Control request: the mandatory fields, and those given. A nil
// value takes a field away.
func (r *rig) ws(fields map[string]any, headers ...string) answer {
	r.t.Helper()
	all := map[string]any{"IssCode": "PIN1", "LocDate": "250213", "LocTime": "14:50:06.0"}
	maps.Copy(all, fields)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(all)
	require.NoError(r.t, err)
	return r.send("POST", "/ws/api/v1/WS_PinControl", string(text), headers...)
}

type f = map[string]any

// code returns the answer's action code.
func (r *rig) code(a answer) string {
	r.t.Helper()
	code, _ := a.json(r.t, "ActionCode").(string)
	return code
}

// TestPINControl is the life of a PIN by function.
func TestPINControl(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "")

	a := r.ws(f{"Func": "00", "PAN": pan, "NewPin": "0042", "ConfirmPin": "0042", "wsid": 20250213145006})
	require.JSONEq(t, `{"PublicToken":"`+token+`","PINStatus":"0","ActionCode":"000","ActionText":"Done","wsid":"20250213145006"}`, string(a.body))
	a = r.ws(f{"Func": "1", "PublicToken": token, "AuthType": "1"})
	require.Equal(t, "0042", a.json(t, "currentPIN"))
	require.Len(t, a.json(t, "wsid"), 19)
	a = r.ws(f{"Func": "02", "PublicToken": token, "PAN": pan, "CurrentPin": "0042", "NewPin": "1357", "ConfirmPin": "1357", "FeeWaiver": 1})
	require.Equal(t, "000", r.code(a))
	require.Equal(t, "0042", a.json(t, "currentPIN"))
	require.Equal(t, "1357", a.json(t, "newPIN"))
	require.Equal(t, true, r.verify(token, "1357", pan).json(t, "verified"))
	a = r.ws(f{"Func": "03", "PublicToken": token, "FeeWaiver": "0"})
	drawn := a.json(t, "currentPIN").(string)
	require.Equal(t, true, r.verify(token, drawn, pan).json(t, "verified"))
	require.Equal(t, "000", r.code(r.ws(f{"Func": "00", "PublicToken": token, "NewPin": "0042", "ConfirmPin": "0042"})))

	for i, status := range []string{"0", "0", "1"} {
		a = r.ws(f{"Func": "02", "PublicToken": token, "CurrentPin": "8642", "NewPin": "1357", "ConfirmPin": "1357"})
		require.Equal(t, "117", r.code(a), "%s", a.body)
		require.Equal(t, status, a.json(t, "PINStatus"), "try %d", i)
		require.Nil(t, a.json(t, "currentPIN"))
	}
	a = r.ws(f{"Func": "02", "PublicToken": token, "CurrentPin": "0042", "NewPin": "1357", "ConfirmPin": "1357"})
	require.Equal(t, "106", r.code(a))
	require.Equal(t, "1", a.json(t, "PINStatus"))
	a = r.ws(f{"Func": "04", "PublicToken": token})
	require.Equal(t, "000", r.code(a))
	require.Equal(t, "0", a.json(t, "PINStatus"))

	a = r.ws(f{"Func": "05", "PublicToken": token, "wsid": "77"})
	require.Equal(t, "000", r.code(a))
	require.Equal(t, "000", r.code(r.ws(f{"Func": "05", "PublicToken": token, "wsid": "77"})))
	mails, err := r.store.Mail(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, mails, 1, "a repeated request is not mailed twice")
}

// TestPINControlRefusals is every action code but 000.
func TestPINControlRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.IssuerCodes = []string{"PIN1", "PIN2"} })
	token := r.card(pan, "default", "1357")
	strict := r.card("", "strict", "")
	set := func(change f) f {
		all := f{"Func": "00", "PublicToken": token, "NewPin": "2468", "ConfirmPin": "2468"}
		maps.Copy(all, change)
		return all
	}
	for name, row := range map[string]struct {
		code   string
		fields f
	}{
		"PINs differ":            {"119", set(f{"ConfirmPin": "2469"})},
		"wrong length":           {"119", set(f{"NewPin": "24680", "ConfirmPin": "24680"})},
		"weak":                   {"119", set(f{"PublicToken": strict, "NewPin": "1111", "ConfirmPin": "1111"})},
		"two cards":              {"119", set(f{"PublicToken": strict, "PAN": pan})},
		"no such function":       {"119", set(f{"Func": "09"})},
		"function in letters":    {"119", set(f{"Func": "ZZ"})},
		"no card":                {"118", set(f{"PublicToken": "1"})},
		"no card of this PAN":    {"118", set(f{"PublicToken": nil, "PAN": "5500005555555559"})},
		"no card, PINs differ":   {"118", set(f{"PublicToken": "1", "ConfirmPin": "2469"})},
		"forward":                {"115", set(f{"Func": "06"})},
		"unblock CVC2":           {"115", set(f{"Func": "07"})},
		"unblock both":           {"115", set(f{"Func": "08"})},
		"AuthType 2":             {"115", set(f{"AuthType": "2", "DOB": "1980-12-31"})},
		"AuthType 5 needs none":  {"115", set(f{"AuthType": "5", "PublicToken": nil})},
		"never revealed":         {"115", f{"Func": "01", "PublicToken": strict}},
		"never revealed by post": {"115", f{"Func": "05", "PublicToken": strict}},
		"issuer code":            {"801", set(f{"IssCode": "ELSE"})},
	} {
		a := r.ws(row.fields)
		require.Equal(t, http.StatusOK, a.status, "%s: %s", name, a.body)
		require.Equal(t, row.code, r.code(a), "%s: %s", name, a.body)
		require.Equal(t, actionCode(row.code).text(), a.json(t, "ActionText"), name)
	}
	require.Equal(t, true, r.verify(token, "1357", pan).json(t, "verified"))

	require.Equal(t, "999", r.code(r.ws(set(nil), "Authorization: Bearer "+nothing)))
	require.Equal(t, "999", r.code(r.ws(set(nil), "Authorization: Bearer "+badToken)))
	r.hsmDown.Store(true)
	a := r.ws(set(nil))
	require.Equal(t, 503, a.status)
	require.Equal(t, "907", r.code(a))
}

// TestWSID has no request executed twice.
func TestWSID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "patient", "1357")
	wrong := f{"Func": "02", "PublicToken": token, "CurrentPin": "8642", "NewPin": "2468", "ConfirmPin": "2468", "wsid": "1"}
	for range 5 {
		a := r.ws(wrong)
		require.Equal(t, "117", r.code(a))
	}
	require.EqualValues(t, 14, r.send("GET", "/cards/"+token, "").json(t, "remainingTries"), "one try for five of the same")

	first := r.ws(f{"Func": "03", "PublicToken": token, "wsid": "2"})
	pin := first.json(t, "currentPIN").(string)
	again := r.ws(f{"Func": "03", "PAN": pan, "wsid": 2})
	require.Equal(t, "000", r.code(again))
	require.Nil(t, again.json(t, "currentPIN"), "no PIN is kept to be answered again")
	require.Contains(t, again.json(t, "ActionText"), "same wsid")
	require.Equal(t, "true", again.header.Get(headerReplayed))
	require.Equal(t, true, r.verify(token, pin, pan).json(t, "verified"))

	a := r.ws(f{"Func": "04", "PublicToken": token, "wsid": "2"})
	require.Equal(t, "913", r.code(a))
	made := r.ws(f{"Func": "04", "PublicToken": token, "wsid": ""}).json(t, "wsid").(string)
	require.Equal(t, "913", r.code(r.ws(f{"Func": "01", "PublicToken": token, "wsid": made})))
	require.Equal(t, "000", r.code(r.ws(f{"Func": "04", "PublicToken": token, "wsid": made})))
}

// TestPINControlWithoutClearPINs refuses what needs them, and nothing else.
func TestPINControlWithoutClearPINs(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.ClearPIN = false })
	token := r.card(pan, "default", "")
	for number, code := range map[string]string{"00": "115", "01": "115", "02": "115", "03": "115", "04": "000", "05": "000"} {
		a := r.ws(f{"Func": number, "PublicToken": token, "CurrentPin": "1357", "NewPin": "2468", "ConfirmPin": "2468"})
		require.Equal(t, code, r.code(a), "%s: %s", number, a.body)
		require.Nil(t, a.json(t, "currentPIN"))
	}
}
