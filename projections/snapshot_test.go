package projections_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func snapshotAt(t *testing.T, dir string, records []ledger.Record) string {
	t.Helper()
	name, err := projections.NewView(foldOf(t, records)).Snapshot(dir)
	require.NoError(t, err)
	return filepath.Join(dir, name)
}

func TestSnapshotIsNamedByWhatItHolds(t *testing.T) {
	records := recorded(t, 7)
	dir := filepath.Join(t.TempDir(), "made", "on demand")
	path := snapshotAt(t, dir, records[:20])
	assert.Regexp(t, `^campaign-v[0-9]+-0{14}20-[0-9a-f]{64}\.json$`, filepath.Base(path))
	assert.Equal(t, path, snapshotAt(t, dir, records[:20]), "the same state, the same name")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestTheTwoNewestSnapshotsAreKept(t *testing.T) {
	records := recorded(t, 7)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "units-v1-other.json"), nil, 0o600))
	for _, n := range []int{5, 9, 12, 20} {
		snapshotAt(t, dir, records[:n])
	}
	names, err := filepath.Glob(filepath.Join(dir, "campaign-*"))
	require.NoError(t, err)
	assert.Len(t, names, 2)
	others, err := filepath.Glob(filepath.Join(dir, "units-*"))
	require.NoError(t, err)
	assert.Len(t, others, 1, "another projection's are not touched")
}

// A snapshot is a cache: what cannot be trusted is passed over, for an older one
// or for the beginning, and nothing fails.
func TestBadSnapshotsArePassedOver(t *testing.T) {
	records := recorded(t, 7)
	last := uint64(len(records))
	open := func(dir string, last uint64) uint64 {
		f := projections.OpenFold(projections.CampaignProjection(), dir, last)
		require.NoError(t, f.Run(sequence(records[f.Chain.Sequence():])), "whatever it starts from, it goes on")
		assert.Equal(t, foldOf(t, records).Hash(), f.Hash())
		return projections.OpenFold(projections.CampaignProjection(), dir, last).Chain.Sequence()
	}
	assert.Zero(t, open(filepath.Join(t.TempDir(), "none"), last))

	dir := t.TempDir()
	snapshotAt(t, dir, records[:10])
	newest := snapshotAt(t, dir, records[:20])
	data, err := os.ReadFile(newest)
	require.NoError(t, err)
	assert.Equal(t, uint64(20), open(dir, last))
	assert.Equal(t, uint64(10), projections.OpenFold(projections.CampaignProjection(), dir, 15).Chain.Sequence(), "none past the stream's end")

	for name, spoil := range map[string]func(){
		"a changed byte": func() { write(t, newest, strings.Replace(string(data), `"fgw"`, `"FGW"`, 1)+" ") },
		"cut off":        func() { write(t, newest, string(data[:len(data)/2])) },
		"empty":          func() { write(t, newest, "") },
		"another sequence in its name": func() {
			require.NoError(t, os.Remove(newest))
			write(t, strings.Replace(newest, "20-", "19-", 1), string(data))
		},
		"a name of another form": func() { write(t, filepath.Join(dir, "campaign-v1-notes.json"), "{}") },
	} {
		write(t, newest, string(data))
		spoil()
		want := uint64(10)
		if strings.HasPrefix(name, "a name") {
			want = 20
		}
		assert.Equal(t, want, open(dir, last), name)
		os.Remove(strings.Replace(newest, "20-", "19-", 1))
	}
}

func TestSnapshotOfAnotherVersion(t *testing.T) {
	records := recorded(t, 7)
	dir := t.TempDir()
	snapshotAt(t, dir, records[:20])
	next := projections.CampaignProjection()
	next.Version++
	assert.Zero(t, projections.OpenFold(next, dir, 100).Chain.Sequence())
	other := projections.CampaignProjection()
	other.Name = "camp"
	assert.Zero(t, projections.OpenFold(other, dir, 100).Chain.Sequence())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}
