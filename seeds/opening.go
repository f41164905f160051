package seeds

import (
	"fmt"

	"ducha/ledger"
)

// Said is a statement before it is signed: who says it, on whose trail, about
// which task. The signer adds id and time.
type Said struct {
	By   ledger.PartyID
	Unit ledger.UnitID
	Task ledger.TaskID
	Body any    // a pointer to one of package ledger's bodies
	At   string // the path of the plan's entry that it comes from, as $.tasks[3]
}

// Opening (启动) is what opens a ledger of a plan: the charter by the root key,
// which also hands over to the office, and by the office the parties and who
// holds their posts, the policy, the plan's open questions, the tasks with their
// targets and milestones, and the year's frozen list. Keys of the units come
// later: each makes its own, and the office enrols it.
func Opening(p Plan, charter ledger.CharterAdopted, officeKey ledger.Text) []Said {
	o := &opening{Plan: p, office: ledger.PartyID("units/" + p.Headquarters.Office)}
	o.add("$", "root", ledger.HQ, "", &charter)
	o.parties(officeKey)
	policy := p.policy()
	o.add("$.policy", o.office, ledger.HQ, "", &policy)
	for i, q := range p.Questions {
		body := question(q)
		o.add(fmt.Sprintf("$.questions[%d]", i), o.office, ledger.HQ, "", &body)
	}
	o.tasks(charter.From.Start().Year())
	return o.said
}

type opening struct {
	Plan
	office ledger.PartyID
	said   []Said
}

func (o *opening) add(at string, by ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body any) {
	o.said = append(o.said, Said{by, unit, task, body, at})
}

func (o *opening) parties(officeKey ledger.Text) {
	for i, u := range unitsOf(o.Plan) {
		at, by := fmt.Sprintf("$.units[%d]", i), o.office
		if u.Party == o.office {
			by = "root"
		}
		o.add(at, by, trailOf(u.Party), "", &u)
		if u.Party == o.office {
			o.add(at, by, trailOf(o.office), "", &ledger.KeyEnrolled{Party: o.office, PublicKey: officeKey, Holder: "指挥部办公室"})
			o.add(at, by, trailOf(o.office), "", &ledger.RoleGranted{Party: o.office, Role: ledger.RoleOffice, Basis: ledger.Line(o.Headquarters.Cite)})
		}
	}
	for i, u := range o.Units {
		o.holders(fmt.Sprintf("$.units[%d]", i), ledger.PartyID("units/"+u.ID), u.Holders)
	}
	for i, x := range o.People {
		at := fmt.Sprintf("$.people[%d]", i)
		o.add(at, o.office, ledger.HQ, "", &ledger.UnitRegistered{Party: x.ID, Name: ledger.Line(x.Name), NameEN: ledger.Line(x.NameEN), Cite: ledger.Line(x.Cite)})
		o.add(at, o.office, ledger.HQ, "", &ledger.RoleGranted{Party: x.ID, Role: x.Role, Basis: ledger.Line(x.Cite)})
		o.holders(at, x.ID, x.Holders)
	}
}

func (o *opening) holders(at string, p ledger.PartyID, list []Holder) {
	for i, h := range list {
		o.add(fmt.Sprintf("%s.holders[%d]", at, i), o.office, trailOf(p), "",
			&ledger.OfficeholderRecorded{Party: p, Name: ledger.Line(h.Name), Post: ledger.Line(h.Post), From: h.From, Until: h.Until})
	}
}

func (o *opening) tasks(year int) {
	var tasks []ledger.TaskID
	leads := map[ledger.TaskID]ledger.UnitID{}
	for i, t := range assignments(o.Plan) {
		o.add(fmt.Sprintf("$.tasks[%d]", i), o.office, t.lead, t.id, &t.body)
		tasks, leads[t.id] = append(tasks, t.id), t.lead
	}
	for i, t := range o.Targets {
		body := target(t)
		o.add(fmt.Sprintf("$.targets[%d]", i), o.office, leads[t.Task], t.Task, &body)
	}
	for i, m := range o.Milestones {
		o.add(fmt.Sprintf("$.milestones[%d]", i), o.office, leads[m.Task], m.Task,
			&ledger.MilestoneSet{Milestone: m.ID, Name: ledger.Line(m.Name), Due: m.Due, Percent: m.Percent})
	}
	o.add("$.tasks", o.office, ledger.HQ, "", &ledger.ListFrozen{Year: year, Tasks: tasks, Basis: "方案任务清单"})
}
