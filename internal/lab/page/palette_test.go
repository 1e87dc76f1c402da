package page_test

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
)

// paletted returns a picture in 256 colours, which makes it a third as big: a page has
// few, and their shades where letters end. They are the most frequent of those that
// differ.
func paletted(full image.Image) *image.Paletted {
	count := map[color.Color]int{}
	b := full.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[full.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	small := image.NewPaletted(b, unlike(colours, 256))
	draw.Draw(small, b, full, b.Min, draw.Src)
	return small
}

// unlike returns up to n colours of which no two look alike, the first ones first.
func unlike(colours []color.Color, n int) (some color.Palette) {
	for _, c := range colours {
		if len(some) == n {
			break
		}
		if len(some) == 0 || distance(c, some.Convert(c)) > 12 {
			some = append(some, c)
		}
	}
	return some
}

// distance is how much two colours differ, 0 to 765.
func distance(a, b color.Color) (sum int) {
	r, g, u, _ := a.RGBA()
	s, h, v, _ := b.RGBA()
	for _, d := range []int{int(r) - int(s), int(g) - int(h), int(u) - int(v)} {
		sum += max(d, -d) >> 8
	}
	return sum
}
