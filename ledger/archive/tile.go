package archive

import (
	"fmt"
	"strconv"
	"strings"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/tlog"
)

// A tile is 8 levels of the tree: 256 hashes wide.
const (
	height = 8
	width  = 1 << height
)

// Entries is the level, in a [Tile], of an entry bundle.
const Entries = -1

// CheckpointPath is where a log's checkpoint is.
const CheckpointPath = "checkpoint"

// maxIndex keeps sums of indexes within 64 bits. No log has that many.
const maxIndex = 1 << 53

// Tile names a tile or an entry bundle.
type Tile struct {
	Level int    // from 0; Entries for a bundle
	Index uint64 // within its level
	Width int    // 256, or less when it is partial
}

// Path is where the tile is, such as tile/0/x001/x234/067.p/12.
func (t Tile) Path() string {
	level := "entries"
	if t.Level != Entries {
		level = strconv.Itoa(t.Level)
	}
	n := fmt.Sprintf("%03d", t.Index%1000)
	for i := t.Index / 1000; i > 0; i /= 1000 {
		n = fmt.Sprintf("x%03d/%s", i%1000, n)
	}
	path := "tile/" + level + "/" + n
	if t.Width != width {
		path += ".p/" + strconv.Itoa(t.Width)
	}
	return path
}

// ParsePath reads the path of a tile in the one way to write it.
func ParsePath(path string) (Tile, error) {
	if t, ok := parsePath(path); ok && t.Path() == path {
		return t, nil
	}
	return Tile{}, ledger.Malform("archive.path", fmt.Sprintf("%.100q", path), "tile/<level>/<index>[.p/<width>] or tile/entries/<index>[.p/<width>] (c2sp.org/tlog-tiles)")
}

// parsePath is generous: the path that it reads is written anew and compared.
func parsePath(path string) (t Tile, ok bool) {
	f := strings.Split(path, "/")
	if len(f) < 3 || f[0] != "tile" {
		return t, false
	}
	t = Tile{Level: Entries, Width: width}
	var err error
	if f[1] != "entries" {
		if t.Level, err = strconv.Atoi(f[1]); err != nil || t.Level < 0 || t.Level > 63 {
			return t, false
		}
	}
	index := f[2:]
	if head, partial := strings.CutSuffix(f[len(f)-2], ".p"); partial {
		if t.Width, err = strconv.Atoi(f[len(f)-1]); err != nil || t.Width < 1 || t.Width >= width || len(index) < 2 {
			return t, false
		}
		index = append(append([]string(nil), index[:len(index)-2]...), head)
	}
	for _, digits := range index {
		n, err := strconv.ParseUint(strings.TrimPrefix(digits, "x"), 10, 16)
		if err != nil || n > 999 || t.Index > maxIndex {
			return t, false
		}
		t.Index = t.Index*1000 + n
	}
	return t, t.Index <= maxIndex
}

// level is the level in the tree of tiles: a bundle is as wide as a leaf tile.
func (t Tile) level() int { return max(t.Level, 0) }

// end is the size of the smallest log that has this tile at this width.
func (t Tile) end() uint64 { return (t.Index*width + uint64(t.Width)) << (height * t.level()) }

// covered reports whether a log of a size has the tile, at this width or a larger
// one. Levels beyond any log are covered by none.
func (t Tile) covered(size uint64) bool {
	return t.Index*width+uint64(t.Width) <= hashesAt(size, t.level())
}

// full is the tile at its full width.
func (t Tile) full() Tile { return Tile{t.Level, t.Index, width} }

// folder is where the partial tiles of a tile are.
func (t Tile) folder() string { return t.full().Path() + ".p" }

// hashesAt is how many hashes the tiles of a level hold in a log of a size.
func hashesAt(size uint64, level int) uint64 {
	if level > 7 {
		return 0
	}
	return size >> (height * level)
}

// edge is the tiles at the right of a log, of the levels that have one that is not
// full. A bundle comes with the tile of level 0.
func edge(size uint64) (tiles []Tile) {
	for level := 0; hashesAt(size, level) > 0; level++ {
		n := hashesAt(size, level)
		if w := int(n % width); w > 0 {
			tiles = append(tiles, Tile{level, n / width, w})
		}
	}
	return tiles
}

// tileOf is a tile of x/mod as one of ours.
func tileOf(t tlog.Tile) Tile { return Tile{t.L, uint64(t.N), t.W} }

// encodeTile is the bytes of a tile.
func encodeTile(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// decodeTile is the hashes in a tile's bytes.
func decodeTile(data []byte) []tlog.Hash {
	out := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range out {
		copy(out[i][:], data[i*tlog.HashSize:])
	}
	return out
}

// tileRoot is the root over the hashes of a full tile.
func tileRoot(hashes []tlog.Hash) tlog.Hash {
	level := append(make([]tlog.Hash, 0, len(hashes)), hashes...)
	for n := len(level); n > 1; n /= 2 {
		for i := range n / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
	}
	return level[0]
}
