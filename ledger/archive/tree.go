package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/tlog"
)

// leaf is what came of a bundle and its tile.
type leaf struct {
	node
	entries  [][]byte
	right    []tlog.Hash // the leaves as they should be, nil when that is open
	records  []ledger.Record
	fit      []bool // which of the records are there
	findings []Finding
	err      error
}

// tree goes through the log from the left, and then up.
func (v *verification) tree(ctx context.Context, progress func(done, total uint64)) error {
	size := v.c.Size
	if size == 0 {
		return nil
	}
	var roots []tlog.Hash // of the full tiles of a level
	var known []bool
	var right []*node // the tiles at the right edge, from the leaves up
	var last *leaf
	for l := range ordered(ctx, 0, (size+width-1)/width, func(n uint64) *leaf { return v.leaf(ctx, n) }) {
		if l.err != nil {
			return l.err
		}
		if l.tile.Width < width {
			right, last = append(right, &l.node), l
			continue
		}
		v.take(l)
		roots, known = appendRoot(roots, known, l.right)
		progress(l.tile.end(), size)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for level := 1; hashesAt(size, level) > 0; level++ {
		var above []tlog.Hash
		var aboveKnown []bool
		for n := uint64(0); n*width < hashesAt(size, level); n++ {
			to := min((n+1)*width, hashesAt(size, level))
			t, err := v.upper(ctx, Tile{level, n, int(to - n*width)}, roots[n*width:to], known[n*width:to])
			if err != nil {
				return err
			}
			if t.tile.Width < width {
				right = append(right, t)
				continue
			}
			hashes, err := v.decide(ctx, t)
			if err != nil {
				return err
			}
			if err := v.partials(ctx, t.tile, hashes); err != nil {
				return err
			}
			above, aboveKnown = appendRoot(above, aboveKnown, hashes)
		}
		roots, known = above, aboveKnown
	}
	if err := v.edge(ctx, right, last); err != nil {
		return err
	}
	progress(size, size)
	return nil
}

func appendRoot(roots []tlog.Hash, known []bool, hashes []tlog.Hash) ([]tlog.Hash, []bool) {
	if hashes == nil {
		return append(roots, tlog.Hash{}), append(known, false)
	}
	return append(roots, tileRoot(hashes)), append(known, true)
}

// leaf reads a bundle and its tile. It runs on its own.
func (v *verification) leaf(ctx context.Context, n uint64) *leaf {
	w := int(min(width, v.c.Size-n*width))
	l := &leaf{node: node{tile: Tile{0, n, w}}}
	if l.err = v.readLeaf(ctx, l); l.err != nil || w < width {
		return l
	}
	l.right, l.err = v.judge(ctx, &l.node, &l.findings)
	if l.err == nil && l.right != nil {
		l.err = v.examine(ctx, l)
	}
	return l
}

func (v *verification) readLeaf(ctx context.Context, l *leaf) (err error) {
	bundle := Tile{Entries, l.tile.Index, l.tile.Width}
	if l.entries, err = readBundle(ctx, v.src, bundle); err != nil {
		f, err := findingOf(bundle.Path(), 0, err)
		if err != nil {
			return err
		}
		l.findings = append(l.findings, f)
	}
	for _, e := range l.entries {
		l.below = append(l.below, tlog.RecordHash(e))
	}
	return v.readFile(ctx, &l.node, &l.findings)
}

// readFile reads a tile's file.
func (v *verification) readFile(ctx context.Context, n *node, findings *[]Finding) error {
	data, err := readTile(ctx, v.src, n.tile)
	if err == nil {
		n.file = decodeTile(data)
		return nil
	}
	f, err := findingOf(n.tile.Path(), 0, err)
	if err == nil {
		*findings = append(*findings, f)
	}
	return err
}

// judge decides what a full tile is: where its file and what lies below it differ,
// the tile above, as its file says, knows which is right.
func (v *verification) judge(ctx context.Context, n *node, findings *[]Finding) ([]tlog.Hash, error) {
	list := n.candidates()
	if len(list) < 2 {
		return slices.Concat(list...), nil
	}
	above := Tile{n.tile.Level + 1, n.tile.Index / width, 0}
	above.Width = int(min(width, hashesAt(v.c.Size, above.Level)-above.Index*width))
	if data, err := readTile(ctx, v.src, above); err == nil {
		want := decodeTile(data)[n.tile.Index%width]
		for _, hashes := range list {
			if tileRoot(hashes) == want {
				*findings = append(*findings, n.blame(hashes)...)
				return hashes, nil
			}
		}
	} else if ledger.ClassOf(err) != ledger.Damaged {
		return nil, err
	}
	*findings = append(*findings, n.split())
	return n.below, nil
}

// decide is judge for a tile above the leaves.
func (v *verification) decide(ctx context.Context, n *node) ([]tlog.Hash, error) {
	return v.judge(ctx, n, &v.findings)
}

// upper is a tile above the leaves, with the roots of those below it.
func (v *verification) upper(ctx context.Context, t Tile, roots []tlog.Hash, known []bool) (*node, error) {
	n := &node{tile: t, below: slices.Clone(roots)}
	if slices.Contains(known, false) {
		n.known = known
	}
	err := v.readFile(ctx, n, &v.findings)
	n.fill()
	return n, err
}

// edge decides what the tiles at the right edge are: those that give the root.
func (v *verification) edge(ctx context.Context, right []*node, last *leaf) error {
	chosen := v.match(right, make([][]tlog.Hash, len(right)), 0)
	if chosen == nil {
		v.find(Finding{Rule: "archive.root", Found: fmt.Sprintf("files of %d entries that do not have the root of the checkpoint", v.c.Size), Want: "the root " + v.c.Root.String()})
	}
	for i, n := range right {
		var hashes []tlog.Hash
		switch list := n.candidates(); {
		case chosen != nil:
			hashes = chosen[i]
			if n != nodeOf(last) {
				v.find(n.blame(hashes)...)
			}
		case len(list) == 2:
			v.find(n.split())
			hashes = n.below
		default:
			hashes = slices.Concat(list...)
		}
		if n == nodeOf(last) {
			if chosen != nil {
				last.findings = append(last.findings, n.blame(hashes)...)
			}
			last.right = hashes
			continue
		}
		if err := v.partials(ctx, n.tile, hashes); err != nil {
			return err
		}
	}
	if last == nil {
		return nil
	}
	if last.right != nil {
		if err := v.examine(ctx, last); err != nil {
			return err
		}
	}
	v.take(last)
	return nil
}

func nodeOf(l *leaf) *node {
	if l == nil {
		return nil
	}
	return &l.node
}

// match tries what the tiles at the edge may be until they give the root. There are
// at most two choices each for fewer than eight tiles.
func (v *verification) match(right []*node, chosen [][]tlog.Hash, i int) [][]tlog.Hash {
	if i == len(right) {
		f := fold{}
		for j, n := range right {
			for len(f.levels) <= n.tile.Level {
				f.levels = append(f.levels, nil)
			}
			f.levels[n.tile.Level] = chosen[j]
		}
		if f.root() == v.c.Root {
			return slices.Clone(chosen)
		}
		return nil
	}
	for _, hashes := range right[i].candidates() {
		chosen[i] = hashes
		if found := v.match(right, chosen, i+1); found != nil {
			return found
		}
	}
	return nil
}

// examine reads the records of a bundle, and looks at its partial forms.
func (v *verification) examine(ctx context.Context, l *leaf) error {
	l.records, l.fit = make([]ledger.Record, l.tile.Width), make([]bool, l.tile.Width)
	path := Tile{Entries, l.tile.Index, l.tile.Width}.Path()
	for i, e := range l.entries {
		if l.below[i] != l.right[i] {
			continue // blamed already
		}
		sequence := l.tile.Index*width + uint64(i) + 1
		r, err := parseAt(sequence, e)
		if err == nil {
			l.records[i], l.fit[i] = r, true
			if _, err = r.Read(); err != nil {
				err = &ledger.Error{Class: ledger.Damaged, Rule: "archive.entry", Found: err.Error(), Want: "a record that stands where its statement belongs"}
			}
		}
		if err != nil {
			f, _ := findingOf(path, sequence, err)
			l.findings = append(l.findings, f)
		}
	}
	found, err := v.checkPartials(ctx, l.tile, l.right)
	l.findings = append(l.findings, found...)
	return err
}

// take holds the records of a leaf against the chain.
func (v *verification) take(l *leaf) {
	v.find(l.findings...)
	for i, r := range l.records {
		if !l.fit[i] {
			v.broken = true
			continue
		}
		if err := v.follow(r); err != nil {
			f, _ := findingOf("", r.Sequence, err)
			v.find(f)
		}
	}
	if l.records == nil {
		v.broken = true
	}
}

// follow holds a record against the chain and, after a break, against its trail as
// it was seen last.
func (v *verification) follow(r ledger.Record) error {
	recorded := ledger.FormatRecorded(r.Recorded)
	defer func() { v.recorded = max(v.recorded, recorded) }()
	if !v.broken {
		err := v.chain.Add(r)
		if err != nil {
			v.broken = true
			v.trails[r.Place.Unit] = ledger.Trail{Version: r.TrailVersion, Head: r.Head}
		}
		return err
	}
	t, ok := v.trails[r.Place.Unit]
	if !ok {
		t = v.chain.Trail(r.Place.Unit)
	}
	err := t.Add(r)
	v.trails[r.Place.Unit] = ledger.Trail{Version: r.TrailVersion, Head: r.Head}
	if err == nil && recorded < v.recorded {
		err = &ledger.Error{Class: ledger.Damaged, Rule: "ledger.recorded", Found: fmt.Sprintf("record %d of %s", r.Sequence, recorded), Want: "a time not before " + v.recorded}
	}
	return err
}

func (v *verification) partials(ctx context.Context, t Tile, hashes []tlog.Hash) error {
	found, err := v.checkPartials(ctx, t, hashes)
	v.find(found...)
	return err
}

// checkPartials holds the partial forms of a tile that are there against it, and at
// level 0 those of its bundle.
func (v *verification) checkPartials(ctx context.Context, t Tile, hashes []tlog.Hash) (list []Finding, err error) {
	kinds := []int{t.Level}
	if t.Level == 0 {
		kinds = append(kinds, Entries)
	}
	for _, level := range kinds {
		for _, w := range v.partial[Tile{level, t.Index, width}] {
			p := Tile{level, t.Index, w}
			if w >= t.Width || hashes == nil {
				continue // the file itself was read
			}
			data, err := v.src.ReadFile(ctx, p.Path())
			if errors.Is(err, fs.ErrNotExist) {
				continue // the log is alive: it was removed since
			}
			if err != nil {
				return list, err
			}
			if !isPartial(p, data, hashes) {
				list = append(list, Finding{Rule: "archive.partial", Path: p.Path(), Found: "a partial tile that is not the beginning of the tile", Want: fmt.Sprintf("its first %d", w)})
			}
		}
	}
	return list, nil
}

// isPartial reports whether data is the beginning of the tile with these hashes, or
// of the bundle below it.
func isPartial(p Tile, data []byte, hashes []tlog.Hash) bool {
	if p.Level != Entries {
		return string(data) == string(encodeTile(hashes[:p.Width]))
	}
	entries, err := parseBundle(data, p.Width)
	if err != nil {
		return false
	}
	for i, e := range entries {
		if tlog.RecordHash(e) != hashes[i] {
			return false
		}
	}
	return true
}
