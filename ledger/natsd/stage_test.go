package natsd

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

func testContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
}

func batches(dir string) string {
	return filepath.Join(dir, "store", "jetstream", "$G", "streams", ledger.StreamName(campaign), "batches")
}

// half sends the first message of a batch, so that something is staged.
func half(t *testing.T, nc *nats.Conn) {
	t.Helper()
	m := nats.NewMsg("ledger.ja2023.fgw.T01.progress")
	m.Header.Set("Nats-Batch-Id", "b1")
	m.Header.Set("Nats-Batch-Sequence", "1")
	reply, err := nc.RequestMsg(m, 5*time.Second)
	require.NoError(t, err)
	require.Empty(t, reply.Data)
}

func staged(t *testing.T, path string) int {
	t.Helper()
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	return len(entries)
}

func TestBatchesAreStagedInMemory(t *testing.T) {
	dir := withStream(t)
	s := up(t, dir)
	target, err := os.Readlink(batches(dir))
	require.NoError(t, err)
	require.Equal(t, s.staging, target)
	require.Equal(t, memory, filepath.Dir(target))

	half(t, connect(t, s))
	require.Equal(t, 1, staged(t, target))

	require.NoError(t, s.Close())
	require.False(t, exists(t, target), "nothing is left in memory after a clean stop")
	again := up(t, dir)
	require.Equal(t, target, again.staging)
	half(t, connect(t, again))
}

func TestAKillLeavesTheStagingForTheNextStart(t *testing.T) {
	dir := withStream(t)
	c := spawn(t, dir)
	require.Equal(t, "up", c.line())
	target, err := os.Readlink(batches(dir))
	require.NoError(t, err)
	c.kill(t)
	require.True(t, exists(t, target), "the server that recovers will want it")
	s := up(t, dir)
	require.Equal(t, target, s.staging)
	half(t, connect(t, s))
	require.Equal(t, 1, staged(t, target))
}

// After a power cut the memory is empty and the link leads nowhere.
func TestStagingThatIsGoneIsMadeAgain(t *testing.T) {
	dir := withStream(t)
	c := spawn(t, dir)
	require.Equal(t, "up", c.line())
	target, err := os.Readlink(batches(dir))
	require.NoError(t, err)
	c.kill(t)
	require.NoError(t, os.RemoveAll(target))
	half(t, connect(t, up(t, dir)))
	require.Equal(t, 1, staged(t, target))
}

func TestBatchesAreStagedOnDiskWhereTheLinkCannotBe(t *testing.T) {
	for name, hinder := range map[string]func(t *testing.T, link string){
		"a folder of the store's stands there": func(t *testing.T, link string) { require.NoError(t, os.MkdirAll(link, 0o700)) },
		"a file stands there":                  func(t *testing.T, link string) { require.NoError(t, os.WriteFile(link, nil, 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := withStream(t)
			s := up(t, dir)
			require.NoError(t, os.Remove(batches(dir)))
			hinder(t, batches(dir))
			s.staging = ""
			require.NoError(t, s.stage(campaign, t.TempDir()))
			require.Empty(t, s.staging)
		})
	}
	t.Run("there is no memory to stage in", func(t *testing.T) {
		dir := withStream(t)
		s := up(t, dir)
		require.NoError(t, os.Remove(batches(dir)))
		s.staging = ""
		require.NoError(t, s.stage(campaign, filepath.Join(t.TempDir(), "none")))
		half(t, connect(t, s))
		require.Equal(t, 1, staged(t, batches(dir)), "in a folder of the store's own")
	})
	t.Run("the memory takes nothing", func(t *testing.T) {
		dir := withStream(t)
		s := up(t, dir)
		require.NoError(t, os.Remove(batches(dir)))
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		s.staging = ""
		require.Error(t, s.stage(campaign, file))
		require.Empty(t, s.staging)
		require.False(t, exists(t, batches(dir)), "no link that leads nowhere is left")
		half(t, connect(t, s))
	})
}

// A folder that was copied or moved brings the link of the old place with it.
func TestAMovedFolderStagesInItsOwnPlace(t *testing.T) {
	dir := withStream(t)
	c := spawn(t, dir)
	require.Equal(t, "up", c.line())
	old, err := os.Readlink(batches(dir))
	require.NoError(t, err)
	c.kill(t)
	defer os.RemoveAll(old)
	moved := dir + ".moved"
	require.NoError(t, os.Rename(dir, moved))
	s := up(t, moved)
	require.NotEqual(t, old, s.staging)
	half(t, connect(t, s))
	require.Equal(t, 1, staged(t, s.staging))
}
