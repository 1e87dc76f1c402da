package page_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// pictured are the examples of the pictures in docs/lab; other panels have their
// first.
var pictured = map[string]string{"encode": "ISO-4 under an AES key"}

// TestScreenshots takes pictures: of the first panel, in the light, in the dark and on a
// phone. "make screenshots" has them written to docs/lab, to be looked at, and of every
// other panel too.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	panels := lab.Panels()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		dir, panels = t.TempDir(), panels[:1]
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	p := anyTab(t, "", screen(1200, 900, 1), colours("light"))
	for _, panel := range panels {
		p.choose(panel.Name)
		p.fill(example(panel))
		p.picture(filepath.Join(dir, panel.Name+".png"), 1200, 1500, 1)
	}
	p.choose(panels[0].Name)
	colours("dark")(p)
	p.picture(filepath.Join(dir, panels[0].Name+"-dark.png"), 1200, 1500, 1)
	colours("light")(p)
	phone(p)
	p.picture(filepath.Join(dir, panels[0].Name+"-phone.png"), 360, 2000, 1.5)
}

// screen is one of so many pixels.
func screen(width, height int64, scale float64) func(*tab) {
	return func(p *tab) {
		call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: scale})
	}
}

func example(p lab.Panel) lab.Values {
	for _, e := range p.Examples {
		if e.Name == pictured[p.Name] {
			return e.Values
		}
	}
	return p.Examples[0].Values
}

// picture takes the top of the page, without the focus anywhere.
func (p *tab) picture(name string, width, height, scale float64) {
	p.t.Helper()
	p.eval(`document.activeElement.blur(); scrollTo(0, 0)`, nil)
	p.settle()
	var long float64
	p.eval(`document.documentElement.scrollHeight`, &long)
	beyond := true
	shot, err := chromedp.Call(p.ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{CaptureBeyondViewport: &beyond,
		Clip: &cdppage.Viewport{Width: width, Height: min(height, long), Scale: 1}})
	require.NoError(p.t, err)
	full, err := png.Decode(bytes.NewReader(shot.Data))
	require.NoError(p.t, err)
	require.InDelta(p.t, width*scale, full.Bounds().Dx(), 1, name)
	require.Greater(p.t, full.Bounds().Dy(), 600, name)
	var small bytes.Buffer
	require.NoError(p.t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, paletted(full)))
	require.NoError(p.t, os.WriteFile(name, small.Bytes(), 0o644))
}
