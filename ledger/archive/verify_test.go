package archive

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// copyOf is a folder with the same files.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

// tamper changes the bytes of a file.
func tamper(t testing.TB, dir, path string, change func([]byte) []byte) {
	t.Helper()
	at := filepath.Join(dir, filepath.FromSlash(path))
	data, err := os.ReadFile(at)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(at, change(data), 0o644))
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		if at < 0 {
			at += len(b)
		}
		b[at] ^= 1
		return b
	}
}

func cutBy(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-n] } }

func more(b []byte) []byte { return append(b, 0, 1, 'x') }

// findings are what Verify finds, as "rule path record".
func findingsIn(t testing.TB, dir string) []string {
	t.Helper()
	list, _, err := Verify(context.Background(), Dir(dir), verifier(), nil)
	require.NoError(t, err)
	var names []string
	for _, f := range list {
		assert.NotEmpty(t, f.Found)
		assert.NotEmpty(t, f.Want)
		name := f.Rule
		if f.Path != "" {
			name += " " + f.Path
		}
		if f.Sequence > 0 {
			name += fmt.Sprint(" ", f.Sequence)
		}
		names = append(names, name)
	}
	return names
}

// entryAt is where the n-th entry of a bundle begins.
func entryAt(t testing.TB, bundle []byte, n int) int {
	at := 0
	for range n {
		at += 2 + int(bundle[at])<<8 + int(bundle[at+1])
	}
	return at
}

