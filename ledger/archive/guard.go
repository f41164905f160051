package archive

import (
	"bytes"
	"context"
	"fmt"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// Guard holds a stream that is read from the first record against what is sealed:
// it must be the same history, and no shorter. The class of its errors is Damaged.
type Guard struct {
	src    Source
	sealed []proof.Checkpoint // what was signed: published, and staged when that is another
	files  proof.Checkpoint   // the newest of them whose files are there
	tree   proof.Tree
	leaves []tlog.Hash // since the last full tile
	// A tile that does not hold what the stream gives, while the stream may be right.
	suspect error
}

// Guard makes a guard over what is signed now. It does not hold up the log.
func (l *Log) Guard() *Guard {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := &Guard{src: Dir(l.options.Dir), files: l.newest}
	if l.promised != nil {
		g.files = l.published
	}
	if l.published.Size > 0 {
		g.sealed = append(g.sealed, l.published)
	}
	if l.newest.Size > l.published.Size {
		g.sealed = append(g.sealed, l.newest)
	}
	return g
}

// NewGuard holds a stream against one checkpoint, whose files are in src.
func NewGuard(src Source, c proof.Checkpoint) *Guard {
	return &Guard{src: src, sealed: []proof.Checkpoint{c}, files: c}
}

// Sealed is how many records the guard wants to see at least.
func (g *Guard) Sealed() uint64 {
	if len(g.sealed) == 0 {
		return 0
	}
	return g.sealed[len(g.sealed)-1].Size
}

// Add takes the next record. Beyond what is sealed it costs nothing.
func (g *Guard) Add(r ledger.Record) error {
	if g.tree.Size() >= g.Sealed() {
		return nil
	}
	if want := g.tree.Size() + 1; r.Sequence != want {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.sequence", Found: fmt.Sprintf("record %d", r.Sequence), Want: fmt.Sprintf("record %d", want)}
	}
	leaf := tlog.RecordHash(r.Encode())
	g.tree.Add(leaf)
	g.leaves = append(g.leaves, leaf)
	size := g.tree.Size()
	for _, c := range g.sealed {
		if c.Size == size && g.tree.Root() != c.Root {
			return g.differs(c)
		}
	}
	if size%width == 0 {
		if size <= g.files.Size && g.suspect == nil {
			g.suspect = g.look()
		}
		g.leaves = g.leaves[:0]
	}
	if e, ok := g.suspect.(*differs); ok {
		return e.err
	}
	return nil
}

// differs is a record that was proved to be another than the sealed one.
type differs struct{ err error }

func (d *differs) Error() string { return d.err.Error() }

// look compares the last leaves with their tile, as it is on disk; where they
// differ, with the tile as the root proves it.
func (g *Guard) look() error {
	n := g.tree.Size() - uint64(len(g.leaves))
	t := Tile{0, n / width, len(g.leaves)}
	data, err := readTile(context.Background(), g.src, t)
	if err == nil && bytes.Equal(data, encodeTile(g.leaves)) {
		return nil
	}
	return g.first(g.files, n)
}

// first finds the first of the last leaves, from number n on, that is not the one
// under a checkpoint.
func (g *Guard) first(c proof.Checkpoint, n uint64) error {
	var indexes []int64
	for i := range uint64(len(g.leaves)) {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(n+i)))
	}
	sealed, err := hashesOf(context.Background(), g.src, c).ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, h := range sealed {
		if h != g.leaves[i] {
			return &differs{&ledger.Error{Class: ledger.Damaged, Rule: "archive.record", Found: fmt.Sprintf("record %d of the stream is not the one that was sealed", n+uint64(i)+1),
				Want: "the sealed record: the stream was changed or put together anew. Run `ducha recover`"}}
		}
	}
	return nil
}

// differs says which record is the first that is not the sealed one, when the root
// shows that there is one.
func (g *Guard) differs(c proof.Checkpoint) error {
	if g.suspect == nil {
		g.suspect = g.first(c, g.tree.Size()-uint64(len(g.leaves)))
	}
	if e, ok := g.suspect.(*differs); ok {
		return e.err
	}
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.record", Found: fmt.Sprintf("the first %d records of the stream give the root %s", c.Size, g.tree.Root()),
		Want: fmt.Sprintf("the signed root %s", c.Root), Err: g.suspect}
}

// Done says that the stream ended. Too few records are an error, and so are tiles
// of the archive that turned out wrong beside a stream that is right.
func (g *Guard) Done() error {
	if n, m := g.tree.Size(), g.Sealed(); n < m {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.short", Found: fmt.Sprintf("the stream ends at %d, %d records are sealed", n, m), Want: "all of them: run `ducha recover`"}
	}
	if g.suspect != nil {
		return fmt.Errorf("the stream has the sealed root, a file of the archive is damaged; it can be made anew from the stream: %w", g.suspect)
	}
	return nil
}
