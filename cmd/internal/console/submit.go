package console

import (
	"cmp"
	"slices"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/commands"
	"ducha/ledger"
	"ducha/projections"
)

// submitPage (报送) lists what the reader may say, family by family.
var submitPage = page{path: "/submit", scope: access.Anyone, name: "submit", zh: "报送与签发", en: "Submit", fill: submittable}

type submitBody struct {
	Often    []offer
	Families []family
}

type family struct {
	Name  string
	Kinds []offer
}

// often are the kinds that a role says most, the first first.
var often = []ledger.Kind{"progress.reported.v1", "directive.acknowledged.v1", "directive.answered.v1", "indicator.reported.v1", "dispatch.logged.v1", "blocker.raised.v1",
	"directive.issued.v1", "reminder.sent.v1", "meeting.held.v1", "finding.recorded.v1", "progress.verified.v1", "notice.issued.v1", "card.granted.v1"}

const mostOften = 5

var familyWords = []struct {
	ledger.Family
	zh, en string
}{
	{ledger.Progress, "进展", "Progress"}, {ledger.Dispatch, "调度", "Dispatch"}, {ledger.Plan, "任务与计划", "Plan"}, {ledger.Inspection, "督查", "Inspection"},
	{ledger.Escalation, "督办问责", "Escalation"}, {ledger.Closing, "销号", "Closing"}, {ledger.Registry, "登记", "Registry"}, {ledger.Audit, "存证与密封", "Audit"},
}

func submittable(q *request, c *projections.Campaign) (any, error) {
	b := &submitBody{}
	all := map[ledger.Kind]offer{}
	for _, w := range familyWords {
		f := family{Name: q.T(w.zh, w.en)}
		for _, s := range ledger.Kinds() {
			if s.Family != w.Family {
				continue
			}
			if units, tasks := subjects(q, c, s); len(units)+len(tasks) > 0 {
				o := offer{"/submit/" + string(s.Kind), kindName(q, s)}
				all[s.Kind] = o
				f.Kinds = append(f.Kinds, o)
			}
		}
		if len(f.Kinds) > 0 {
			b.Families = append(b.Families, f)
		}
	}
	for _, k := range often {
		if o, ok := all[k]; ok && len(b.Often) < mostOften {
			b.Often = append(b.Often, o)
		}
	}
	return b, nil
}

// kindName is the field's term for a kind, and what it is called in code beside it.
func kindName(q *request, s ledger.Spec) string {
	if q.Lang == projections.English {
		return strings.TrimSuffix(string(s.Kind), ".v1")
	}
	return s.Name
}

// subjects are the units and the tasks that the reader may say a kind about. A kind
// about the campaign is about the headquarters.
func subjects(q *request, c *projections.Campaign, s ledger.Spec) (units []labelled, tasks []taskChoice) {
	may := func(unit ledger.UnitID, task ledger.TaskID) bool {
		return commands.MaySay(c, q.Reader.Party, s.Kind, unit, task, q.At)
	}
	if s.Scope != ledger.TaskScope {
		if may(ledger.HQ, "") {
			units = append(units, labelled{string(ledger.HQ), unitName(q, c, ledger.HQ)})
		}
		if s.Scope != ledger.CampaignScope {
			for _, id := range c.UnitList() {
				if may(id, "") {
					units = append(units, labelled{string(id), unitName(q, c, id)})
				}
			}
		}
	}
	if s.Scope == ledger.TaskScope || s.Scope == ledger.AnyScope {
		for _, t := range c.TaskList() {
			if may(t.Lead, t.ID) {
				tasks = append(tasks, taskChoice{string(t.ID), t.NameAt(q.At), t.Lead, t.Sequences[len(t.Sequences)-1]})
			}
		}
		if s.Kind == "task.assigned.v1" && may(ledger.HQ, "") { // it makes the task that it is about
			for _, id := range c.UnitList() {
				units = append(units, labelled{string(id), unitName(q, c, id)})
			}
		}
	}
	return units, tasks
}

