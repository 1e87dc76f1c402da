package page_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab/page"
)

// scratch is the directory of all that the tests make.
var scratch string

// atEnd are called when the tests have ended, the last first.
var (
	atEnd   []func()
	atEndMu sync.Mutex
)

// whenAllEnd has f called when all tests have ended.
func whenAllEnd(f func()) {
	atEndMu.Lock()
	defer atEndMu.Unlock()
	atEnd = append(atEnd, f)
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pinion-page-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	scratch = dir
	defer os.RemoveAll(dir)
	defer func() {
		for _, f := range slices.Backward(atEnd) {
			f()
		}
	}()
	return m.Run()
}

// folder returns the page, made of the sources as they are now.
func folder(t testing.TB) page.Folder {
	t.Helper()
	dir, err := build()
	require.NoError(t, err)
	f, err := page.Read(dir)
	require.NoError(t, err)
	return f
}

var build = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "page")
	out, err := exec.Command("../../../scripts/labpage", dir).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("scripts/labpage: %w\n%s", err, out)
	}
	return dir, nil
})

// browsers are where Chromium may be.
var browsers = []string{
	os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
}

func findChromium() (string, error) {
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("these tests need Chromium: run 'scripts/setup chromium' or 'apt-get install chromium', or set CHROMIUM to its path")
}

// chromium is the browser of all tests; each has a profile of its own in it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(scratch, "profile")), chromedp.WindowSize(1280, 900),
		chromedp.NoSandbox, chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-software-rasterizer", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("force-color-profile", "srgb"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	whenAllEnd(func() { _ = chromedp.Cancel(ctx); end(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	return ctx, nil
})
