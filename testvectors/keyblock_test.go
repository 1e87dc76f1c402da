package testvectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/testvectors"
)

const (
	kbpkIn  = `"kbpk": "DD7515F2BFC17F85CE48F3CA25CB21F6"`
	blockB  = `B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E`
	insideB = `3F419E1CB7079442AA37474C2EFBF8B8`
	oneKBPK = `"kbpk": "EFE0853B256B583D868F251CE99EA1D9"`
)

// TestRunKeyBlocks has what the file does not have: wrong values and wrong
// vectors, and reasons that are not those of the fault.
func TestRunKeyBlocks(t *testing.T) {
	t.Parallel()
	fields := `"length": "0016", "usage": "P0", "algorithm": "T", "mode": "E", "key_version": "00", "exportability": "N", "optional": 0, "reserved": "00"`
	cases := []struct {
		name                string
		op, inputs, outcome string
		want                testvectors.Outcome
		detail              string
	}{
		{"other key", "tr31.unwrap", `{` + kbpkIn + `, "key_block": "` + blockB + `"}`, `{"key": "00"}`, testvectors.Failed, "key is another"},
		{"good block", "tr31.unwrap", `{` + kbpkIn + `, "key_block": "` + blockB + `"}`, `refused: mac`, testvectors.Failed, "accepted"},
		{"other reason", "tr31.unwrap", `{` + kbpkIn + `, "key_block": "` + blockB + `00"}`, `refused: mac`, testvectors.Failed, "because of length"},
		{"wrong KBPK, other reason", "tr31.unwrap", `{` + oneKBPK + `, "key_block": "` + blockB + `"}`, `refused: kbpk-length`, testvectors.Failed, "because of"},
		{"two faults, the one", "tr31.unwrap", `{"kbpk": "00", "key_block": "` + blockB + `00"}`, `refused: length`, testvectors.Passed, ""},
		{"two faults, the other", "tr31.unwrap", `{"kbpk": "00", "key_block": "` + blockB + `00"}`, `refused: kbpk-length`, testvectors.Passed, ""},
		{"half a byte of KBPK", "tr31.unwrap", `{"kbpk": "0", "key_block": "` + blockB + `"}`, `refused: kbpk-length`, testvectors.Passed, ""},
		{"KBPK that is no hex", "tr31.unwrap", `{"kbpk": "GG", "key_block": "` + blockB + `"}`, `refused: not-hex`, testvectors.Passed, ""},
		{"KBPK of the other cipher", "tr31.derive", `{"kbpk": "00112233445566778899AABBCCDDEEFF0011223344556677AABBCCDDEEFF0011", "version": "B", "which": "kbek"}`,
			`refused: kbpk-length`, testvectors.Passed, ""},
		{"other block", "tr31.wrap", `{` + kbpkIn + `, "header": "B0080P0TE00E0000", "key": "00112233445566778899AABBCCDDEEFF", "pad": "000000000000"}`,
			`{"key_block": "` + blockB + `"}`, testvectors.Failed, "key_block is another"},
		{"padding that does not fit", "tr31.wrap", `{` + kbpkIn + `, "header": "B0080P0TE00E0000", "key": "00112233445566778899AABBCCDDEEFF", "pad": "00"}`,
			`refused: padding`, testvectors.Passed, ""},
		{"derived, the other key", "tr31.derive", `{` + oneKBPK + `, "version": "B", "which": "kbak"}`, `{"key": "60C17C9B43020123C16040CCDCBC76F1"}`, testvectors.Failed, "key is another"},
		{"unknown key", "tr31.derive", `{` + oneKBPK + `, "version": "B", "which": "kek"}`, `refused: kbpk-length`, testvectors.Failed, "unknown key"},
		{"unknown version", "tr31.derive", `{` + oneKBPK + `, "version": "F", "which": "kbek"}`, `refused: version`, testvectors.Failed, "unknown version"},
		{"header", "tr31.header", `{"header": "B0016P0TE00N0000"}`, `{"version": "B", ` + fields + `}`, testvectors.Passed, ""},
		{"other field", "tr31.header", `{"header": "B0016P0TE00N0000"}`, `{"version": "D", ` + fields + `}`, testvectors.Failed, "version is another"},
		{"field missing", "tr31.header", `{"header": "B0016P0TE00N0000"}`, `{` + fields + `}`, testvectors.Failed, `"version" is missing`},
		{"header, other reason", "tr31.header", `{"header": "B0016P0TE00N0X00"}`, `refused: mac`, testvectors.Failed, "because of header"},
		{"good fields", "tr31.header_new", `{"version": "B", "usage": "P0", "algorithm": "T", "mode": "E", "key_version": "00", "exportability": "N"}`, `{}`, testvectors.Passed, ""},
		{"good fields refused", "tr31.header_new", `{"version": "B", "usage": "P0", "algorithm": "T", "mode": "E", "key_version": "00", "exportability": "N"}`,
			`refused: header-field`, testvectors.Failed, "accepted"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := file(vector(c.op, c.inputs, c.outcome))
			r := testvectors.Run(t.Context(), f, testvectors.Options{Strict: true})
			require.Equal(t, c.want.String(), r.Results[0].Outcome.String(), r.Results[0].Detail)
			require.Contains(t, r.Results[0].Detail, c.detail)
			// What is no vector is none on a device either, and blocks are taken there.
			if c.detail != `"version" is missing` && c.op != "tr31.unwrap" {
				require.Equal(t, 1, testvectors.Run(t.Context(), f, devices(t)).Count(testvectors.NotRun))
			}
		})
	}
}

// TestRunKeyBlocksOnDevice has a device take keys, and what it must not take.
func TestRunKeyBlocksOnDevice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs, outcome string
		want            testvectors.Outcome
	}{
		"its key":       {`{` + kbpkIn + `, "key_block": "` + blockB + `"}`, `{"key": "` + insideB + `"}`, testvectors.Passed},
		"another key":   {`{` + kbpkIn + `, "key_block": "` + blockB + `"}`, `{"key": "0123456789ABCDEFFEDCBA9876543210"}`, testvectors.Failed},
		"accepted":      {`{` + kbpkIn + `, "key_block": "` + blockB + `"}`, `refused: mac`, testvectors.Failed},
		"another KBPK":  {`{` + oneKBPK + `, "key_block": "` + blockB + `"}`, `refused: mac`, testvectors.Passed},
		"no key at all": {`{` + kbpkIn + `, "key_block": "` + blockB + `"}`, `{"key": "00"}`, testvectors.NotRun},
		"no header":     {`{` + kbpkIn + `, "key_block": "B"}`, `refused: length`, testvectors.NotRun},
		"no KBPK":       {`{"kbpk": "00", "key_block": "` + blockB + `"}`, `refused: kbpk-length`, testvectors.NotRun},
	} {
		r := testvectors.Run(t.Context(), file(vector("tr31.unwrap", c.inputs, c.outcome)), devices(t))
		require.Equal(t, c.want.String(), r.Results[0].Outcome.String(), "%s: %s", name, r.Results[0].Detail)
	}
}
