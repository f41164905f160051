package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// ReviewInput is what the papers of a review (督查报告) are made of. They are
// readings of the review, which is what is signed for: the same input gives the same
// bytes.
type ReviewInput struct {
	Review   projections.PeriodReview
	Campaign *projections.Campaign // as the review knew it
	Events   []ledger.Event        // that figures of the review name, in order
	Sealed   map[ledger.Ref]bool   // what these say is not to be shown
	Issued   *ledger.Event         // the statement that fixes its digest, where there is one
	Lang     projections.Lang
}

// review is what both papers of a review say, worked out once.
type review struct {
	*paper
	Review projections.PeriodReview
	Digest ledger.Digest
	Issued *issue
	Span   string
	About  []aboutUnit
	Rows   []aboutTask // of all units
}

// issue (出具) says who signed for the review, and where that stands.
type issue struct {
	Who, Title, Record string
	On                 ledger.Date
	ID                 ledger.Ref
	Code               ledger.Code
	QR                 template.HTML
}

func (v *review) issued(e ledger.Event) (*issue, error) {
	code := ledger.ReceiptOf(e).Code()
	qr, err := picturedCode(string(code), string(code))
	if err != nil {
		return nil, err
	}
	i := &issue{Who: v.who(e.Source), Record: v.number(e.Sequence), On: ledger.DateOf(v.counts(e)), ID: e.ID, Code: code, QR: qr}
	if b, ok := e.Body.(*ledger.ReportIssued); ok && !v.sealed[e.ID] {
		i.Title = clean(string(b.Title))
	}
	return i, nil
}

// aboutUnit is a unit of the review, in words.
type aboutUnit struct {
	projections.ReviewUnit
	Name  string
	Tasks []aboutTask
}

// aboutTask is a task of the review, in words.
type aboutTask struct {
	projections.ReviewTask
	Unit   string
	Name   string
	Colour string
	Means  string
	Before string
	Gloss  string
}

func newReview(in ReviewInput) (*review, error) {
	r := in.Review
	p := &paper{Input: Input{Campaign: in.Campaign, At: r.End.End(), Events: in.Events, Sequence: r.Sequence, Lang: in.Lang},
		seqs: map[ledger.Ref]uint64{}, own: map[uint64]bool{}, sealed: in.Sealed, print: true}
	for id, e := range in.Campaign.Index.Statements {
		p.seqs[id] = e.Sequence
	}
	for _, e := range in.Events {
		p.own[e.Sequence] = true
	}
	p.Title = p.either(r.Title, r.TitleEN)
	p.Name = p.T("督查报告", "Supervision review")
	if key, err := seal.ParsePublicKey([]byte(in.Campaign.Charter.RootKey)); err == nil {
		p.Root = key.ID()
	}
	p.Statements = p.statements()
	v := &review{paper: p, Review: r, Digest: r.Digest(), Span: string(r.From) + p.T(" 至 ", " to ") + string(r.To)}
	for _, u := range r.Units {
		about := aboutUnit{ReviewUnit: u, Name: p.either(u.Name, u.NameEN)}
		for _, t := range u.Tasks {
			about.Tasks = append(about.Tasks, v.task(about.Name, t))
		}
		v.About = append(v.About, about)
		v.Rows = append(v.Rows, about.Tasks...)
	}
	slices.SortFunc(v.Rows, func(a, b aboutTask) int { return strings.Compare(string(a.Task), string(b.Task)) })
	if in.Issued == nil {
		return v, nil
	}
	var err error
	v.Issued, err = v.issued(*in.Issued)
	return v, err
}

func (v *review) task(unit string, t projections.ReviewTask) aboutTask {
	row := aboutTask{ReviewTask: t, Unit: unit, Name: v.either(t.Name, t.NameEN), Before: "—", Gloss: v.gloss(t.Status.Expression)}
	row.Colour, row.Means = v.Lang.StatusWords(projections.TaskStatus{Light: t.Status.Light, Life: t.Status.Life})
	if t.Before != nil {
		row.Before, _ = v.Lang.LightWords(t.Before.Light)
	}
	return row
}

// why is what the light follows from, in words.
func (v *review) why(t aboutTask) string {
	f := t.Status.Figures
	why := v.Lang.FigureWords(projections.Figures{Planned: f.Planned, Actual: f.Actual, Claimed: f.Claimed, Gap: f.Gap, LateDays: f.LateDays,
		ReportsMissed: f.ReportsMissed, ReportsLate: f.ReportsLate, SlowMonths: f.SlowMonths, FalseReport: f.FalseReport, Waiting: f.Waiting, WaitedDays: f.WaitedDays})
	return v.T(why, why)
}

var evidenceWords = map[projections.Evidenced][2]string{
	projections.EvidenceVerified: {"已核实", "verified on the spot"},
	projections.EvidenceDisputed: {"存疑", "disputed on the spot"},
	projections.EvidenceAttached: {"有佐证,未核实", "evidence attached, not verified"},
	projections.EvidenceMissing:  {"无佐证", "no evidence"},
	projections.EvidenceNone:     {"无报告", "no report"},
}

