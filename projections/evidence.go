package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// Files (佐证材料) are the files that statements name, by digest. Whether the bytes of
// one are there is for the store to say, not for the ledger.
type Files map[ledger.Digest][]Naming

// Naming is one statement's mention of a file.
type Naming struct {
	Stamp
	Unit    ledger.UnitID `json:"unit"`
	Task    ledger.TaskID `json:"task,omitempty"`
	Kind    ledger.Kind   `json:"kind"`
	Name    string        `json:"name"`
	Media   string        `json:"media,omitempty"`
	Size    int64         `json:"size,omitzero"`
	Taken   ledger.Date   `json:"taken,omitempty"`
	Place   string        `json:"place,omitempty"`
	SM3     ledger.Digest `json:"sm3,omitempty"`
	Working bool          `json:"working_secret,omitzero"` // 工作秘密
}

func (fs Files) evolve(f Fact) {
	for _, e := range EvidenceOf(f.Body) {
		fs[e.SHA256] = append(fs[e.SHA256], Naming{Stamp: f.stamp(), Unit: f.Statement.Unit, Task: f.Statement.Task, Kind: f.Kind, Name: string(e.Name),
			Media: string(e.Media), Size: e.Size, Taken: e.Taken, Place: string(e.Place), SM3: e.SM3, Working: e.Working})
	}
}

// EvidenceOf are the files that a statement names.
func EvidenceOf(body any) []ledger.Evidence {
	switch b := body.(type) {
	case *ledger.ProgressReported:
		return b.Evidence
	case *ledger.IndicatorReported:
		return b.Evidence
	case *ledger.IndicatorJudged:
		return b.Evidence
	case *ledger.MilestoneReached:
		return b.Evidence
	case *ledger.CompletionClaimed:
		return b.Evidence
	case *ledger.HistoryDeclared:
		return b.Evidence
	case *ledger.DirectiveAnswered:
		return b.Evidence
	case *ledger.FindingRecorded:
		return b.Evidence
	case *ledger.FindingRechecked:
		return b.Evidence
	case *ledger.ProgressDisputed:
		return b.Evidence
	case *ledger.RectificationFiled:
		return b.Evidence
	case *ledger.CardRechecked:
		return b.Evidence
	case *ledger.RemovalChecked:
		return b.Evidence
	}
	return nil
}

// FileStatus is a file as statements name it.
type FileStatus struct {
	SHA256 ledger.Digest `json:"sha256"`
	Names  []Naming      `json:"names"`
	Reused bool          `json:"reused,omitzero"` // by more than one statement
	Sealed bool          `json:"sealed,omitzero"` // 密封: its bytes are gone, its digest stays
}

// FileList lists the files named by an instant, the newest first.
func (c *Campaign) FileList(at time.Time) []FileStatus {
	list := []FileStatus{}
	for digest, names := range c.Files {
		s := FileStatus{SHA256: digest, Sealed: c.Sealings.Attachment(digest)}
		for _, n := range names {
			if n.by(at) {
				s.Names = append(s.Names, n)
			}
		}
		if s.Reused = len(s.Names) > 1; len(s.Names) > 0 {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b FileStatus) int {
		return cmp.Or(cmp.Compare(b.Names[0].Sequence, a.Names[0].Sequence), cmp.Compare(a.SHA256, b.SHA256))
	})
	return list
}
