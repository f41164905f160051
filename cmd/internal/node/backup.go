package node

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"

	"golang.org/x/mod/sumdb/note"
)

// Packing is the step of writing a backup.
const Packing Step = "packing"

// manifestName is the backup's table of contents, its last entry.
const manifestName = "manifest.json"

// Manifest (清单) says what a backup holds: the log up to a checkpoint, with the
// digest of every file.
type Manifest struct {
	Format   int                      `json:"format"`
	Campaign ledger.LocalID           `json:"campaign"`
	Origin   string                   `json:"origin"`
	Size     uint64                   `json:"size"` // so many records
	Root     string                   `json:"root"`
	Made     time.Time                `json:"made"`
	Keys     bool                     `json:"keys"` // the private keys are in it
	Files    map[string]ledger.Digest `json:"files"`
}

const manifestFormat = 1

// BackupOptions say what goes into a backup.
type BackupOptions struct {
	Options
	File     string
	WithKeys bool
	Progress func(s Step, done, total uint64)
}

// Backup (备份) writes one file, a tar, with a ledger's sealed log up to its last
// checkpoint, its marker, who its witnesses are, and a manifest with the digest of
// each; with the private keys only when it is told to. The file is read back, and
// all of the log in it verified, before it gets its name. The ledger may be running:
// what a checkpoint covers does not change. What is not sealed is not in it.
func Backup(ctx context.Context, o BackupOptions) (Manifest, error) {
	o.Options = o.Options.defaults()
	if o.Progress == nil {
		o.Progress = func(Step, uint64, uint64) {}
	}
	if _, err := os.Lstat(o.File); err == nil {
		return Manifest{}, ledger.Refuse("file.exists", o.File+" exists already", "another name: a backup is never written over another")
	}
	log, err := LogVerifier(o.Dir)
	if err != nil {
		return Manifest{}, err
	}
	part := o.File + ".part"
	defer os.Remove(part)
	// A running ledger may take a partial tile away while it is copied: then there is
	// a newer checkpoint.
	for try := 0; ; try++ {
		m, err := pack(ctx, o, log, part)
		if errors.Is(err, errOutgrown) && try < 5 {
			continue
		}
		if err != nil {
			return m, fmt.Errorf("backup: %w", err)
		}
		break
	}
	m, err := CheckBackup(ctx, part, log, o.Progress)
	if err != nil {
		return m, fmt.Errorf("backup, read back: %w", err)
	}
	if err := os.Link(part, o.File); err != nil { // the commit point: never over another
		return m, fmt.Errorf("backup: %w", err)
	}
	return m, syncFolder(filepath.Dir(o.File))
}

var errOutgrown = errors.New("the log grew while it was copied")

// packer writes the entries of a backup.
type packer struct {
	tar      *tar.Writer
	manifest Manifest
}

func pack(ctx context.Context, o BackupOptions, log note.Verifier, path string) (m Manifest, err error) {
	marker, err := natsd.ReadMarker(o.Dir)
	if err != nil {
		return m, err
	}
	src := archive.Dir(ArchiveDir(o.Dir))
	c, signed, err := archive.NewReader(src, log).Checkpoint(ctx)
	if err != nil {
		return m, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Sync(), f.Close()) }()
	p := &packer{tar: tar.NewWriter(f), manifest: Manifest{Format: manifestFormat, Campaign: marker.Campaign, Origin: c.Origin,
		Size: c.Size, Root: c.Root.String(), Made: o.Clock().UTC().Truncate(time.Second), Keys: o.WithKeys, Files: map[string]ledger.Digest{}}}
	if err := p.beside(o); err != nil {
		return m, err
	}
	if err := p.put("archive/"+archive.CheckpointPath, signed, 0o644); err != nil {
		return m, err
	}
	tiles := covering(c.Size)
	for i, t := range tiles {
		data, err := src.ReadFile(ctx, t.Path())
		if errors.Is(err, fs.ErrNotExist) && t.Width < 256 {
			return m, errOutgrown
		}
		if err == nil {
			err = errors.Join(ctx.Err(), p.put("archive/"+t.Path(), data, 0o644))
		}
		if err != nil {
			return m, err
		}
		o.Progress(Packing, uint64(i+1), uint64(len(tiles)))
	}
	return p.manifest, p.close()
}

// covering are the files of a log of a size, without what has been outgrown.
func covering(size uint64) (tiles []archive.Tile) {
	for level := 0; ; level++ {
		hashes := size >> (8 * level)
		if hashes == 0 {
			return tiles
		}
		for n := uint64(0); n*256 < hashes; n++ {
			width := int(min(256, hashes-n*256))
			if level == 0 {
				tiles = append(tiles, archive.Tile{Level: archive.Entries, Index: n, Width: width})
			}
			tiles = append(tiles, archive.Tile{Level: level, Index: n, Width: width})
		}
	}
}

