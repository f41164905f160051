package stream

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/require"
)

func markOf(r ledger.Record) Mark {
	return Mark{Sequence: r.Sequence, Digest: sha256.Sum256(r.Encode())}
}

func TestTheWriterKeepsTheMark(t *testing.T) {
	s := one(t)
	path := filepath.Join(t.TempDir(), "mark")
	m, err := ReadMark(path)
	require.NoError(t, err)
	require.Zero(t, m)
	w, st := writer(t, s.ledger(t), WriterOptions{MarkPath: path})
	list := appendAll(t, w, some(t, 20))
	require.NoError(t, w.Close())

	m, err = ReadMark(path)
	require.NoError(t, err)
	require.Equal(t, markOf(list[19]), m, "the last one, once the writer is closed")
	for _, r := range records(t, st.Read(t.Context(), 0)) {
		require.NoError(t, m.Hold(r))
	}
	require.NoError(t, m.Reached(20))
	require.NoError(t, m.Reached(21))
}

func TestATornEndIsDamage(t *testing.T) {
	s := one(t)
	w, _ := writer(t, s.ledger(t), WriterOptions{})
	list := appendAll(t, w, some(t, 3))
	m := markOf(list[2])
	refusedWith(t, m.Reached(2), ledger.Damaged, "mark.short")
	require.ErrorContains(t, m.Reached(1), "records 2 to 3 are missing")
	refusedWith(t, m.Reached(0), ledger.Damaged, "mark.short")

	other := list[2]
	other.Envelope = list[1].Envelope
	refusedWith(t, m.Hold(other), ledger.Damaged, "mark.record")
	require.NoError(t, m.Hold(list[1]))
}

func TestATornMarkIsDamage(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "cut": `{"sequence":3,"dig`, "another digest": `{"sequence":3,"digest":"xyz"}`} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "mark")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			_, err := ReadMark(path)
			refusedWith(t, err, ledger.Damaged, "mark.file")
		})
	}
}

// The mark is a durable write: it fails before its rename or after it.
func TestAMarkThatFailed(t *testing.T) {
	older, newer := Mark{Sequence: 1, Digest: ledger.Hash{1}}, Mark{Sequence: 2, Digest: ledger.Hash{2}}
	t.Run("and was not persisted", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mark")
		require.NoError(t, WriteMark(path, older))
		require.NoError(t, os.WriteFile(path+".new", []byte(`{"sequ`), 0o600)) // a power cut before the rename
		m, err := ReadMark(path)
		require.NoError(t, err)
		require.Equal(t, older, m)
		require.NoError(t, WriteMark(path, newer), "the next one is not hindered")
		m, err = ReadMark(path)
		require.NoError(t, err)
		require.Equal(t, newer, m)
	})
	t.Run("but was persisted", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mark")
		require.NoError(t, WriteMark(path, older))
		failing := syncFolder
		defer func() { syncFolder = failing }()
		syncFolder = func(string) error { return os.ErrInvalid }
		require.ErrorIs(t, WriteMark(path, newer), os.ErrInvalid)
		m, err := ReadMark(path)
		require.NoError(t, err)
		require.Equal(t, newer, m)
	})
	t.Run("and the writer goes on", func(t *testing.T) {
		s := one(t)
		path := filepath.Join(t.TempDir(), "no folder", "mark")
		w, _ := writer(t, s.ledger(t), WriterOptions{MarkPath: path})
		appendAll(t, w, some(t, 3))
		require.NoError(t, w.Close())
		m, err := ReadMark(path)
		require.NoError(t, err)
		require.NoError(t, m.Reached(3), "a mark that is older than it could be is never wrong")
	})
}