func (v *review) evidence(e projections.Evidenced) string {
	w := evidenceWords[e]
	return v.T(w[0], w[1])
}

var timelyWords = map[projections.Timely][2]string{
	projections.OnTime: {"按期", "on time"}, projections.Late: {"逾期", "late"}, projections.Missed: {"未完成", "missed"}, projections.NotDue: {"未到期", "not due"},
}

// timely says how something that was due came; a report that did not come is 缺报.
func (v *review) timely(s projections.Timely, isReport bool) string {
	w := timelyWords[s]
	switch {
	case isReport && s == projections.Missed:
		return v.T("缺报", "missed")
	case isReport && s == projections.Late:
		return v.T("迟报", "late")
	}
	return v.T(w[0], w[1])
}

// target is a target's state in words.
func (v *review) target(w string) string { return v.Lang.TargetWords(projections.TargetState(w)) }

var planWords = map[projections.PlanState][2]string{
	projections.PlanMissing: {"未报", "not filed"}, projections.PlanFiled: {"已报待审", "filed"},
	projections.PlanApproved: {"已审定", "approved"}, projections.PlanReturned: {"退回", "returned"},
}

func (v *review) plan(s projections.PlanState) string { w := planWords[s]; return v.T(w[0], w[1]) }

// measure is a measure with its words.
type measure struct {
	Word string
	projections.Tally
}

// measured lists what was done in the period, in the order of the ladder.
func (v *review) measured(m projections.ReviewMeasures) []measure {
	return []measure{
		{v.T("催办", "reminders"), m.Reminders}, {v.T("约谈", "talks"), m.Talks}, {v.T("通报", "notices"), m.Notices}, {v.T("通报签收", "notices received"), m.Received},
		{v.T("提请赋牌", "cards proposed"), m.Proposed}, {v.T("赋牌", "cards granted"), m.Granted}, {v.T("不予赋牌", "cards refused"), m.Refused},
		{v.T("退回补正", "proposals returned"), m.Returned}, {v.T("期末在册", "cards in force"), m.InForce},
		{v.T("赋牌复查", "cards looked at again"), m.LookedAt}, {v.T("摘牌核查", "removals checked"), m.Checked}, {v.T("摘牌", "cards removed"), m.Removed},
		{v.T("申请复核", "reviews asked for"), m.ReviewsAsked}, {v.T("复核决定", "reviews decided"), m.ReviewsDecided}, {v.T("复核撤销", "revoked on review"), m.Revoked},
		{v.T("容错申请", "tolerance claimed"), m.ToleranceAsked}, {v.T("予以容错", "tolerated"), m.Tolerated},
		{v.T("整改报告", "rectifications"), m.Repairs}, {v.T("整改认可", "rectifications accepted"), m.RepairsPassed},
		{v.T("后果记录", "consequences on record"), m.Effects},
	}
}

// looked lists what was found on the spot, and how the tasks ended.
func (v *review) looked(m projections.ReviewMeasures) []measure {
	return []measure{
		{v.T("核实", "verified"), m.Verified}, {v.T("存疑", "disputed"), m.Disputed}, {v.T("查实虚报", "proven false"), m.False}, {v.T("督查发现", "findings"), m.Findings},
		{v.T("复查到位", "set right"), m.Resolved}, {v.T("复查未到位", "not set right"), m.Unsolved}, {v.T("回头看", "closed tasks looked at again"), m.Rechecked},
		{v.T("日常调度", "dispatches"), m.Dispatches}, {v.T("申请销号", "completion claimed"), m.Claimed}, {v.T("销号", "closed"), m.Closed},
		{v.T("重新立项", "reopened"), m.Reopened}, {v.T("中止", "suspended"), m.Suspended}, {v.T("表扬", "praised"), m.Praised},
	}
}

// mean is the working days that something took on average, to a tenth.
func (v *review) mean(s projections.ReviewSpan) string {
	if s.Count == 0 {
		return "—"
	}
	tenths := (s.Days*10*2 + s.Count) / (2 * s.Count)
	return fmt.Sprintf(v.T("%d.%d 个工作日", "%d.%d working days"), tenths/10, tenths%10)
}

// list is sequences in a cell; they are all there, however many.
func (v *review) list(from ...uint64) cell {
	parts := make([]string, 0, len(from))
	for _, n := range from {
		if n > 0 {
			parts = append(parts, fmt.Sprint(n))
		}
	}
	return cell{refs, strings.Join(parts, v.T("、", ", "))}
}

// gist is what a statement says in a line or two.
func (v *review) gist(s statement) string { return v.clipTo(v.summary(s), 160) }

func (v *review) clipTo(s string, n int) string {
	s = strings.ReplaceAll(s, "\n", v.T(";", "; "))
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// Command is what to type to build the review again.
func (v *review) Command() string { return "ducha review verify review.json" }

// compact is sequences, each once and in order.
func compact(list []uint64) []uint64 {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