// Every kind of byte of a log, changed: what Verify says, and that it says no more.
func TestTampering(t *testing.T) {
	_, o := sealedLog(t, 1300, 3, 1030, 1100) // 5 full tiles and 20; partials of 1100 went with tile 4
	require.Empty(t, findingsIn(t, o.Dir))
	_, long := sealedLog(t, 65_900, 65_700) // three levels
	for _, c := range []struct {
		name string
		in   string
		do   func(t *testing.T, dir string)
		want []string
	}{
		{"an entry's byte", o.Dir, func(t *testing.T, dir string) {
			tamper(t, dir, "tile/entries/001", func(b []byte) []byte { return flip(entryAt(t, b, 7) + 40)(b) })
		}, []string{"archive.bundle tile/entries/001 264", "trail.version 269"}},
		{"an entry's length", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/entries/000", flip(1)) },
			[]string{"archive.bundle tile/entries/000", "trail.version 257", "trail.version 258", "trail.version 259", "trail.version 260", "trail.version 261", "trail.version 262", "trail.version 263"}},
		{"a bundle cut", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/entries/005.p/20", cutBy(1)) }, []string{"archive.bundle tile/entries/005.p/20"}},
		{"a bundle with more", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/entries/005.p/20", more) }, []string{"archive.bundle tile/entries/005.p/20"}},
		{"the last entry's last byte", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/entries/005.p/20", flip(-1)) }, []string{"archive.bundle tile/entries/005.p/20 1300"}},
		{"no bundle", o.Dir, func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "tile/entries/005.p/20")))
		}, []string{"archive.missing tile/entries/005.p/20"}},
		{"two entries change places", o.Dir, func(t *testing.T, dir string) {
			tamper(t, dir, "tile/entries/005.p/20", func(b []byte) []byte {
				i, j, k := entryAt(t, b, 4), entryAt(t, b, 5), entryAt(t, b, 6)
				return slices.Concat(b[:i], b[j:k], b[i:j], b[k:])
			})
		}, []string{"archive.bundle tile/entries/005.p/20 1285", "archive.bundle tile/entries/005.p/20 1286", "trail.version 1292", "trail.version 1293"}},
		{"a leaf hash", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/0/002", flip(33)) }, []string{"archive.tile tile/0/002"}},
		{"a leaf hash at the edge", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/0/005.p/20", flip(33)) }, []string{"archive.tile tile/0/005.p/20"}},
		{"a leaf tile cut", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/0/002", cutBy(32)) }, []string{"archive.tile tile/0/002"}},
		{"no leaf tile", o.Dir, func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "tile/0/000"))) }, []string{"archive.missing tile/0/000"}},
		{"a hash of level 1", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/1/000.p/5", flip(2*32)) }, []string{"archive.tile tile/1/000.p/5"}},
		{"no tile of level 1", o.Dir, func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile/1"))) }, []string{"archive.missing tile/1/000.p/5"}},
		{"an older partial tile", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/1/000.p/4", flip(5)) }, []string{"archive.partial tile/1/000.p/4"}},
		{"an older partial tile, longer", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, "tile/1/000.p/4", more) }, []string{"archive.partial tile/1/000.p/4"}},
		{"a partial tile of a full one", o.Dir, func(t *testing.T, dir string) { write(t, dir, "tile/0/000.p/7", make([]byte, 7*32)) }, []string{"archive.partial tile/0/000.p/7"}},
		{"a partial bundle of a full one", o.Dir, func(t *testing.T, dir string) { write(t, dir, "tile/entries/000.p/1", []byte{0, 1, 'x'}) }, []string{"archive.partial tile/entries/000.p/1"}},
		{"what is not sealed yet", o.Dir, func(t *testing.T, dir string) { write(t, dir, "tile/0/006", make([]byte, 8192)) }, nil},
		{"strays", o.Dir, func(t *testing.T, dir string) {
			for _, path := range []string{"note", "tile/0/0", "tile/0/000.p/256", "tile/entries/x000", "tile/60/000", ".hidden"} {
				write(t, dir, path, nil)
			}
		}, []string{"archive.stray .hidden", "archive.stray note", "archive.stray tile/0/0", "archive.stray tile/0/000.p/256", "archive.stray tile/60/000", "archive.stray tile/entries/x000"}},
		{"a bundle and its tile", o.Dir, func(t *testing.T, dir string) { forge(t, dir, 700, false) }, []string{"archive.tile tile/0/002", "archive.bundle"}},
		{"a bundle and its tile at the edge", o.Dir, func(t *testing.T, dir string) { forge(t, dir, 1290, false) }, []string{"archive.root"}},
		{"all up to the root", o.Dir, func(t *testing.T, dir string) { forge(t, dir, 700, true) }, []string{"archive.root"}},
		{"tiles of each level, and one with its bundle gone", long.Dir, func(t *testing.T, dir string) {
			tamper(t, dir, "tile/0/017", flip(100))
			tamper(t, dir, "tile/0/030", flip(100))
			tamper(t, dir, "tile/1/000", flip(17*32))
			tamper(t, dir, "tile/2/000.p/1", flip(10))
			require.NoError(t, os.Remove(filepath.Join(dir, "tile/0/255")))
			require.NoError(t, os.Remove(filepath.Join(dir, "tile/entries/255")))
		}, []string{"archive.tile tile/0/017", "archive.tile tile/0/030", "archive.missing tile/entries/255", "archive.missing tile/0/255", "trail.version 65537", "trail.version 65538", "trail.version 65539",
			"trail.version 65540", "trail.version 65541", "trail.version 65542", "trail.version 65543", "archive.tile tile/1/000", "archive.tile tile/2/000.p/1"}},
		{"no checkpoint", o.Dir, func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, CheckpointPath))) }, []string{"archive.checkpoint checkpoint"}},
		{"an empty checkpoint", o.Dir, func(t *testing.T, dir string) { write(t, dir, CheckpointPath, nil) }, []string{"archive.checkpoint checkpoint"}},
		{"a bad signature", o.Dir, func(t *testing.T, dir string) { tamper(t, dir, CheckpointPath, flip(-20)) }, []string{"archive.checkpoint checkpoint"}},
		{"another size", o.Dir, func(t *testing.T, dir string) {
			tamper(t, dir, CheckpointPath, func(b []byte) []byte { return bytes.Replace(b, []byte("\n1300\n"), []byte("\n1299\n"), 1) })
		}, []string{"archive.checkpoint checkpoint", "archive.root"}},
		{"another's key", o.Dir, func(t *testing.T, dir string) {
			signed, err := checkpointOf(1300).Sign(keyOf("clerk"))
			require.NoError(t, err)
			write(t, dir, CheckpointPath, signed)
		}, []string{"archive.checkpoint checkpoint"}},
		{"an older root", o.Dir, func(t *testing.T, dir string) {
			c := checkpointOf(1300)
			c.Root = rootOf(1299)
			signed, err := c.Sign(keyOf("ledger"))
			require.NoError(t, err)
			write(t, dir, CheckpointPath, signed)
		}, []string{"archive.root"}},
		{"an older checkpoint", o.Dir, func(t *testing.T, dir string) { // a rollback is for witnesses to see
			signed, err := checkpointOf(1100).Sign(keyOf("ledger"))
			require.NoError(t, err)
			write(t, dir, CheckpointPath, signed)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copyOf(t, c.in)
			c.do(t, dir)
			got := findingsIn(t, dir)
			if len(c.want) == 2 && c.want[1] == "archive.bundle" { // forged together: the leaf tile is named, its bundle follows
				require.Contains(t, got, c.want[0])
				return
			}
			if len(c.want) > 0 && c.want[len(c.want)-1] == "archive.root" && len(got) > len(c.want) {
				got = slices.DeleteFunc(got, func(s string) bool { return !slices.Contains(c.want, s) }) // what else follows from it
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func write(t testing.TB, dir, path string, data []byte) {
	t.Helper()
	at := filepath.Join(dir, filepath.FromSlash(path))
	require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
	require.NoError(t, os.WriteFile(at, data, 0o644))
}

// forge is what a clever operator does: another record in place of one, with its
// leaf tile, and, where all is true, all tiles above it; he has no key to sign with.
func forge(t testing.TB, dir string, sequence int, all bool) {
	c, _, err := NewReader(Dir(dir), verifier()).Checkpoint(t.Context())
	require.NoError(t, err)
	list := slices.Clone(records(int(c.Size)))
	r := list[sequence-1]
	r.Envelope = bytes.Replace(r.Envelope, []byte(`"payload":"e`), []byte(`"payload":"f`), 1)
	require.NotEqual(t, list[sequence-1].Envelope, r.Envelope)
	list[sequence-1] = r
	f := &fold{}
	var files []file
	for _, r := range list {
		e := r.Encode()
		files = append(files, f.add(e, tlog.RecordHash(e))...)
	}
	for _, p := range append(files, f.partial(0)...) {
		if all || p.tile.level() == 0 {
			write(t, dir, p.tile.Path(), p.data)
		}
	}
}

// Records that were sealed and are no ledger: Verify says what is wrong with each.
func TestWhatASealedLogMayHoldThatIsNoLedger(t *testing.T) {
	list := slices.Clone(records(20))
	list[4].Head[0] ^= 1
	list[6].Place.Unit = "elsewhere"
	list[6].TrailVersion = 1
	list[6].Head = ledger.Link(ledger.Hash{}, list[6])
	list[9].Recorded = start.AddDate(-1, 0, 0)
	require.Equal(t, list[2].Place.Unit, list[9].Place.Unit)
	list[9].Head = ledger.Link(list[2].Head, list[9])
	o := optionsIn(t.TempDir())
	l := open(t, o)
	addAll(t, l, list)
	require.NoError(t, l.Seal(t.Context()))
	var got strings.Builder
	for _, f := range findingsIn(t, o.Dir) {
		fmt.Fprintln(&got, f)
	}
	for _, want := range []string{"trail.head 5\n", "archive.entry tile/entries/000.p/20 7\n", "ledger.recorded 10\n"} {
		assert.Contains(t, got.String(), want)
	}
}

func TestEntriesThatAreNoRecords(t *testing.T) {
	dir := t.TempDir()
	f := &fold{}
	entries := [][]byte{records(1)[0].Encode(), []byte("{}"), append(records(3)[2].Encode(), ' '), records(2)[1].Encode(), {}}
	for _, e := range entries {
		f.add(e, tlog.RecordHash(e))
	}
	for _, p := range f.partial(0) {
		write(t, dir, p.tile.Path(), p.data)
	}
	c := proof.Checkpoint{Origin: checkpointOf(1).Origin, Size: f.size, Root: f.root()}
	signed, err := c.Sign(keyOf("ledger"))
	require.NoError(t, err)
	write(t, dir, CheckpointPath, signed)
	assert.Equal(t, []string{"archive.entry tile/entries/000.p/5 2", "archive.entry tile/entries/000.p/5 3", "archive.entry tile/entries/000.p/5 4", "archive.entry tile/entries/000.p/5 5"}, findingsIn(t, dir))

	n := 0
	for _, err := range NewReader(Dir(dir), verifier()).Records(t.Context(), c, 0) {
		if n++; n == 1 {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.entry"})
	}
	require.Equal(t, 2, n, "a reader stops at the first")
}

// A log is verified while it grows, and under any number of processors.
func TestProgressAndCancel(t *testing.T) {
	_, o := sealedLog(t, 1300)
	var seen []uint64
	_, c, err := Verify(t.Context(), Dir(o.Dir), verifier(), func(done, total uint64) {
		require.EqualValues(t, 1300, total)
		seen = append(seen, done)
	})
	require.NoError(t, err)
	require.Equal(t, checkpointOf(1300), c)
	require.Equal(t, []uint64{256, 512, 768, 1024, 1280, 1300}, seen)
	ctx, stop := context.WithCancel(t.Context())
	_, _, err = Verify(ctx, Dir(o.Dir), verifier(), func(uint64, uint64) { stop() })
	require.ErrorIs(t, err, context.Canceled)
}
