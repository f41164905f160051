package judges

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/node"
	"ducha/cmd/internal/tlog"
	"ducha/cmd/internal/tokens"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	sumdb "golang.org/x/mod/sumdb/tlog"
)

// tessera is the fsck of transparency-dev/tessera; another program of that name
// checks file systems. Without it a test is skipped; in CI that is a failure.
func tessera(t *testing.T) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, "fsck")
		if info, err := buildinfo.ReadFile(path); err == nil && info.Main.Path == "github.com/transparency-dev/tessera" {
			return path
		}
	}
	const missing = "the fsck of github.com/transparency-dev/tessera is not on the PATH: see .ci/run"
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// log is a log as others see it.
type log struct {
	url   string // with a slash at its end
	vkey  string
	token string // to read entries
	size  uint64
	root  string // base64
}

// fsck has tessera's fsck judge a log and gives what it said. Its exit code says
// nothing: only the line that names size and root does.
func (l log) fsck(t *testing.T, url string) (good bool, said string) {
	t.Helper()
	tool := tessera(t)
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte(l.vkey), 0o644))
	ctx, cancel := context.WithTimeout(t.Context(), 120*time.Second)
	defer cancel()
	args := []string{"-N=64", "--ui=false", "--storage_url=" + url, "--public_key=" + key}
	if l.token != "" && strings.HasPrefix(url, "http") {
		args = append(args, "--bearer_token="+l.token)
	}
	out, _ := exec.CommandContext(ctx, tool, args...).CombinedOutput()
	raw, err := base64.StdEncoding.DecodeString(l.root)
	require.NoError(t, err)
	for _, root := range []string{l.root, fmt.Sprintf("%x", raw)} {
		if strings.Contains(string(out), fmt.Sprintf("Successfully fsck'd log with size %d and root %s", l.size, root)) {
			return true, string(out)
		}
	}
	return false, string(out)
}

func (l log) accepted(t *testing.T, url string) {
	t.Helper()
	began := time.Now()
	good, said := l.fsck(t, url)
	require.True(t, good, "%s\n%s", url, said)
	t.Logf("fsck of %d entries at %s: %.1f s", l.size, url, time.Since(began).Seconds())
}

// served serves a handler on a free port of this machine.
func served(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &http.Server{Handler: h}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return "http://" + l.Addr().String()
}

