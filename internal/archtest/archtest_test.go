// Package archtest holds the plan of the house: which package may import which.
// It has no code but its test.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/pinion-hsm/pinion/"

// allowed says, for every package of the module, what it may import beside the
// standard library. A package or an import that is not in the table fails the
// test. DO NOT add a line just to make it pass: docs/architecture.md says what
// each floor is for, and a new arrow is a decision.
var allowed = map[string]string{
	// floor 0
	"internal/veil":              "golang.org/x/sys/cpu",
	"internal/fault":             "",
	"internal/draw":              "",
	"internal/overlap":           "",
	"internal/secret":            "",
	"internal/secret/secrettest": "",
	"internal/fipstest":          "github.com/stretchr/testify/require",
	"internal/cmac":              "",
	"internal/archtest":          "",
	"internal/luhn":              "",
	"internal/nearest":           "",
	"internal/durable":           "",
	"internal/flock":             "",
	"internal/errtext":           "",
	"internal/sqlstate":          "",
	"internal/secretfile":        "",
	"internal/bitdes":            "internal/overlap golang.org/x/sys/cpu",
	"internal/isofield":          "golang.org/x/sys/cpu",

	// floor 1
	"pinblock":                 "internal/veil internal/fault internal/draw internal/isofield internal/overlap",
	"pinblock/clear":           "internal/veil internal/fault pinblock",
	"keys":                     "internal/bitdes internal/overlap internal/secret internal/cmac",
	"keys/cleartext":           "internal/secret keys",
	"keys/dukpt":               "internal/bitdes internal/cmac internal/secret keys",
	"keys/dukpt/intermediate":  "internal/secret keys keys/dukpt",
	"keys/keyblock":            "internal/cmac internal/secret keys",
	"keys/keyblock/clearblock": "internal/cmac internal/secret keys keys/keyblock",

	// floor 2
	"pinverify": "internal/veil keys pinblock",

	"internal/ontoken": "internal/draw internal/veil keys/dukpt pinblock pinverify",

	// floor 3
	"hsm": "internal/draw internal/overlap internal/veil keys keys/dukpt keys/keyblock pinblock pinverify",

	// floor 4
	"hsm/soft":          "hsm internal/durable internal/flock internal/secret keys keys/dukpt keys/keyblock golang.org/x/crypto/scrypt",
	"hsm/pkcs11":        "hsm internal/cmac internal/ontoken internal/secret internal/secretfile keys keys/cleartext keys/dukpt keys/keyblock pinblock pinverify github.com/miekg/pkcs11",
	"hsm/hsmtest":       "hsm keys keys/cleartext keys/dukpt pinblock pinverify github.com/stretchr/testify/require",
	"hsm/devices":       "hsm hsm/soft hsm/pkcs11 internal/secretfile nss softhsm",
	"softhsm":           "hsm/pkcs11 internal/tokendir",
	"nss":               "hsm/pkcs11 internal/tokendir",
	"testvectors":       "hsm keys keys/cleartext keys/dukpt keys/dukpt/intermediate keys/keyblock keys/keyblock/clearblock pinblock pinblock/clear pinverify",
	"explain":           "hsm keys keys/cleartext keys/dukpt keys/dukpt/intermediate keys/keyblock keys/keyblock/clearblock pinblock pinblock/clear pinverify",
	"internal/diagnose": "explain internal/luhn keys keys/cleartext keys/dukpt keys/dukpt/intermediate pinblock pinblock/clear",
	"internal/pgtest":   "",
	"internal/p11rig":   "hsm/pkcs11 softhsm",

	"internal/tokendir":           "hsm/pkcs11",
	"internal/tokendir/tokentest": "hsm hsm/pkcs11 internal/tokendir keys github.com/stretchr/testify/require",

	// floor 5, from the bottom up
	"internal/lab":      "explain internal/diagnose internal/errtext keys keys/cleartext keys/dukpt keys/dukpt/intermediate keys/keyblock keys/keyblock/clearblock pinblock pinblock/clear pinverify",
	"internal/lab/page": "",
	"internal/lab/wasm": "internal/lab",
	"hsm/pool":          "hsm keys keys/dukpt pinblock pinverify github.com/sony/gobreaker/v2",
	"issuer/audit":      "",
	"reencrypt":         "hsm internal/durable internal/flock issuer/audit keys keys/dukpt pinblock github.com/klauspost/compress/gzip github.com/klauspost/compress/zstd",
	"reencrypt/queue": "hsm internal/durable internal/flock internal/sqlstate keys pinblock reencrypt github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgconn " +
		"github.com/jackc/pgx/v5/pgxpool github.com/klauspost/compress/gzip github.com/klauspost/compress/zstd github.com/riverqueue/river " +
		"github.com/riverqueue/river/riverdriver/riverpgxv5 github.com/riverqueue/river/rivermigrate github.com/riverqueue/river/rivertype golang.org/x/sync/errgroup",
	"issuer": "hsm internal/luhn internal/veil issuer/audit pinblock pinverify",
	"issuer/sqlstore": "internal/sqlstate issuer issuer/audit github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgconn github.com/jackc/pgx/v5/pgxpool " +
		"github.com/jackc/pgx/v5/stdlib github.com/pressly/goose/v3 github.com/pressly/goose/v3/lock modernc.org/sqlite modernc.org/sqlite/lib",
	"issuer/access":  "github.com/go-jose/go-jose/v4 github.com/go-jose/go-jose/v4/json github.com/go-jose/go-jose/v4/jwt golang.org/x/time/rate",
	"issuer/session": "hsm keys keys/cleartext pinblock pinblock/clear github.com/go-jose/go-jose/v4 github.com/go-jose/go-jose/v4/json",
	"issuer/outbox":  "internal/durable issuer github.com/go-jose/go-jose/v4",
	"issuer/httpapi": "hsm issuer issuer/access issuer/audit issuer/session keys keys/dukpt pinblock pinblock/clear " +
		"github.com/santhosh-tekuri/jsonschema/v6 github.com/santhosh-tekuri/jsonschema/v6/kind github.com/swaggest/jsonschema-go go.opentelemetry.io/otel/trace",
	"issuer/server": "hsm hsm/devices internal/durable internal/errtext internal/flock internal/lab/page internal/nearest issuer issuer/access issuer/httpapi issuer/outbox issuer/session issuer/sqlstore keys keys/cleartext pinblock pinverify softhsm " +
		"github.com/go-jose/go-jose/v4 github.com/knadh/koanf/parsers/yaml github.com/knadh/koanf/providers/env/v2 github.com/knadh/koanf/v2 " +
		"github.com/prometheus/client_golang/prometheus github.com/prometheus/client_golang/prometheus/collectors github.com/prometheus/client_golang/prometheus/promhttp " +
		"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp go.opentelemetry.io/otel go.opentelemetry.io/otel/attribute " +
		"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp go.opentelemetry.io/otel/propagation go.opentelemetry.io/otel/sdk/resource " +
		"go.opentelemetry.io/otel/sdk/trace go.opentelemetry.io/otel/trace",

	// floor 6
	"cmd/pinion": "examples explain hsm hsm/devices hsm/pkcs11 internal/diagnose internal/errtext internal/lab/page internal/nearest issuer issuer/audit issuer/server issuer/sqlstore " +
		"keys keys/cleartext keys/dukpt keys/dukpt/intermediate keys/keyblock keys/keyblock/clearblock pinblock pinblock/clear pinverify reencrypt reencrypt/queue softhsm testvectors " +
		"github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term",
	"examples":         "",
	"examples/embed":   "hsm hsm/devices keys pinblock pinverify",
	"examples/issuer":  "hsm hsm/devices issuer issuer/sqlstore keys keys/dukpt pinblock pinverify",
	"examples/harness": "hsm hsm/devices keys keys/dukpt pinblock pinverify",
	"examples/ci":      "hsm pinblock pinverify",
}

