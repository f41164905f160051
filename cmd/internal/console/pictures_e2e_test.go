package console_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// picture is one picture in the README and the manual: a page as a party sees it. Beside
// name.png stands name.txt with the words that it shows.
type picture struct {
	name  string
	party ledger.PartyID
	path  string
	ready func(*browser.Tab) // brings the page to where it is shown
}

var pictures = []picture{
	{"overview", "units/ggb", "/", nil},
	{"unit", "units/fgw", "/units/fgw", nil},
	{"task-replay", "inspectors/ducha-1", "/tasks/T06?as_of=2024-08-15", nil},
	{"submit", "units/jrb", "/submit/progress.corrected.v1?task=T03&percent=97&reason=核对统计口径&summary=担保集团已挂牌,首批业务落地。", func(tab *browser.Tab) {
		tab.Until(`!document.getElementById("statement").hidden`)
		tab.Eval(`{const s=document.querySelector("[data-field=report] select"); s.value=s.options[1].value}`, nil)
		tab.Click("#check")
		tab.Until(`!document.getElementById("preview").hidden`)
	}},
	{"escalation", "units/ggb", "/escalation?as_of=2025-02-10", nil},
}

// The pictures of the README and the manual show what the console shows: the same words,
// and the same layout as far as fonts allow. Run with -update they are taken anew.
func TestPicturesAreTrue(t *testing.T) {
	w := readWorld(t)
	for _, lang := range []string{"zh", "en"} {
		for _, p := range pictures {
			tab := browser.Open(t)
			tab.Size(1440, 1000)
			w.logIn(t, tab, p.party, "/?lang="+lang)
			tab.Go(w.base + p.path)
			if p.ready != nil {
				p.ready(tab)
			}
			var words string
			tab.Eval(`document.getElementById("main").innerText`, &words)
			holdPicture(t, filepath.Join("../../../docs/pictures", p.name+"."+lang), tab.View(), words)
		}
	}
}

func holdPicture(t *testing.T, file string, shows []byte, words string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file+".png", shows, 0o644))
		require.NoError(t, os.WriteFile(file+".txt", []byte(words+"\n"), 0o644))
		return
	}
	said, err := os.ReadFile(file + ".txt")
	require.NoError(t, err)
	assert.Equal(t, string(said), words+"\n", "%s: take it anew with -update, and look at it", file)
	taken, err := os.ReadFile(file + ".png")
	require.NoError(t, err)
	assert.Less(t, difference(t, taken, shows), alike, "%s: take it anew with -update, and look at it", file)
}

// alike is how far two pictures of one page differ at most, of 1: another font's edges
// differ less, another layout more.
const alike = 0.03

// difference of two pictures is that of their brightness, tile by tile: 0 for the same,
// 1 for black and white.
func difference(t *testing.T, a, b []byte) float64 {
	t.Helper()
	x, y := tiles(t, a), tiles(t, b)
	var sum float64
	for i := range x {
		sum += max(x[i]-y[i], y[i]-x[i])
	}
	return sum / float64(len(x))
}

// tiles is the brightness of a picture, 0 to 1, in as many tiles across and down as
// there are lines of text in a page.
func tiles(t *testing.T, data []byte) []float64 {
	t.Helper()
	const across, down = 36, 50
	m, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	sum, count := make([]float64, across*down), make([]float64, across*down)
	b := m.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			at := (y*down/b.Dy())*across + x*across/b.Dx()
			r, g, bl, _ := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
			sum[at] += float64(r+g+bl) / (3 * 0xffff)
			count[at]++
		}
	}
	for i := range sum {
		sum[i] /= max(count[i], 1)
	}
	return sum
}

// What holds the pictures can fail.
func TestPicturesOfTwoPagesDiffer(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("../../../docs/pictures", name))
		require.NoError(t, err)
		return data
	}
	assert.Zero(t, difference(t, read("unit.zh.png"), read("unit.zh.png")))
	assert.Greater(t, difference(t, read("overview.zh.png"), read("unit.zh.png")), alike)
	var blank bytes.Buffer
	require.NoError(t, png.Encode(&blank, image.NewGray(image.Rect(0, 0, 1440, 1000))))
	assert.Greater(t, difference(t, read("unit.zh.png"), blank.Bytes()), alike)
}
