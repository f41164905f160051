package node

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"ducha/ledger"
	"ducha/ledger/archive"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// backed is a ledger, its records, and a backup of it.
func backed(t *testing.T, keys bool) (dir, file string, records []ledger.Record) {
	t.Helper()
	dir, records = longer(t, 260)
	file = filepath.Join(t.TempDir(), "b.tar")
	m, err := Backup(t.Context(), BackupOptions{Options: Options{Dir: dir}, File: file, WithKeys: keys})
	require.NoError(t, err)
	require.EqualValues(t, len(records), m.Size)
	require.NoFileExists(t, file+".part")
	return dir, file, records
}

func TestABackupIsRestored(t *testing.T) {
	dir, file, want := backed(t, false)
	to := filepath.Join(t.TempDir(), "restored")
	_, _, err := Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: file})
	require.ErrorIs(t, err, &ledger.Error{Rule: "backup.key"})
	_, _, err = Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: file, Key: KeyFile(dir, "root")})
	require.ErrorIs(t, err, &ledger.Error{Rule: "charter.ledger-key"})
	require.NoDirExists(t, to)

	done, _, err := Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: file, Key: LedgerKeyFile(dir)})
	require.NoError(t, err)
	assert.EqualValues(t, len(want), done.Sealed)
	goesOn(t, to, want)

	_, _, err = Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: file, Key: LedgerKeyFile(dir)})
	require.ErrorIs(t, err, &ledger.Error{Rule: "folder.empty"})
	_, err = Backup(t.Context(), BackupOptions{Options: Options{Dir: dir}, File: file})
	require.ErrorIs(t, err, &ledger.Error{Rule: "file.exists"})
}

func TestABackupWithKeysNeedsNoOther(t *testing.T) {
	dir, file, want := backed(t, true)
	to := filepath.Join(t.TempDir(), "restored")
	require.NoError(t, os.Mkdir(to, 0o700)) // an empty one will do
	_, _, err := Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: file})
	require.NoError(t, err)
	goesOn(t, to, want)
	for _, p := range []ledger.PartyID{"root", "ledger"} {
		a, err := os.ReadFile(KeyFile(dir, p))
		require.NoError(t, err)
		b, err := os.ReadFile(KeyFile(to, p))
		require.NoError(t, err)
		require.Equal(t, a, b)
	}
}

// A backup holds no private key unless it was told to.
func TestABackupHoldsNoKeys(t *testing.T) {
	_, file, _ := backed(t, false)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(data), "PRIVATE KEY")
}

// The ledger runs, and records, while it is backed up: what is in the backup is
// whole.
func TestABackupOfARunningLedger(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	n := opened(t, dir)
	defer func() { require.NoError(t, n.Close()) }()
	require.NoError(t, n.Seal(soon(t), n.View.Sequence()))
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				say(t, n)
			}
		}
	}()
	for i := range 5 {
		file := filepath.Join(t.TempDir(), "b.tar")
		m, err := Backup(t.Context(), BackupOptions{Options: Options{Dir: dir}, File: file})
		require.NoError(t, err)
		if i == 4 {
			to := filepath.Join(t.TempDir(), "to")
			_, _, err := Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: file, Key: LedgerKeyFile(dir)})
			require.NoError(t, err)
			close(stop)
			<-done
			goesOn(t, to, everything(t, n)[:m.Size])
		}
	}
}

// rewrite changes the entries of a backup, and with them its manifest if it is told
// to.
func rewrite(t *testing.T, file string, change func(h *tar.Header, data []byte) []byte, more ...tar.Header) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var out bytes.Buffer
	r, w := tar.NewReader(bytes.NewReader(data)), tar.NewWriter(&out)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		if body = change(h, body); body == nil {
			continue
		}
		h.Size = int64(len(body))
		require.NoError(t, w.WriteHeader(h))
		_, err = w.Write(body)
		require.NoError(t, err)
	}
	for _, h := range more {
		require.NoError(t, w.WriteHeader(&h))
	}
	require.NoError(t, w.Close())
	path := filepath.Join(t.TempDir(), "changed.tar")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

// Whatever was done to a backup, nothing of it is written anywhere.
func TestAChangedBackupIsNotRestored(t *testing.T) {
	dir, file, _ := backed(t, false)
	same := func(_ *tar.Header, data []byte) []byte { return data }
	only := func(name string, f func([]byte) []byte) func(*tar.Header, []byte) []byte {
		return func(h *tar.Header, data []byte) []byte {
			if h.Name == name {
				return f(data)
			}
			return data
		}
	}
	cut := filepath.Join(t.TempDir(), "cut.tar")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(cut, data[:len(data)/2], 0o600))
	bundle := "archive/" + archive.Tile{Level: archive.Entries, Index: 0, Width: 256}.Path()
	other, otherFile, _ := backed(t, false)
	_ = other
	foreign, err := openBackup(otherFile)
	require.NoError(t, err)
	defer foreign.close()
	foreignMarker, err := foreign.read(manifestName)
	require.NoError(t, err)
	for name, path := range map[string]string{
		"cut off":                   cut,
		"a bundle that was changed": rewrite(t, file, only(bundle, func(b []byte) []byte { b[700] ^= 1; return b })),
		"a bundle left out":         rewrite(t, file, only(bundle, func([]byte) []byte { return nil })),
		"a manifest left out":       rewrite(t, file, only(manifestName, func([]byte) []byte { return nil })),
		"another's manifest":        rewrite(t, file, only(manifestName, func([]byte) []byte { return foreignMarker })),
		"a file more":               rewrite(t, file, same, tar.Header{Name: "keys/evil.pem", Typeflag: tar.TypeReg, Mode: 0o600}),
		"a file above the folder":   rewrite(t, file, same, tar.Header{Name: "../evil", Typeflag: tar.TypeReg, Mode: 0o600}),
		"a link":                    rewrite(t, file, same, tar.Header{Name: "archive/x", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}),
		"a file twice":              rewrite(t, file, same, tar.Header{Name: "ducha.json", Typeflag: tar.TypeReg, Mode: 0o600}),
		"no tar":                    LedgerKeyFile(dir),
	} {
		t.Run(name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "to")
			_, _, err := Restore(t.Context(), RestoreOptions{Options: Options{Dir: to}, File: path, Key: LedgerKeyFile(dir)})
			require.ErrorIs(t, err, &ledger.Error{Rule: "backup.file"}, "%v", err)
			require.NoDirExists(t, to)
			require.NoDirExists(t, to+".restoring")
		})
	}
}

// Whoever changes a backup and its manifest together meets the signed root.
func TestABackupIsVerifiedAgainstItsSignedRoot(t *testing.T) {
	dir, _, _ := backed(t, false)
	flip(t, filepath.Join(ArchiveDir(dir), filepath.FromSlash(archive.Tile{Level: archive.Entries, Index: 0, Width: 256}.Path())), 700)
	file := filepath.Join(t.TempDir(), "b.tar")
	_, err := Backup(t.Context(), BackupOptions{Options: Options{Dir: dir}, File: file})
	require.ErrorIs(t, err, &ledger.Error{Rule: "backup.file"}, "what is read back is verified")
	require.NoFileExists(t, file)
}