// alsoInTests is what tests may import beside what their package may.
var alsoInTests = strings.Fields("github.com/stretchr/testify/require github.com/stretchr/testify/assert github.com/rogpeppe/go-internal/testscript " +
	"github.com/santhosh-tekuri/jsonschema/v6 github.com/miekg/pkcs11 github.com/jackc/pgx/v5 " +
	"github.com/go-jose/go-jose/v4 github.com/go-jose/go-jose/v4/jwt github.com/knadh/koanf/parsers/yaml golang.org/x/sync/errgroup " +
	"github.com/chromedp/chromedp github.com/chromedp/cdproto/cdp github.com/chromedp/cdproto/emulation github.com/chromedp/cdproto/input github.com/chromedp/cdproto/log " +
	"github.com/chromedp/cdproto/network github.com/chromedp/cdproto/page github.com/chromedp/cdproto/runtime github.com/chromedp/cdproto/security github.com/chromedp/chromedp/kb " +
	"examples/ci internal/errtext issuer issuer/audit issuer/sqlstore issuer/session issuer/access internal/pgtest internal/p11rig nss pinverify explain " +
	"internal/lab keys keys/cleartext pinblock pinblock/clear hsm hsm/soft hsm/pkcs11 hsm/devices hsm/hsmtest softhsm testvectors examples internal/secret internal/secret/secrettest internal/tokendir/tokentest internal/fipstest " +
	"keys/dukpt keys/dukpt/intermediate keys/keyblock keys/keyblock/clearblock")

