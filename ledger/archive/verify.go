package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Finding is one thing that is wrong with a log (查出的问题).
type Finding struct {
	Rule     string // such as archive.bundle; that of the chain where a record breaks it
	Path     string // the file, empty when it is none in particular
	Sequence uint64 // the record, 0 when it is none in particular
	Found    string
	Want     string
}

func (f Finding) String() string {
	s := f.Rule
	if f.Path != "" {
		s += " " + f.Path
	}
	if f.Sequence > 0 {
		s += fmt.Sprintf(" record %d", f.Sequence)
	}
	s += ": " + f.Found
	if f.Want != "" {
		s += "; right would be: " + f.Want
	}
	return s
}

// Verify checks all of a log: the checkpoint's signature, every bundle against its
// tile, every tile against the one above it up to the root, every partial tile,
// that every entry is a record in its canonical form that stands where its statement
// belongs, and that the records make one chain. Where a file is wrong, what is
// around it tells which. In a [Lister] it also finds files that do not belong there;
// what no checkpoint covers yet is passed over.
//
// Findings are what is wrong with the log; the error says that it could not be read.
// The checkpoint is what the log claims, even when a finding says that its signature
// is bad. progress, which may be nil, is told how many records are done.
func Verify(ctx context.Context, src Source, log note.Verifier, progress func(done, total uint64)) ([]Finding, proof.Checkpoint, error) {
	v := &verification{src: src, partial: map[Tile][]int{}, trails: map[ledger.UnitID]ledger.Trail{}}
	ok, err := v.checkpoint(ctx, log)
	if err != nil || !ok {
		return v.findings, v.c, err
	}
	if err := v.list(ctx); err != nil {
		return v.findings, v.c, err
	}
	if progress == nil {
		progress = func(uint64, uint64) {}
	}
	if err := v.tree(ctx, progress); err != nil {
		return v.findings, v.c, fmt.Errorf("verify: %w", err)
	}
	return v.findings, v.c, nil
}

type verification struct {
	src      Source
	c        proof.Checkpoint
	partial  map[Tile][]int // by the full tile: the widths that are there
	findings []Finding

	chain    ledger.Chain
	broken   bool // the chain cannot be followed any further, only each trail
	trails   map[ledger.UnitID]ledger.Trail
	recorded string
}

func (v *verification) find(f ...Finding) { v.findings = append(v.findings, f...) }

// findingOf is a finding of an error that says what is wrong with the log; others
// stay errors.
func findingOf(path string, sequence uint64, err error) (Finding, error) {
	e, ok := errors.AsType[*ledger.Error](err)
	if !ok {
		return Finding{}, err
	}
	return Finding{Rule: e.Rule, Path: path, Sequence: sequence, Found: e.Found, Want: e.Want}, nil
}

// checkpoint reads the checkpoint and reports whether there is one to go on with.
func (v *verification) checkpoint(ctx context.Context, log note.Verifier) (bool, error) {
	signed, err := v.src.ReadFile(ctx, CheckpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		v.find(Finding{Rule: "archive.checkpoint", Path: CheckpointPath, Found: "there is none", Want: "one that the ledger's key signed"})
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	if v.c, err = proof.OpenCheckpoint(signed, log); err == nil {
		return true, nil
	}
	v.find(Finding{Rule: "archive.checkpoint", Path: CheckpointPath, Found: err.Error(), Want: "a checkpoint of " + log.Name() + " that the ledger's key signed"})
	v.c, err = proof.ReadCheckpoint(signed)
	return err == nil, nil
}

// list notes the partial tiles that are there, and finds strays.
func (v *verification) list(ctx context.Context) error {
	lister, ok := v.src.(Lister)
	if !ok {
		return nil
	}
	var strays []Finding
	for path, err := range lister.List(ctx) {
		if err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		t, err := ParsePath(path)
		switch {
		case path == CheckpointPath:
		case err != nil || t.Level > 7:
			strays = append(strays, Finding{Rule: "archive.stray", Path: path, Found: "a file that does not belong there", Want: "nothing but checkpoint and tile/: see c2sp.org/tlog-tiles"})
		case t.Width < width && t.covered(v.c.Size):
			v.partial[t.full()] = append(v.partial[t.full()], t.Width)
		}
	}
	slices.SortFunc(strays, func(a, b Finding) int { return cmp.Compare(a.Path, b.Path) })
	v.find(strays...)
	return nil
}

// node is a tile as it was found: what its file says, and what follows from what
// lies below it. Either may be missing.
type node struct {
	tile  Tile
	file  []tlog.Hash
	below []tlog.Hash
	known []bool // which hashes of below are known; nil: all
}

// fill takes from the file what is not known from below.
func (n *node) fill() {
	if n.known == nil || n.file == nil {
		return
	}
	for i, ok := range n.known {
		if !ok {
			n.below[i] = n.file[i]
		}
	}
	n.known = nil
}

// candidates are what the tile may be, the likelier first.
func (n *node) candidates() (list [][]tlog.Hash) {
	if n.file != nil {
		list = append(list, n.file)
	}
	if n.below != nil && n.known == nil && (n.file == nil || !slices.Equal(n.file, n.below)) {
		list = append(list, n.below)
	}
	return list
}

// blame says which files are wrong once the right hashes of a tile are known.
func (n *node) blame(right []tlog.Hash) (list []Finding) {
	if n.file != nil && !slices.Equal(n.file, right) {
		list = append(list, Finding{Rule: "archive.tile", Path: n.tile.Path(), Found: "hashes that are not those of the tree", Want: "the hashes of what lies below it"})
	}
	if n.below == nil {
		return list
	}
	for i, h := range right {
		if n.below[i] == h || n.known != nil && !n.known[i] {
			continue
		}
		child := n.tile.Index*width + uint64(i)
		if n.tile.Level == 0 {
			t := Tile{Entries, n.tile.Index, n.tile.Width}
			list = append(list, Finding{Rule: "archive.bundle", Path: t.Path(), Sequence: child + 1, Found: "an entry that was changed", Want: "the entry whose hash is in the tree"})
			continue
		}
		list = append(list, Finding{Rule: "archive.tile", Path: Tile{n.tile.Level - 1, child, width}.Path(), Found: "hashes that do not lead to the one in the tile above",
			Want: "the sealed hashes: this tile and what lies below it were changed together"})
	}
	return list
}

// split says that a tile and what lies below it differ, and nothing tells which is
// right.
func (n *node) split() Finding {
	return Finding{Rule: "archive.tile", Path: n.tile.Path(), Found: "hashes that are not those of what lies below it", Want: "the tile and what lies below it as they were sealed: one of them was changed, or both"}
}
