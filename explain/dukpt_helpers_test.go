package explain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

const (
	dukptTDES = "0123456789ABCDEFFEDCBA9876543210"
	dukptAES  = "FEDCBA9876543210F1F1F1F1F1F1F1F1"
)

// dukptKey is a key of the scheme of the KSN, and the KSN.
func dukptKey(t testing.TB, hex string, u keys.Usage, text string) (keys.Key, dukpt.KSN) {
	t.Helper()
	ksn, err := dukpt.ParseKSN(text)
	require.NoError(t, err)
	parse := cleartext.ParseTDES[string]
	if ksn.IsAES() {
		parse = cleartext.ParseAES[string]
	}
	k, err := parse(hex, u)
	require.NoError(t, err)
	return k, ksn
}

// step is the step of a title.
func step(t *testing.T, x explain.Explanation, title string) explain.Step {
	t.Helper()
	for _, s := range x.Steps {
		if s.Title == title {
			return s
		}
	}
	require.Fail(t, "no step", title)
	return explain.Step{}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// starred are the nodes of a tree that lead to the answer.
func starred(n *explain.Node) (path []*explain.Node) {
	for n != nil {
		path = append(path, n)
		at := n
		n = nil
		for i := range at.Children {
			if at.Children[i].OnPath {
				n = &at.Children[i]
			}
		}
	}
	return path
}

func dukptTree(x explain.Explanation) *explain.Node {
	for _, s := range x.Steps {
		if s.Tree != nil {
			return s.Tree
		}
	}
	return nil
}

// fact is the value of a fact of any step, and answer that of an answer.
func fact(x explain.Explanation, name string) string {
	for _, s := range x.Steps {
		for _, f := range s.Facts {
			if f.Name == name {
				return f.Value
			}
		}
	}
	return ""
}

func valueOf(t *testing.T, s explain.Step, name string) string {
	t.Helper()
	for _, r := range s.Rows {
		if r.Name == name {
			return r.Value()
		}
	}
	require.Fail(t, "no row", "%s of %s", name, s.Title)
	return ""
}

var vectorPurposes = map[string]dukpt.Purpose{
	"pin":            dukpt.PIN,
	"mac_req":        dukpt.MACRequest,
	"mac_rsp":        dukpt.MACResponse,
	"mac_gen":        dukpt.MACRequest,
	"mac_ver":        dukpt.MACResponse,
	"mac_both":       dukpt.MACBoth,
	"mac_request":    dukpt.MACRequest,
	"mac_response":   dukpt.MACResponse,
	"data_req":       dukpt.DataRequest,
	"data_rsp":       dukpt.DataResponse,
	"data_enc":       dukpt.DataRequest,
	"data_dec":       dukpt.DataResponse,
	"data_both":      dukpt.DataBoth,
	"data_request":   dukpt.DataRequest,
	"data_response":  dukpt.DataResponse,
	"key_encryption": dukpt.KeyEncryption,
	"derivation":     dukpt.KeyDerivation,
}

var dukptNames = map[dukpt.Purpose]string{
	dukpt.PIN:           "PIN key",
	dukpt.MACRequest:    "MAC key, request",
	dukpt.MACResponse:   "MAC key, response",
	dukpt.MACBoth:       "MAC key, both directions",
	dukpt.DataRequest:   "data key, request",
	dukpt.DataResponse:  "data key, response",
	dukpt.DataBoth:      "data key, both directions",
	dukpt.KeyEncryption: "key encryption key",
	dukpt.KeyDerivation: "key derivation key",
}
