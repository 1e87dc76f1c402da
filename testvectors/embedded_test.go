package testvectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/testvectors"
)

// embedded is every file with the numbers of its vectors, so that none can go
// missing, and none can hide among those that are not run.
var embedded = []struct {
	topic             string
	count             int
	passed, notRun    int // in the library
	onDevice, offline int // passed and not run on a device that derives all keys
	tdes, aes         int // of those that pass, what takes a device that derives the keys of DUKPT
	variant           int // and what takes one that has key blocks itself: versions A and C need the bytes of the KBPK
}{
	{"dukpt-aes", 194, 194, 0, 7, 187, 0, 7, 0},
	{"dukpt-tdes", 140, 140, 0, 23, 117, 23, 0, 0},
	{"ibm3624", 99, 99, 0, 93, 6, 0, 0, 0},
	{"iso-formats-clear", 170, 170, 0, 0, 170, 0, 0, 0},
	{"iso4-enciphered", 76, 76, 0, 34, 42, 0, 0, 0},
	{"kcv", 29, 29, 0, 11, 18, 0, 0, 0},
	{"key-components", 13, 13, 0, 0, 13, 0, 0, 0},
	{"keyblock-tr31", 161, 161, 0, 35, 126, 0, 0, 12},
	{"legacy-formats-clear", 118, 118, 0, 0, 118, 0, 0, 0},
	{"pin-methods-other", 22, 22, 0, 21, 1, 0, 0, 0},
	{"pvv", 42, 42, 0, 39, 3, 0, 0, 0},
	{"tdes-pinblock-enciphered", 40, 40, 0, 40, 0, 0, 0, 0},
	{"translate", 45, 45, 0, 45, 0, 0, 6, 0}, // of two more under DUKPT the outgoing key is refused
	{"translate-policy", 95, 95, 0, 0, 95, 0, 0, 0},
}

func TestCounts(t *testing.T) {
	t.Parallel()
	counts, err := testvectors.Counts()
	require.NoError(t, err)
	want := map[string]int{}
	for _, e := range embedded {
		want[e.topic] = e.count
	}
	require.Equal(t, want, counts)
	require.Len(t, testvectors.Names(), len(embedded))
}

func TestFormatCounts(t *testing.T) {
	t.Parallel()
	counts, err := testvectors.FormatCounts()
	require.NoError(t, err)
	for _, f := range pinblock.Formats() {
		require.Positive(t, counts[f], "no vector of %v", f)
	}
	require.Equal(t, len(pinblock.Formats()), len(counts))
}

// TestLibrary runs every vector on the library, reasons of refusals included.
func TestLibrary(t *testing.T) {
	t.Parallel()
	for _, e := range embedded {
		t.Run(e.topic, func(t *testing.T) {
			t.Parallel()
			r := run(t, e.topic, testvectors.Options{Strict: true})
			require.Equal(t, e.passed, r.Count(testvectors.Passed))
			require.Equal(t, e.notRun, r.Count(testvectors.NotRun))
		})
	}
}

// TestTotal is the number that the program says.
func TestTotal(t *testing.T) {
	t.Parallel()
	passed := 0
	for _, e := range embedded {
		passed += e.passed
		require.Equal(t, e.count, e.passed)
	}
	require.Equal(t, 1244, passed)
}

// TestSoftDevice runs every vector through a device.
func TestSoftDevice(t *testing.T) {
	t.Parallel()
	testDevice(t, soft.New(), abilities{tdes: true, aes: true, keyBlocks: true})
}

// TestPlainDevice is a device that derives and unwraps no keys.
func TestPlainDevice(t *testing.T) {
	t.Parallel()
	d := soft.New()
	testDevice(t, plain{d, d, d}, abilities{})
}

// plain hides what else a device can do.
type plain struct {
	hsm.Device
	hsm.KeyManager
	hsm.ThrowAway
}

// abilities says of which DUKPT a device derives the keys, and whether it unwraps
// key blocks itself.
type abilities struct{ tdes, aes, keyBlocks bool }

// testDevice runs every vector through a device, which has no key when it ends.
func testDevice(t *testing.T, d hsm.Device, can abilities) {
	t.Helper()
	o := testvectors.Options{
		HSM:     hsm.New(d, hsm.WithPolicy(hsm.PolicyOpen()), hsm.AllowInProcess()),
		Policed: hsm.New(d, hsm.AllowInProcess()),
	}
	for _, e := range embedded {
		passed := e.onDevice
		if !can.tdes {
			passed -= e.tdes
		}
		if !can.aes {
			passed -= e.aes
		}
		if !can.keyBlocks {
			passed -= e.variant
		}
		r := run(t, e.topic, o)
		require.Equal(t, passed, r.Count(testvectors.Passed), e.topic)
		require.Equal(t, e.count-passed, r.Count(testvectors.NotRun), e.topic)
		require.Equal(t, e.count, e.onDevice+e.offline, e.topic)
	}
	left, err := o.HSM.ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)
}

// run runs an embedded file, of which no vector may fail.
func run(t *testing.T, topic string, o testvectors.Options) testvectors.Report {
	t.Helper()
	f, err := testvectors.Load(testvectors.FS, topic+".json")
	require.NoError(t, err)
	r := testvectors.Run(t.Context(), f, o)
	require.Equal(t, topic, r.Topic)
	require.Len(t, r.Results, f.Count)
	for i, res := range r.Results {
		require.Equal(t, f.Vectors[i].ID, res.ID)
		if res.Outcome == testvectors.Failed {
			t.Errorf("%s %s: %s want %s got %s", res.ID, res.Op, res.Detail, res.Want, res.Got)
		}
	}
	return r
}
