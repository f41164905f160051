package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// filesShown is how many files a page lists, the last named first.
const filesShown = 40

// fileRow (佐证材料) is a file that statements name, and what the store has of it.
type fileRow struct {
	SHA256, SM3  ledger.Digest
	Name         string
	Media, Size  string
	Taken        ledger.Date
	Place        string
	Working      bool   // 工作秘密
	Hidden       bool   // the statement that names it is sealed
	Sealed       bool   // its bytes are gone, its digest stays
	By           []said // the statements that name it, of the subject that is looked at
	Elsewhere    []said // other statements that name the same bytes
	Unseen       int    // of these, those that are not the reader's to read
	Held         bool   // the store has its bytes
	Path         string // where these are
	last         uint64
	bytes        int64
	statedDigest ledger.Digest // the SM3 digest as a statement has it
}

// filesOf are the files that certain statements name, of which there may be more than
// are shown.
func filesOf(q *request, c *projections.Campaign, own func(projections.Naming) bool) (list []fileRow, total int) {
	for digest, names := range c.Files {
		if slices.ContainsFunc(names, func(n projections.Naming) bool { return own(n) && !n.At.After(q.At) }) {
			list = append(list, fileOf(q, c, digest, slices.DeleteFunc(slices.Clone(names), func(n projections.Naming) bool { return n.At.After(q.At) }), own))
		}
	}
	slices.SortFunc(list, func(x, y fileRow) int { return cmp.Or(cmp.Compare(y.last, x.last), cmp.Compare(x.SHA256, y.SHA256)) })
	total = len(list)
	return list[:min(total, filesShown)], total
}

func fileOf(q *request, c *projections.Campaign, digest ledger.Digest, names []projections.Naming, own func(projections.Naming) bool) fileRow {
	f := fileRow{SHA256: digest, Sealed: c.Sealings.Attachment(digest), Hidden: true}
	r := reading{q, c}
	for _, n := range names {
		if !own(n) {
			if !q.Reader.SeesEntry(c, projections.Entry{Sequence: n.Sequence, Kind: n.Kind, Unit: n.Unit, Task: n.Task, By: n.By}, q.At) {
				f.Unseen++
			} else {
				f.Elsewhere = append(f.Elsewhere, r.ref(n.ID))
			}
			continue
		}
		f.By, f.last = append(f.By, r.ref(n.ID)), max(f.last, n.Sequence)
		if c.Sealings.Statement(n.ID) {
			continue
		}
		f.Hidden = false
		f.Name, f.Media, f.Taken, f.Place = projections.Visible(n.Name), projections.Visible(n.Media), n.Taken, projections.Visible(n.Place)
		f.bytes, f.statedDigest, f.Working = n.Size, n.SM3, f.Working || n.Working
	}
	return f
}

// hold says of each file what the store has of it.
func (s *site) hold(ctx context.Context, q *request, files []fileRow) {
	for i := range files {
		f := &files[i]
		f.SM3 = f.statedDigest
		if s.node.Evidence != nil && !f.Sealed {
			if info, err := s.node.Evidence.Stat(ctx, f.SHA256); err == nil {
				f.Held, f.SM3, f.bytes, f.Path = true, info.SM3, info.Size, "/api/v1/attachments/"+string(f.SHA256)
				f.Media = cmp.Or(info.Media, f.Media)
			}
		}
		f.Size = sizeWords(f.bytes)
	}
}

func sizeWords(n int64) string {
	switch {
	case n == 0:
		return "—"
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return number(float64(n)/(1<<10)) + " KB"
	}
	return number(float64(n)/(1<<20)) + " MB"
}