// doors are the packages that reveal what the others hide, and who may import
// them outside tests. The list is for whoever reviews a program's secrets.
var doors = map[string][]string{
	"pinblock/clear":  {"cmd/pinion", "explain", "internal/diagnose", "internal/lab", "issuer/httpapi", "issuer/session", "testvectors"},
	"keys/cleartext":  {"cmd/pinion", "explain", "hsm/hsmtest", "hsm/pkcs11", "internal/diagnose", "internal/lab", "issuer/server", "issuer/session", "testvectors"},
	"internal/secret": {"hsm/pkcs11", "hsm/soft", "keys", "keys/cleartext", "keys/dukpt", "keys/dukpt/intermediate", "keys/keyblock", "keys/keyblock/clearblock"},
	"internal/veil":   {"hsm", "internal/ontoken", "issuer", "pinblock", "pinblock/clear", "pinverify"},
}

// cgoPackages are those with cgo. Everything else must build without a C
// compiler, and so must their !cgo twins.
var cgoPackages = []string{"hsm/pkcs11"}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Standard                           bool
	CgoFiles                           []string
}

func packages(t *testing.T, env ...string) []pkg {
	t.Helper()
	return listed(t, "./...", env...)
}

func listed(t *testing.T, pattern string, env ...string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Standard,CgoFiles", pattern)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	require.NoError(t, err)
	var ps []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		ps = append(ps, p)
	}
	require.NotEmpty(t, ps)
	return ps
}

// inBrowser returns the packages that are built for a browser alone.
func inBrowser(t *testing.T) []pkg {
	t.Helper()
	return listed(t, "./internal/lab/wasm", "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

// short cuts the module's name from an import path.
func short(path string) string { return strings.TrimPrefix(path, module) }

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func TestImports(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range append(packages(t, "CGO_ENABLED=1"), inBrowser(t)...) {
		name := short(p.ImportPath)
		line, ok := allowed[name]
		require.True(t, ok, "package %s is not in the plan", name)
		seen[name] = true
		may := strings.Fields(line)
		for _, path := range p.Imports {
			if !isStandard(path) {
				require.Contains(t, may, short(path), "%s imports %s", name, short(path))
			}
		}
		for _, path := range append(p.TestImports, p.XTestImports...) {
			if !isStandard(path) && short(path) != name {
				require.Contains(t, append(may, alsoInTests...), short(path), "the tests of %s import %s", name, short(path))
			}
		}
		if name != "hsm/hsmtest" && name != "internal/secret/secrettest" && name != "internal/tokendir/tokentest" && name != "internal/fipstest" { // which are for tests alone
			require.NotContains(t, p.Imports, "testing", "%s would bring package testing into programs", name)
		}
	}
	for name := range allowed {
		require.True(t, seen[name], "the plan has a package %s that does not exist", name)
	}
}

func TestDoors(t *testing.T) {
	t.Parallel()
	found := map[string][]string{}
	for _, p := range packages(t, "CGO_ENABLED=1") {
		for _, path := range p.Imports {
			if _, ok := doors[short(path)]; ok {
				found[short(path)] = append(found[short(path)], short(p.ImportPath))
			}
		}
	}
	for door, who := range doors {
		slices.Sort(found[door])
		require.Equal(t, who, found[door], "who goes through %s", door)
	}
}

func TestCgo(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t, "CGO_ENABLED=1") {
		if len(p.CgoFiles) > 0 {
			require.Contains(t, cgoPackages, short(p.ImportPath), "cgo")
		}
	}
	for _, p := range packages(t, "CGO_ENABLED=0") {
		require.NotContains(t, p.Imports, "github.com/miekg/pkcs11", "%s needs cgo in its !cgo twin", short(p.ImportPath))
	}
}

// TestDependencies keeps go.mod small: every direct dependency is named in
// docs/architecture.md with the reason it is there.
func TestDependencies(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join(root(t), "go.mod"))
	require.NoError(t, err)
	plan, err := os.ReadFile(filepath.Join(root(t), "docs", "architecture.md"))
	require.NoError(t, err)
	direct := map[string]bool{}
	for line := range strings.Lines(string(mod)) {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) == 2 && strings.HasPrefix(f[1], "v") && strings.Contains(f[0], "/") {
			direct[f[0]] = true
		}
	}
	require.GreaterOrEqual(t, len(direct), 3)
	for _, name := range slices.Sorted(maps.Keys(direct)) {
		require.True(t, strings.Contains(string(plan), "| "+name+" |"), "docs/architecture.md does not say why %s is there", name)
	}
}
