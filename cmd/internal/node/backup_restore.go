package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
)

// RestoreOptions say where a backup goes to.
type RestoreOptions struct {
	Options         // Dir must be empty, or not exist
	File     string // the backup
	Key      string // file of the ledger's private key, where the backup has none
	Progress func(s Step, done, total uint64)
}

// Restore (还原) makes a data folder of a backup. All of the backup is verified
// before anything is written; what is written is verified again, and the folder has
// its name only once the store in it was recovered and proved.
func Restore(ctx context.Context, o RestoreOptions) (done Recovery, m Manifest, err error) {
	o.Options = o.Options.defaults()
	if o.Progress == nil {
		o.Progress = func(Step, uint64, uint64) {}
	}
	if err := emptyFolder(o.Dir); err != nil {
		return done, m, err
	}
	b, err := openBackup(o.File)
	if err != nil {
		return done, m, err
	}
	defer b.close()
	key, err := b.key(o.Key)
	if err != nil {
		return done, b.manifest, err
	}
	log, err := proof.LogVerifier(proof.Origin(b.manifest.Campaign, key.Public()), key.Public())
	if err != nil {
		return done, b.manifest, err
	}
	if log.Name() != b.manifest.Origin {
		return done, b.manifest, &ledger.Error{Class: ledger.BadSeal, Rule: "charter.ledger-key", Found: "the key " + string(key.Public().ID()), Want: "the ledger's key, with which " + b.manifest.Origin + " is sealed"}
	}
	if err := b.verify(ctx, o.File, log, o.Progress); err != nil {
		return done, b.manifest, err
	}
	temp := o.Dir + ".restoring"
	if _, err := natsd.ReadMarker(temp); err == nil { // of a restore that was cut short
		if err := os.RemoveAll(temp); err != nil {
			return done, b.manifest, fmt.Errorf("restore: %w", err)
		}
	}
	if err := emptyFolder(temp); err != nil {
		return done, b.manifest, err
	}
	if err := b.unpack(ctx, temp, key, log.Name()); err != nil {
		return done, b.manifest, errors.Join(fmt.Errorf("restore: %w", err), os.RemoveAll(temp))
	}
	inner := o.Options
	inner.Dir = temp
	done, err = Recover(ctx, RecoverOptions{Options: inner, Reason: fmt.Sprintf("自备份还原,备份截至第 %d 条。", b.manifest.Size), Progress: o.Progress})
	if err == nil {
		if err = os.Remove(o.Dir); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(temp, o.Dir) // the commit point
	}
	if err != nil {
		return done, b.manifest, errors.Join(fmt.Errorf("restore: %w", err), os.RemoveAll(temp))
	}
	taken := map[string]uint64{}
	for from, n := range done.Taken {
		taken[strings.Replace(from, temp, o.Dir, 1)] = n
	}
	done.Taken = taken
	return done, b.manifest, syncFolder(filepath.Dir(filepath.Clean(o.Dir)))
}

func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if len(entries) > 0 {
		return ledger.Refuse("folder.empty", fmt.Sprintf("%s holds %d entries already, such as %s", dir, len(entries), entries[0].Name()), "an empty folder, or one that does not exist yet")
	}
	return nil
}

// key is the ledger's private key: from a file, or from the backup.
func (b *packed) key(path string) (key seal.PrivateKey, err error) {
	if path != "" {
		return ReadKey(path)
	}
	data, err := b.read("keys/ledger.pem")
	if errors.Is(err, fs.ErrNotExist) {
		return key, &ledger.Error{Class: ledger.NotFound, Rule: "backup.key", Found: "a backup without keys", Want: "--key with the ledger's private key, which is kept apart"}
	}
	if err != nil {
		return key, fmt.Errorf("backup: %w", err)
	}
	if key, err = seal.ParsePrivateKey(data); err != nil {
		return key, &ledger.Error{Class: ledger.BadSeal, Rule: "key.private", Found: "keys/ledger.pem in the backup: " + err.Error(), Want: "a private key as PKCS#8 PEM"}
	}
	return key, nil
}

// unpack writes a data folder without a store.
func (b *packed) unpack(ctx context.Context, dir string, key seal.PrivateKey, origin string) error {
	marker, err := b.marker()
	if err != nil {
		return err
	}
	if err := natsd.Init(dir, marker); err != nil {
		return err
	}
	if err := WriteKey(LedgerKeyFile(dir), key); err != nil {
		return err
	}
	for _, name := range append(b.names("keys/"), "witnesses") {
		data, err := b.read(name)
		if name == "keys/ledger.pem" || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = durably(filepath.Join(dir, filepath.FromSlash(name)), data)
		}
		if err != nil {
			return err
		}
	}
	log, err := proof.LogVerifier(origin, key.Public())
	if err != nil {
		return err
	}
	_, err = archive.Sync(ctx, b, ArchiveDir(dir), log, nil)
	return err
}

// marker is the marker in the backup, for a folder that is made now.
func (b *packed) marker() (natsd.Marker, error) {
	temp, err := os.MkdirTemp("", "ducha-backup-")
	if err != nil {
		return natsd.Marker{}, err
	}
	defer os.RemoveAll(temp)
	data, err := b.read("ducha.json")
	if err == nil {
		err = os.WriteFile(filepath.Join(temp, "ducha.json"), data, 0o600)
	}
	if err != nil {
		return natsd.Marker{}, err
	}
	m, err := natsd.ReadMarker(temp)
	if err == nil && m.Campaign != b.manifest.Campaign {
		err = badBackup(b.file.Name(), "its marker names another campaign than its manifest")
	}
	return m, err
}