// beside writes what stands beside the log.
func (p *packer) beside(o BackupOptions) error {
	names := []string{"ducha.json", "witnesses"}
	if o.WithKeys {
		entries, err := os.ReadDir(filepath.Join(o.Dir, "keys"))
		if err != nil {
			return err
		}
		for _, e := range entries {
			names = append(names, "keys/"+e.Name())
		}
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(o.Dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) && name == "witnesses" {
			continue
		}
		if err == nil {
			err = p.put(name, data, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) put(name string, data []byte, mode int64) error {
	sum := sha256.Sum256(data)
	p.manifest.Files[name] = ledger.Digest(hex.EncodeToString(sum[:]))
	return p.write(name, data, mode)
}

func (p *packer) write(name string, data []byte, mode int64) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: mode, ModTime: p.manifest.Made, Format: tar.FormatPAX}
	if err := p.tar.WriteHeader(h); err != nil {
		return err
	}
	_, err := p.tar.Write(data)
	return err
}

func (p *packer) close() error {
	data, err := json.MarshalIndent(p.manifest, "", " ")
	if err != nil {
		return err
	}
	return errors.Join(p.write(manifestName, append(data, '\n'), 0o644), p.tar.Close())
}

// packed is a backup that is read: a log in a tar.
type packed struct {
	file     *os.File
	at       map[string]span
	manifest Manifest
}

// span is where an entry lies in the file.
type span struct{ at, size int64 }

// openBackup reads the table of contents and holds every file in the backup against
// it: none missing, none more, each with its digest.
func openBackup(path string) (b *packed, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	b = &packed{file: f, at: map[string]span{}}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	sums := map[string]ledger.Digest{}
	r := tar.NewReader(f)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badBackup(path, err.Error())
		}
		at, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
		_, twice := sums[h.Name]
		sparse := slices.ContainsFunc(slices.Collect(maps.Keys(h.PAXRecords)), func(k string) bool { return strings.HasPrefix(k, "GNU.sparse.") })
		if twice || sparse || h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || strings.Contains(h.Name, "\\") {
			return nil, badBackup(path, "an entry that does not belong there: "+h.Name)
		}
		hash := sha256.New()
		if _, err := io.Copy(hash, r); err != nil {
			return nil, badBackup(path, h.Name+": "+err.Error())
		}
		sums[h.Name], b.at[h.Name] = ledger.Digest(hex.EncodeToString(hash.Sum(nil))), span{at, h.Size}
	}
	return b, b.compare(path, sums)
}

func (b *packed) compare(path string, sums map[string]ledger.Digest) error {
	data, err := b.read(manifestName)
	if err == nil {
		err = json.Unmarshal(data, &b.manifest)
	}
	if err != nil || b.manifest.Format != manifestFormat {
		return badBackup(path, fmt.Sprintf("no manifest of format %d", manifestFormat))
	}
	delete(sums, manifestName)
	for name, want := range b.manifest.Files {
		switch got, ok := sums[name]; {
		case !ok:
			return badBackup(path, name+" is missing")
		case got != want:
			return badBackup(path, name+" was changed")
		}
		delete(sums, name)
	}
	for name := range sums {
		return badBackup(path, name+" is not in its manifest")
	}
	return nil
}

func badBackup(path, found string) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "backup.file", Found: path + ": " + found, Want: "a backup as `ducha backup` wrote it: nothing was restored"}
}

func (b *packed) read(name string) ([]byte, error) {
	s, ok := b.at[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	data := make([]byte, s.size)
	if _, err := b.file.ReadAt(data, s.at); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(data)
	if want, ok := b.manifest.Files[name]; ok && want != ledger.Digest(hex.EncodeToString(sum[:])) {
		return nil, badBackup(b.file.Name(), name+" was changed") // while it is read
	}
	return data, nil
}

// ReadFile gives a file of the log in the backup: it is an archive.Source.
func (b *packed) ReadFile(_ context.Context, path string) ([]byte, error) {
	return b.read("archive/" + path)
}

// names lists what is in the backup below a folder.
func (b *packed) names(folder string) (list []string) {
	for name := range b.at {
		if strings.HasPrefix(name, folder) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func (b *packed) close() error { return b.file.Close() }

// CheckBackup verifies a backup, without unpacking it: every file against the
// manifest, and all of the log in it, to the last record.
func CheckBackup(ctx context.Context, path string, log note.Verifier, progress func(s Step, done, total uint64)) (Manifest, error) {
	b, err := openBackup(path)
	if err != nil {
		return Manifest{}, err
	}
	defer b.close()
	return b.manifest, b.verify(ctx, path, log, progress)
}

func (b *packed) verify(ctx context.Context, path string, log note.Verifier, progress func(s Step, done, total uint64)) error {
	found, c, err := archive.Verify(ctx, b, log, func(done, total uint64) { progress(Verifying, done, total) })
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return badBackup(path, fmt.Sprintf("%d findings in the log, the first: %s", len(found), found[0]))
	}
	if c.Size != b.manifest.Size || c.Root.String() != b.manifest.Root || c.Origin != b.manifest.Origin {
		return badBackup(path, "its manifest names another checkpoint than it holds")
	}
	return nil
}

var _ archive.Source = (*packed)(nil)
