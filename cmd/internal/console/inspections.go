package console

import (
	"strconv"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// inspectionsPage (督查) is where a unit checks an inspection's code before it opens the
// door, without a login; and for whoever may read of them, the inspections with what was
// found, where to look next and why, and the reviews that were issued.
var inspectionsPage = page{path: "/inspections", scope: access.Public, name: "inspections", zh: "督查", en: "Inspections", fill: inspections, load: inspected}

type inspectionsBody struct {
	More        string // the page with the other inspections
	SamplesMore int    // hints that are not shown
	Code        string
	Task        string
	Check       *projections.CodeCheck
	Checked     *inspectionCard
	Known       bool
	All         bool // the reader may read every record
	Inspections []inspectionCard
	Samples     []sampleRow
	Reviews     []reviewRow
	Moves       []offer
	From, To    ledger.Date // of a review that is asked for
	Draft       *reviewDraft
	mayIssue    bool
}

type inspectionCard struct {
	projections.InspectionStatus
	Team     []string
	Found    []findingRow
	ByName   string
	Hidden   bool
	Recused  bool // the reader took part: another reviews
	Reviewer string
	Contests []string
	Moves    []offer
}

type findingRow struct {
	projections.Finding
	UnitName string
	Words    string
	Hidden   bool
	Moves    []offer
}

type sampleRow struct {
	projections.Sample
	TaskName string
	UnitName string
	Reasons  []sampleWords
}

type sampleWords struct {
	Words   string
	Records []uint64
}

// How many inspections and hints a page has.
const (
	inspectionsShown = 20
	samplesShown     = 40
)

func inspections(q *request, c *projections.Campaign) (any, error) {
	b := &inspectionsBody{Code: strings.TrimSpace(q.FormValue("code")), Task: q.FormValue("task"), Known: q.Reader.Known() || q.Reader.Open, All: q.Reader.SeesAll()}
	sight := q.Reader.Sight(c, q.At)
	if b.Code != "" {
		check := sight.CodeCheck(c.CheckCode(ledger.LocalID(b.Code), ledger.TaskID(b.Task), q.At))
		if b.Check = &check; check.Inspection != nil {
			card := inspectionOf(q, c, *check.Inspection)
			b.Checked = &card
		}
	}
	if !b.Known {
		return b, nil
	}
	seen := 0
	from, _ := strconv.Atoi(q.FormValue("from")) // anything else is the first page
	for _, i := range c.InspectionList(q.At) {
		if !sight.Paper(i.ID) {
			continue
		}
		if seen++; seen > from+inspectionsShown {
			b.More = q.Link("/inspections?from=" + strconv.Itoa(from+inspectionsShown))
			break
		}
		if seen > from {
			b.Inspections = append(b.Inspections, inspectionOf(q, c, sight.Inspection(i)))
		}
	}
	b.Moves = offers(offer{q.Move(c, "inspection.authorised.v1", ledger.HQ, ""), q.T("批准督查事项", "Authorise an inspection")})
	b.mayIssue = q.Move(c, "report.issued.v1", ledger.HQ, "") != ""
	if b.All {
		b.sample(q, c)
	}
	return b, b.period(q)
}

func (b *inspectionsBody) sample(q *request, c *projections.Campaign) {
	all := c.Samples(q.At)
	b.SamplesMore = max(0, len(all)-samplesShown)
	for _, s := range all[:len(all)-b.SamplesMore] {
		row := sampleRow{Sample: s, TaskName: q.nameOf(c.Tasks[s.Task]), UnitName: unitName(q, c, s.Lead)}
		for _, r := range s.Reasons {
			row.Reasons = append(row.Reasons, sampleWords{q.T(r.ZH, r.EN), r.Records})
		}
		b.Samples = append(b.Samples, row)
	}
}

// inspectionOf is an inspection with what the reader may say under it today: its team
// within its scope and its days, whoever looks again at what was found, the units that
// were inspected, and a reviewer who took no part.
func inspectionOf(q *request, c *projections.Campaign, s projections.InspectionStatus) inspectionCard {
	card := inspectionCard{InspectionStatus: s, ByName: partyName(q, c, s.Authorised.By), Hidden: c.Sealings.Statement(s.ID)}
	if card.Hidden {
		card.Scope = ""
	}
	member := false
	for _, p := range s.Inspectors {
		card.Team = append(card.Team, partyName(q, c, p.Party))
		member = member || p.Party == q.Reader.Party
	}
	for _, f := range s.Findings {
		card.Found = append(card.Found, findingOf(q, c, f))
	}
	for _, x := range s.Contested {
		card.Contests = append(card.Contests, unitName(q, c, x.Unit))
	}
	if s.Reviewed != nil {
		card.Reviewer = partyName(q, c, s.Reviewed.By)
	}
	switch {
	case member && s.Concluded == nil:
		card.Moves = inspecting(q, c, s)
	case s.Concluded != nil && s.Reviewed == nil:
		card.Moves, card.Recused = contesting(q, c, s, member)
	}
	return card
}

// inspecting is what its team may say.
func inspecting(q *request, c *projections.Campaign, s projections.InspectionStatus) []offer {
	id := s.ID.String()
	var list []offer
	for _, task := range s.Tasks {
		t := c.Tasks[task]
		if t == nil || s.State != projections.InspectionRunning {
			continue
		}
		if r := latestReport(t, q); r != nil {
			report := r.ID.String()
			list = append(list, offer{q.Move(c, "progress.verified.v1", t.Lead, task, "inspection", id, "report", report, "on", string(ledger.DateOf(q.At))), string(task) + " " + q.T("现场核实", "verify")},
				offer{q.Move(c, "progress.disputed.v1", t.Lead, task, "inspection", id, "report", report), string(task) + " " + q.T("提出存疑", "dispute")})
		}
		list = append(list, offer{q.Move(c, "finding.recorded.v1", t.Lead, task, "inspection", id), string(task) + " " + q.T("记录发现", "record a finding")})
	}
	return offers(append(list, offer{q.Move(c, "inspection.concluded.v1", ledger.HQ, "", "inspection", id), q.T("作出结论并反馈", "Conclude, and feed it back")})...)
}

// latestReport is a task's last report that stands.
func latestReport(t *projections.Task, q *request) *projections.Report {
	var last *projections.Report
	for i := range t.Reports {
		if r := &t.Reports[i]; !r.At.After(q.At) && t.ReportFor(r.Period, q.At) == r && (last == nil || r.Period > last.Period) {
			last = r
		}
	}
	return last
}

// contesting is how a conclusion is contested and reviewed (decree 733 art. 17).
func contesting(q *request, c *projections.Campaign, s projections.InspectionStatus, member bool) (list []offer, recused bool) {
	conclusion := s.Concluded.ID.String()
	seen := map[ledger.UnitID]bool{}
	for _, x := range s.Contested {
		seen[x.Unit] = true
	}
	for _, task := range s.Tasks {
		if t := c.Tasks[task]; t != nil && !seen[t.Lead] && ledger.DateOf(q.At) <= s.ContestBy {
			seen[t.Lead] = true
			list = append(list, offer{q.Move(c, "conclusion.contested.v1", t.Lead, "", "conclusion", conclusion), q.T("对结论提出异议", "Contest the conclusion")})
		}
	}
	if len(s.Contested) > 0 {
		review := offer{q.Move(c, "conclusion.reviewed.v1", ledger.HQ, "", "conclusion", conclusion), q.T("结论复核决定", "Review the conclusion")}
		if recused = review.Path != "" && (member || q.Reader.Party == s.Authorised.By); !recused {
			list = append(list, review)
		}
	}
	return offers(list...), recused
}

func findingOf(q *request, c *projections.Campaign, f projections.Finding) findingRow {
	row := findingRow{Finding: f, UnitName: unitName(q, c, f.Unit), Words: kindWords(q, f.Kind), Hidden: c.Sealings.Statement(f.ID)}
	if row.Hidden {
		row.Text = ""
	}
	if f.Kind != "progress.verified.v1" && !f.Resolved {
		row.Moves = offers(offer{q.Move(c, "finding.rechecked.v1", f.Unit, f.Task, "finding", f.ID.String(), "on", string(ledger.DateOf(q.At))), q.T("复查", "Look again")})
	}
	return row
}

// StateOfInspection is how far an inspection has come, in words.
func (v view) StateOfInspection(s projections.InspectionState) string {
	words := map[projections.InspectionState][2]string{
		projections.InspectionPlanned: {"未开始", "not begun"}, projections.InspectionRunning: {"进行中", "under way"},
		projections.InspectionOver: {"期满未结", "over, not concluded"}, projections.InspectionConcluded: {"已结论", "concluded"},
	}[s]
	return v.T(words[0], words[1])
}
