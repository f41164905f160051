package console

import (
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
				tasks = append(tasks, taskChoice{string(t.ID), q.nameOf(t), t.Lead, t.Sequences[len(t.Sequences)-1]})
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
