package natsd

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// filled is a folder with a stream of some messages, closed, its one block, and the
// messages as the server gives them.
func filled(t testing.TB, n int) (dir, block string, want []*jetstream.RawStreamMsg) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, Init(dir, Marker{Campaign: campaign, Mode: Standalone}))
	s, err := Start(t.Context(), Options{Dir: dir, Admin: true})
	require.NoError(t, err)
	nc, err := s.ConnectAdmin()
	require.NoError(t, err)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: ledger.StreamName(campaign), Subjects: []string{"ledger." + string(campaign) + ".>"}, MaxBytes: 1 << 30})
	require.NoError(t, err)
	for i := range n {
		m := nats.NewMsg(fmt.Sprintf("ledger.ja2023.u%02d.T01.progress", i%7))
		m.Data = bytes.Repeat([]byte{'x'}, i*13%500)
		if i%5 > 0 {
			m.Header.Set(nats.MsgIdHdr, fmt.Sprint(i))
			m.Header.Set("Ducha-Head", "a value")
		}
		_, err := js.PublishMsg(t.Context(), m)
		require.NoError(t, err)
	}
	for i := range n {
		m, err := stream.GetMsg(t.Context(), uint64(i+1))
		require.NoError(t, err)
		want = append(want, m)
	}
	nc.Close()
	require.NoError(t, s.Close())
	return dir, filepath.Join(dir, "store", "jetstream", "$G", "streams", ledger.StreamName(campaign), "msgs", "1.blk"), want
}

func readBlocks(t testing.TB, dir string) (list []Message, flaws []Flaw) {
	t.Helper()
	for m, err := range Blocks(filepath.Join(dir, "store"), campaign, func(f Flaw) { flaws = append(flaws, f) }) {
		require.NoError(t, err)
		list = append(list, m)
	}
	return list, flaws
}

// What is read from the files is what the server gives.
func TestBlocksAreReadAsTheServerReadsThem(t *testing.T) {
	dir, _, want := filled(t, 100)
	got, flaws := readBlocks(t, dir)
	require.Empty(t, flaws)
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, w.Sequence, got[i].Sequence)
		require.Equal(t, w.Subject, got[i].Subject)
		require.Equal(t, w.Header, got[i].Header)
		require.True(t, bytes.Equal(w.Data, got[i].Body))
	}
	_, err := os.Stat(filepath.Join(dir, "nothing"))
	require.Error(t, err)
	none, flaws := readBlocks(t, t.TempDir())
	require.Empty(t, none)
	require.Empty(t, flaws)
}

// Whatever bit is flipped: it is found, all but the record that it is in are given
// as they were, and no other is.
func TestOneFlippedBitCostsOneRecord(t *testing.T) {
	dir, block, want := filled(t, 40)
	good, err := os.ReadFile(block)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		bad := bytes.Clone(good)
		at := rng.IntN(len(bad))
		bad[at] ^= 1 << rng.IntN(8)
		require.NoError(t, os.WriteFile(block, bad, 0o600))
		got, flaws := readBlocks(t, dir)
		// The length of the headers is under no checksum of the server's.
		require.GreaterOrEqual(t, len(got), len(want)-1, "byte %d", at)
		if len(got) == len(want)-1 {
			tail := len(flaws) == 0 && got[len(got)-1].Sequence == uint64(len(want)-1)
			require.True(t, len(flaws) > 0 || tail, "byte %d", at)
		}
		for _, m := range got {
			w := want[m.Sequence-1]
			if len(got) == len(want)-1 {
				require.Equal(t, w.Subject, m.Subject, "byte %d", at)
				require.True(t, bytes.Equal(w.Data, m.Body), "byte %d", at)
			}
		}
	}
}

// An end that a crash cut off is no damage; any other missing piece is.
func TestOnlyTheEndMayBeCutOff(t *testing.T) {
	dir, block, want := filled(t, 40)
	good, err := os.ReadFile(block)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(block, good[:len(good)-5], 0o600))
	got, flaws := readBlocks(t, dir)
	require.Len(t, got, len(want)-1)
	require.Empty(t, flaws)

	// A block after the one that is cut: then nothing was being written there.
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(block), "2.blk"), nil, 0o600))
	_, flaws = readBlocks(t, dir)
	require.NotEmpty(t, flaws)
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(block), "2.blk")))

	require.NoError(t, os.WriteFile(block, append(bytes.Clone(good[:100]), good[150:]...), 0o600))
	_, flaws = readBlocks(t, dir)
	require.NotEmpty(t, flaws)
}

// A store that is damaged is not started on, and nothing in it is touched.
func TestADamagedStoreIsNotStarted(t *testing.T) {
	dir, block, _ := filled(t, 40)
	data, err := os.ReadFile(block)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(block, data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "running"), nil, 0o600))
	for range 2 {
		_, err = start(dir)
		damage(t, err, ledger.Damaged, "store.block")
	}
	after, err := os.ReadFile(block)
	require.NoError(t, err)
	require.Equal(t, data, after)
	require.False(t, exists(t, dir, "guard"), "there is nothing to keep from the server")
}

// A folder in the middle of a recovery is for the recovery alone.
func TestAFolderThatIsBeingRecoveredIsNotStarted(t *testing.T) {
	dir, _, _ := filled(t, 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, RecoveringFile), nil, 0o600))
	_, err := start(dir)
	damage(t, err, ledger.Damaged, "folder.recovering")
	h, err := Hold(dir)
	require.NoError(t, err)
	_, err = Hold(dir)
	damage(t, err, ledger.Conflict, "folder.lock")
	require.NoError(t, h.Space(0))
	damage(t, h.Space(1<<60), ledger.Unavailable, "folder.space")
	require.NoError(t, h.Release())
}

// Whatever stands in a block, reading it ends, and gives nothing without its checksum.
func FuzzFrame(f *testing.F) {
	_, block, _ := filled(f, 6)
	data, err := os.ReadFile(block)
	require.NoError(f, err)
	f.Add(data)
	f.Add(data[30:])
	f.Add(data[:50])
	hash := sha256.Sum256(fmt.Appendf(nil, "%s-1", ledger.StreamName(campaign)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, size, err := frame(data, hash[:])
		if err != nil {
			return
		}
		require.LessOrEqual(t, size, len(data))
		require.NotZero(t, m.Sequence)
		again, _, err := frame(data[:size], hash[:])
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}