// read asks for a file of the log.
func (l log) read(path string) ([]byte, error) {
	req, err := http.NewRequest("GET", l.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+l.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return data, err
}

// ReadTiles reads tiles for golang.org/x/mod's TileHashReader, by the paths of
// c2sp.org/tlog-tiles, written by hand from the specification.
func (l log) ReadTiles(tiles []sumdb.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		path := fmt.Sprintf("%03d", t.N%1000)
		for n := t.N / 1000; n > 0; n /= 1000 {
			path = fmt.Sprintf("x%03d/%s", n%1000, path)
		}
		if path = fmt.Sprintf("tile/%d/%s", t.L, path); t.W < 256 {
			path += fmt.Sprintf(".p/%d", t.W)
		}
		data, err := l.read(path)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (log) Height() int                      { return 8 }
func (log) SaveTiles([]sumdb.Tile, [][]byte) {}

// proves has golang.org/x/mod's tlog prove records under the checkpoint, which
// note.Open verified: their leaves are in the tree, and so is every earlier tree.
func (l log) proves(t *testing.T, count int, entry func(index int64) []byte) {
	t.Helper()
	v, err := note.NewVerifier(l.vkey)
	require.NoError(t, err)
	signed, err := l.read("checkpoint")
	require.NoError(t, err)
	n, err := note.Open(signed, note.VerifierList(v))
	require.NoError(t, err)
	lines := strings.Split(n.Text, "\n")
	require.Equal(t, fmt.Sprint(l.size), lines[1])
	root, err := sumdb.ParseHash(lines[2])
	require.NoError(t, err)
	hashes := sumdb.TileHashReader(sumdb.Tree{N: int64(l.size), Hash: root}, l)
	chance := mathrand.New(mathrand.NewPCG(1, l.size))
	for range count {
		index := chance.Int64N(int64(l.size))
		p, err := sumdb.ProveRecord(int64(l.size), index, hashes)
		require.NoError(t, err)
		require.NoError(t, sumdb.CheckRecord(p, int64(l.size), root, index, sumdb.RecordHash(entry(index))), "record %d", index+1)

		older := index + 1
		was, err := sumdb.TreeHash(older, hashes)
		require.NoError(t, err)
		tp, err := sumdb.ProveTree(int64(l.size), older, hashes)
		require.NoError(t, err)
		require.NoError(t, sumdb.CheckTree(tp, int64(l.size), root, older, was), "the first %d", older)
	}
}

// demo is the whole demo, sealed by a running node and served as ducha serve does:
// entries need a token.
func demo(t *testing.T) (log, *node.Node, string) {
	t.Helper()
	const seed = 2023
	dir := filepath.Join(t.TempDir(), "demo")
	keys := seeds.Keys(seed)
	require.NoError(t, node.Create(t.Context(), dir, seeds.JiAn().Campaign, keys["ledger"], node.Options{}))
	n, err := node.Open(t.Context(), node.Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	var last uint64
	for step := range seeds.Simulate(seeds.Options{Seed: seed}).Steps() {
		r, _, err := n.Submit(t.Context(), step.Envelope)
		require.NoError(t, err)
		last = r.Sequence
	}
	require.NoError(t, n.Seal(t.Context(), last))
	token, _, err := tokens.In(dir).New(rand.Reader, ledger.RoleAuditor, "审计局", time.Now(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	c, _, err := n.Archive().Checkpoint(t.Context())
	require.NoError(t, err)
	vkey, err := proof.VerifierKey(c.Origin, keys["ledger"].Public())
	require.NoError(t, err)
	return log{url: served(t, api.Named(api.Handler(n))) + tlog.Prefix, vkey: vkey, token: token, size: c.Size, root: c.Root.String()}, n, dir
}

func TestOutsideToolsAcceptTheDemo(t *testing.T) {
	l, n, dir := demo(t)
	require.Greater(t, l.size, uint64(1000))
	shown, err := l.read("key")
	require.NoError(t, err)
	require.Equal(t, l.vkey+"\n", string(shown))
	l.proves(t, 50, func(index int64) []byte {
		r, err := n.Stream.Get(t.Context(), uint64(index)+1)
		require.NoError(t, err)
		return r.Encode() // from the stream, not from the archive
	})
	l.accepted(t, l.url)
	l.accepted(t, "file://"+node.ArchiveDir(dir)+"/")

	closed := l
	closed.token = ""
	good, _ := closed.fsck(t, l.url)
	assert.False(t, good, "entries are not for everybody")

	// The judge judges: one byte of an entry, one of a tile, one entry less.
	for name, spoil := range map[string]func(string) error{
		"an entry": func(dir string) error { return flip(filepath.Join(dir, "tile/entries/001"), 700) },
		"a hash":   func(dir string) error { return flip(filepath.Join(dir, "tile/0/002"), 5) },
		"a bundle": func(dir string) error { return os.Remove(filepath.Join(dir, "tile/entries/003")) },
	} {
		copied := filepath.Join(t.TempDir(), "log")
		require.NoError(t, os.CopyFS(copied, os.DirFS(node.ArchiveDir(dir))))
		require.NoError(t, spoil(copied))
		good, _ := l.fsck(t, "file://"+copied+"/")
		assert.False(t, good, name)
	}
}

func flip(path string, at int) error {
	data, err := os.ReadFile(path)
	if err == nil {
		data[at] ^= 1
		err = os.WriteFile(path, data, fs.FileMode(0o644))
	}
	return err
}

// raced says whether the tests have the race detector.
var raced bool

// A million records, as they are after years: written by the archive alone, judged
// in its folder and served. Where the tests have the race detector they have this one
// done without it, at a third of the cost: what the archive and its server do at
// once is raced through in their own packages, and with the demo above.
func TestOutsideToolsAcceptAMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("a million records")
	}
	tessera(t)
	if raced {
		out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "^"+t.Name()+"$", ".").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: "+t.Name())
		t.Logf("%s", out)
		return
	}
	const size, every = 1_000_000, 50_000
	dir := t.TempDir()
	key, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte("million")))
	require.NoError(t, err)
	began := time.Now()
	a, err := archive.Open(archive.Options{Dir: filepath.Join(dir, "archive"), State: filepath.Join(dir, "state"), Key: key, Campaign: "ja2023"})
	require.NoError(t, err)
	kept := map[int64][]byte{} // every thousandth, to be proved
	var units [13]ledger.UnitID
	var tasks [12]ledger.TaskID
	for i := range units {
		units[i] = ledger.UnitID(fmt.Sprintf("u%d", i))
	}
	for i := range tasks {
		tasks[i] = ledger.TaskID(fmt.Sprintf("T%02d", i+1))
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range uint64(size) {
		r := ledger.Record{Sequence: i + 1, Recorded: at.Add(time.Duration(i) * time.Second), TrailVersion: i/13 + 1, TaskVersion: i/12 + 1, Head: sha256.Sum256(fmt.Append(nil, i)),
			Place:    ledger.Place{Campaign: "ja2023", Unit: units[i%13], Task: tasks[i%12], Family: ledger.Progress},
			Envelope: fmt.Appendf(nil, `{"payload":"%064d","payloadType":"application/cloudevents+json","signatures":[]}`, i)}
		require.NoError(t, a.Add(r))
		if i%1000 == 0 {
			kept[int64(i)] = r.Encode()
		}
		if i%every == every-1 {
			require.NoError(t, a.Seal(t.Context()))
		}
	}
	require.NoError(t, a.Seal(t.Context()))
	c := a.Published()
	require.NoError(t, a.Close())
	t.Logf("sealed %d records in %.1f s", c.Size, time.Since(began).Seconds())

	vkey, err := proof.VerifierKey(c.Origin, key.Public())
	require.NoError(t, err)
	l := log{vkey: vkey, size: c.Size, root: c.Root.String()}
	folder := filepath.Join(dir, "archive")
	l.url = served(t, &tlog.Handler{Log: archive.Dir(folder), VerifierKey: vkey, Fail: func(w http.ResponseWriter, err error) { http.Error(w, err.Error(), 500) }}) + tlog.Prefix
	l.proves(t, 50, func(index int64) []byte {
		if e, ok := kept[index]; ok {
			return e
		}
		data, err := l.read(strings.TrimPrefix(archive.Tile{Level: archive.Entries, Index: uint64(index) / 256, Width: width(index, size)}.Path(), "/"))
		require.NoError(t, err)
		for range index % 256 {
			data = data[2+int(data[0])<<8+int(data[1]):]
		}
		return data[2 : 2+int(data[0])<<8+int(data[1])]
	})
	l.accepted(t, "file://"+folder+"/")
	l.accepted(t, l.url)
}

// width is how wide the bundle of an entry is.
func width(index, size int64) int { return int(min(256, size-index/256*256)) }
