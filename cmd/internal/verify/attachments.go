package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ducha/ledger"
	"ducha/projections"
	"ducha/projections/trail"
)

// Held is what a folder of files has of those that bundles name.
type Held struct {
	Files   []HeldFile         `json:"files"`   // in the folder
	Missing []trail.Attachment `json:"missing"` // named, and not in it
	Foreign int                `json:"foreign"` // in it, and named by none of the bundles: changed, or not theirs
}

// HeldFile is a file in the folder.
type HeldFile struct {
	Path   string            `json:"path"`
	SHA256 ledger.Digest     `json:"sha256"`
	Named  *trail.Attachment `json:"named,omitempty"`
}

// attachments holds the files of a folder against what the bundles name: a file that
// was changed has a digest that nobody named.
func (v *Command) attachments(bundles [][]byte) (held Held, err error) {
	named := map[ledger.Digest]trail.Attachment{}
	var order []ledger.Digest
	for _, b := range bundles {
		for _, a := range trail.Attachments(b) {
			if _, twice := named[a.SHA256]; !twice {
				named[a.SHA256] = a
				order = append(order, a.SHA256)
			}
		}
	}
	held.Files, held.Missing = []HeldFile{}, []trail.Attachment{}
	there := map[ledger.Digest]bool{}
	err = filepath.WalkDir(v.Attachments, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		digest, err := digestOf(path)
		if err != nil {
			return err
		}
		file := HeldFile{Path: path, SHA256: digest}
		if a, ok := named[digest]; ok {
			file.Named, there[digest] = &a, true
		} else {
			held.Foreign++
		}
		held.Files = append(held.Files, file)
		return nil
	})
	for _, digest := range order {
		if a := named[digest]; !there[digest] && !a.Sealed {
			held.Missing = append(held.Missing, a)
		}
	}
	return held, err
}

func digestOf(path string) (ledger.Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return ledger.Digest(hex.EncodeToString(h.Sum(nil))), nil
}

// print says of each file what it is.
func (h Held) print(w io.Writer, l projections.Lang) error {
	for _, f := range h.Files {
		if f.Named == nil {
			fmt.Fprintf(w, l.Pick("材料 %s:没有记录写明其摘要 %s(被改动,或不属于此台账)\n", "file %s: no record names its digest %s (changed, or none of theirs)\n"), f.Path, f.SHA256)
		}
	}
	for _, a := range h.Missing {
		fmt.Fprintf(w, l.Pick("材料缺失:%s(第 %v 条)\n", "missing: %s (records %v)\n"), projections.Visible(a.Name), a.Records)
	}
	_, err := fmt.Fprintf(w, l.Pick("材料:%d 件与记录相符,%d 件不符,%d 件缺失\n", "files: %d as the records name them, %d not, %d missing\n"), len(h.Files)-h.Foreign, h.Foreign, len(h.Missing))
	return err
}
