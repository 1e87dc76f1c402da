package explain_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/testvectors"
)

// blockSide is a format and its key, as the vectors write them.
type blockSide struct {
	Format, PAN, Pad, Seq, Fill, Key, Scheme, BDK, KSN string
	UDKA                                               string `json:"udk_a"`
	OldPIN                                             string `json:"old_pin"`
}

// blockVector is a vector about PIN blocks.
type blockVector struct {
	blockSide
	PIN, Block, Field, Policy string
	From, To                  json.RawMessage // a format, or a side

	reason string // why it is to be refused
}

// blockOps explain the vectors of each operation. What they return is the answer, by
// the names of the vectors.
var blockOps = map[string]func(*testing.T, blockVector) (map[string]string, explain.Explanation, error){
	"pinblock.encode": explainedEncode, "pinblock.decode": explainedDecode,
	"pinblock.encipher": explainedSeal, "pinblock.decipher": explainedOpen,
	"iso4.pinfield.encode": explainedEncode, "iso4.pinfield.decode": explainedDecode, "iso4.panfield.encode": explainedPANField,
	"iso4.encipher": explainedSeal, "iso4.decipher": explainedOpen,
	"pin.translate": explainedTranslation, "translate.policy": explainedPolicy,
}

// TestBlockVectors explains all vectors about PIN blocks, and compares the answers.
func TestBlockVectors(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, name := range testvectors.Names() {
		file, err := testvectors.Load(testvectors.FS, name)
		require.NoError(t, err)
		for _, v := range file.Vectors {
			explained := blockOps[v.Op]
			if explained == nil {
				continue
			}
			seen[v.Op]++
			t.Run(v.ID, func(t *testing.T) {
				t.Parallel()
				var in blockVector
				require.NoError(t, json.Unmarshal(v.Inputs, &in))
				if strings.HasPrefix(v.Op, "iso4.") {
					in.Format = "ISO-4"
				}
				if v.ExpectError != nil {
					in.reason = v.ExpectError.Reason
				}
				got, x, err := explained(t, in)
				requireSound(t, x)
				if v.ExpectError != nil {
					require.Error(t, err)
					requireMarked(t, x, err, v.ExpectError.Reason)
					return
				}
				require.NoError(t, err)
				var want map[string]string
				require.NoError(t, json.Unmarshal(v.Expected, &want))
				require.Equal(t, want, got)
			})
		}
	}
	require.Equal(t, map[string]int{
		"pinblock.encode": 193, "pinblock.decode": 95, "pinblock.encipher": 32, "pinblock.decipher": 8,
		"iso4.pinfield.encode": 9, "iso4.pinfield.decode": 14, "iso4.panfield.encode": 17, "iso4.encipher": 20, "iso4.decipher": 16,
		"pin.translate": 45, "translate.policy": 95,
	}, seen)
}

// requireMarked: a block that is none of its format has a nibble marked, and the reason.
func requireMarked(t *testing.T, x explain.Explanation, err error, reason string) {
	t.Helper()
	if why := (*clear.Error)(nil); errors.As(err, &why) {
		require.Contains(t, why.Reasons(), reason)
		var facts []string
		for _, s := range x.Steps {
			for _, f := range s.Facts {
				if f.Name == "fault" {
					facts = append(facts, f.Value)
				}
			}
		}
		require.Equal(t, why.Reasons(), facts)
		require.NotEmpty(t, wrongNibbles(x))
	}
}

// formatOf is the format of a side. The bare names are those of Thales' layouts.
func (s blockSide) formatOf(t *testing.T) (f pinblock.Format) {
	t.Helper()
	name := map[string]string{"DOCUTEL": "THALES-02", "DIEBOLD": "THALES-03"}[s.Format]
	if name == "" {
		name = s.Format
	}
	f, err := pinblock.ParseFormat(name)
	require.NoError(t, err)
	if s.Pad != "" {
		n, err := strconv.ParseUint(s.Pad, 16, 8)
		if err != nil {
			n = 99 // no format has it
		}
		f = f.WithPad(byte(n))
	}
	if s.Seq != "" {
		n, err := strconv.ParseUint(s.Seq, 16, 16)
		require.NoError(t, err)
		f = f.WithSequence(uint16(n))
	}
	return f
}

// told is the format for making a block of a PIN of n digits: a decimal pad takes its length.
func told(f pinblock.Format, n int) pinblock.Format {
	if g := f.WithPINLength(n); !f.Valid() && g.Valid() {
		return g
	}
	return f
}

func (s blockSide) options() (*clear.Options, error) {
	o := &clear.Options{Fill: s.Fill, UDKA: s.UDKA}
	var err error
	if s.OldPIN != "" {
		o.OldPIN, err = clear.PIN(s.OldPIN)
	}
	return o, err
}

// keyOf is the PIN key of a side, derived if it is DUKPT.
func (s blockSide) keyOf(t *testing.T, f pinblock.Format) (keys.Key, error) {
	t.Helper()
	parse, working := cleartext.ParseTDES[string], keys.TDES2
	if s.Scheme == "DUKPT-AES" || s.Scheme == "" && f.BlockSize() == 16 {
		parse = cleartext.ParseAES[string]
	}
	if s.Scheme == "" {
		return parse(s.Key, keys.UsagePIN)
	}
	bdk, err := parse(s.BDK, keys.UsageBDK)
	if err != nil {
		return keys.Key{}, err
	}
	ksn, err := dukpt.ParseKSN(s.KSN)
	if err != nil {
		return keys.Key{}, err
	}
	if f.BlockSize() == 16 {
		working = bdk.Algorithm()
	}
	return dukpt.WorkingKey(bdk, ksn, dukpt.PIN, working)
}

// panOf is a PAN, the zero PAN where the vector has none.
func panOf(text string) (pinblock.PAN, error) {
	if text == "" {
		return pinblock.PAN{}, nil
	}
	return pinblock.ParsePAN(text)
}
