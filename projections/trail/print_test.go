package trail

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the transcripts anew, to be reviewed like code")

// What people read, in both languages, of a good bundle and of a bad one.
func TestPrint(t *testing.T) {
	w := nine(t)
	good := w.export(yearEnd)
	files := unpackOf(t, good)
	own := recordsOf(t, files[recordsName])
	own[9] = reword(t, own[9])
	own = slices.Delete(own, 14, 15)
	bad := packOf(t, with(files, recordsName, lines(own)))
	for name, r := range map[string]Report{"good": Verify(good, Options{Root: w.root()}), "bad": Verify(bad, Options{})} {
		for _, lang := range []string{"zh", "en"} {
			var b bytes.Buffer
			r.Print(&b, lang)
			file := "testdata/" + name + "." + lang + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), b.String(), file)
		}
	}
}

// A bundle that somebody made to be printed on a terminal.
func TestPrintWritesNoControlCharacters(t *testing.T) {
	w := small(t)
	files := unpackOf(t, w.export(yearEnd))
	files[statusName] = []byte("\x1b[2J\u202eevil\u009b\n")
	files[recordsName] = append([]byte("\x1b]0;evil\a\n"), files[recordsName]...)
	var b bytes.Buffer
	Verify(packOf(t, files), Options{}).Print(&b, "en")
	assert.False(t, strings.ContainsFunc(b.String(), func(r rune) bool {
		return r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r))
	}), "%q", b.String())
}

func TestPrintCutsALongList(t *testing.T) {
	w := small(t)
	files := unpackOf(t, w.export(yearEnd))
	files[contextName] = bytes.Repeat(append(bytes.Repeat([]byte("x"), minLine), '\n'), 3000)
	var b bytes.Buffer
	Verify(packOf(t, files), Options{}).Print(&b, "en")
	assert.Less(t, strings.Count(b.String(), "\n"), 4*maxPrinted)
	assert.Contains(t, b.String(), "more: see --json")
}

func TestEveryLightHasAWord(t *testing.T) {
	for _, lang := range []projections.Lang{projections.Chinese, projections.English} {
		words := map[string]bool{}
		for _, l := range []ledger.Light{ledger.Green, ledger.Yellow, ledger.Red, ledger.Blue, ledger.Grey} {
			colour, means := lang.LightWords(l)
			assert.NotEmpty(t, colour)
			assert.NotEmpty(t, means)
			words[colour] = true
		}
		assert.Len(t, words, 5, "each light has a word of its own")
	}
}
