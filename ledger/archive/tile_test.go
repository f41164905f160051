package archive

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// The paths of the specification, and around each step of three digits.
func TestPathsAreFrozen(t *testing.T) {
	var b strings.Builder
	for _, tile := range []Tile{
		{0, 0, 256}, {0, 0, 1}, {Entries, 0, 256}, {Entries, 0, 255}, {0, 999, 256}, {0, 1000, 256}, {Entries, 1234067, 256},
		{0, 1234067, 256}, {3, 1234067, 8}, {1, 999_999, 17}, {1, 1_000_000, 17}, {63, 1_000_000_000, 256},
	} {
		fmt.Fprintln(&b, tile.Path())
	}
	path := filepath.Join("testdata", "paths.txt")
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
	assert.Equal(t, "tile/0/x001/x234/067", Tile{0, 1234067, 256}.Path(), "the example of the specification")
}

// x/mod writes the same paths, but for the height in them and the name of bundles.
func TestPathsAreThoseOfXMod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tile := Tile{rapid.IntRange(-1, 63).Draw(t, "level"), rapid.Uint64Range(0, 5_000_000_000).Draw(t, "index"), rapid.IntRange(1, 256).Draw(t, "width")}
		theirs := tlog.Tile{H: 8, L: tile.Level, N: int64(tile.Index), W: tile.Width}.Path()
		theirs = strings.Replace(strings.Replace(theirs, "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
		require.Equal(t, theirs, tile.Path())
		again, err := ParsePath(tile.Path())
		require.NoError(t, err)
		require.Equal(t, tile, again)
	})
}

func TestAPathHasOneForm(t *testing.T) {
	for _, path := range []string{"", "tile", "tile/0", "tile/0/", "tile//000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/0/x001", "tile/0/001/002",
		"tile/0/x001/x002", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/+1", "tile/0/000.p/1/2", "tile/00/000",
		"tile/64/000", "tile/-1/000", "tile/data/000", "tile/0/../../checkpoint", "/tile/0/000", "tile/0/000/", "tile/0/xx1/000", "tile/0/-01", "tile/0/ 01", "tile/0/.p/1",
		"tile/0/x001.p/000", "tile/entries", "tile/0/" + strings.Repeat("x999/", 30) + "999", "Tile/0/000", "tile/0/000.p/1.p/1"} {
		_, err := ParsePath(path)
		assert.Error(t, err, "%q", path)
		_, err = Dir(t.TempDir()).ReadFile(t.Context(), path)
		assert.ErrorIs(t, err, os.ErrNotExist, "%q", path)
	}
}

func FuzzParsePath(f *testing.F) {
	f.Add("tile/0/x001/x234/067.p/8")
	f.Add("tile/entries/000")
	f.Fuzz(func(t *testing.T, path string) {
		if tile, err := ParsePath(path); err == nil {
			require.Equal(t, path, tile.Path())
			require.True(t, filepath.IsLocal(path))
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	f.Add([]byte{0, 1, 'a', 0, 0}, 2)
	f.Add([]byte{0, 9, 'a'}, 1)
	f.Fuzz(func(t *testing.T, data []byte, count int) {
		if count < 0 || count > 256 {
			return
		}
		entries, err := parseBundle(data, count)
		if err != nil {
			return
		}
		require.Len(t, entries, count)
		var again []byte
		for _, e := range entries {
			again = appendEntry(again, e)
		}
		require.Equal(t, string(data), string(again))
		require.Equal(t, len(data), bundleSize(entries))
	})
}

// The specification's example: a tree of 70,000.
func TestTheTilesOfATreeOf70000(t *testing.T) {
	assert.Equal(t, []Tile{{0, 273, 112}, {1, 1, 17}, {2, 0, 1}}, edge(70_000))
	assert.Equal(t, []Tile{{1, 0, 1}}, edge(256))
	assert.Empty(t, edge(0))
	for _, tile := range append(edge(70_000), Tile{0, 272, 256}, Tile{1, 0, 256}, Tile{Entries, 273, 112}) {
		assert.True(t, tile.covered(70_000), tile.Path())
	}
	for _, tile := range []Tile{{0, 273, 113}, {0, 273, 256}, {1, 1, 18}, {2, 0, 2}, {3, 0, 1}, {Entries, 274, 1}, {20, 0, 1}} {
		assert.False(t, tile.covered(70_000), tile.Path())
	}
}