// taskChoice is a task that a statement may be about.
type taskChoice struct {
	ID    string        `json:"id"`
	Name  string        `json:"name"`
	Unit  ledger.UnitID `json:"unit"`
	Basis uint64        `json:"basis"` // the last record on it: what the signer has seen
}

// candidate is a statement that a field may name.
type candidate struct {
	Value string `json:"value"`
	Label string `json:"label"`
	seq   uint64
}

// candidatesShown is how many statements are offered for a field, the latest first.
const candidatesShown = 60

// named are the kinds that a field of a statement names, by the field, and by the kind
// where a field of several kinds has one name.
var namedKinds = map[string][]ledger.Kind{
	"plan": {"annualplan.filed.v1"}, "extension.decided.v1/request": {"extension.requested.v1"}, "report": {"progress.reported.v1"}, "reading": {"indicator.reported.v1"},
	"blocker": {"blocker.raised.v1"}, "pack": {"meeting.packed.v1"}, "meeting": {"meeting.held.v1"}, "done.meeting": {"meeting.held.v1"}, "directive": {"directive.issued.v1"},
	"inspection": {"inspection.authorised.v1"}, "finding.rechecked.v1/finding": {"finding.recorded.v1"}, "conclusion": {"inspection.concluded.v1"},
	"notice.commented.v1/notice": {"notice.drafted.v1"}, "notice.issued.v1/notice": {"notice.drafted.v1"}, "notice.acknowledged.v1/notice": {"notice.issued.v1"},
	"notices": {"notice.issued.v1"}, "proposal": {"card.proposed.v1"}, "again": {"card.proposed.v1"}, "card": {"card.granted.v1"}, "of": {"card.granted.v1", "notice.issued.v1"},
	"consequence.recorded.v1/of": {"card.granted.v1"}, "review.decided.v1/request": {"review.requested.v1"}, "claim": {"tolerance.claimed.v1"}, "rectification": {"rectification.filed.v1"},
	"application": {"removal.applied.v1"}, "completion": {"completion.claimed.v1"}, "verification": {"progress.verified.v1"}, "seconds": {"content.sealed.v1"},
	"list.frozen.v1/replaces": {"list.frozen.v1"}, "clarification.issued.v1/replaces": {"clarification.issued.v1"}, "report.issued.v1/replaces": {"report.issued.v1"},
}

// candidates are the statements that each field of a kind may name, about a unit and a
// task, or about the headquarters. A field of which nothing is said here, such as
// evidence, may name any.
func candidates(q *request, c *projections.Campaign, kind ledger.Kind, unit ledger.UnitID, task ledger.TaskID, fields []string) map[string][]candidate {
	out := map[string][]candidate{}
	for id, e := range c.Index.Statements {
		if !(task != "" && e.Task == task || e.Task == "" && (e.Unit == unit || e.Unit == ledger.HQ) || task == "" && e.Unit == unit) {
			continue
		}
		if !q.Reader.SeesEntry(c, e, q.At) && e.Unit != ledger.HQ {
			continue
		}
		for _, f := range fields {
			if names(kind, f, e.Kind) {
				out[f] = append(out[f], candidate{id.String(), q.T("第", "record ") + itoa(e.Sequence) + q.T("条 ", " ") + e.Kind.Name(), e.Sequence})
			}
		}
	}
	for f, list := range out {
		slices.SortFunc(list, func(x, y candidate) int { return cmp.Compare(y.seq, x.seq) })
		out[f] = list[:min(len(list), candidatesShown)]
	}
	return out
}

// names reports whether a field of a kind may name a statement of another.
func names(kind ledger.Kind, field string, of ledger.Kind) bool {
	allowed, ok := namedKinds[string(kind)+"/"+field]
	if !ok {
		allowed, ok = namedKinds[field]
	}
	return !ok || slices.Contains(allowed, of)
}
