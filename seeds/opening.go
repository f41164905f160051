package seeds

import "ducha/ledger"

// Said is a statement before it is signed: who says it, on whose trail, about
// which task. The signer adds id and time.
type Said struct {
	By   ledger.PartyID
	Unit ledger.UnitID
	Task ledger.TaskID
	Body any // a pointer to one of package ledger's bodies
}

// Opening (启动) is what opens a ledger of a plan: the charter by the root key,
// which also hands over to the office, and by the office the parties, the
// default policy, the plan's open questions, the tasks with their targets, and
// the year's frozen list. Keys of the units come later: each makes its own, and
// the office enrols it.
func Opening(p Plan, charter ledger.CharterAdopted, officeKey ledger.Text) []Said {
	office := ledger.PartyID("units/" + p.Headquarters.Office)
	said := []Said{{"root", ledger.HQ, "", &charter}}
	for _, u := range unitsOf(p) {
		if u.Party != office {
			said = append(said, Said{office, trailOf(u.Party), "", &u})
			continue
		}
		said = append(said, Said{"root", trailOf(office), "", &u},
			Said{"root", trailOf(office), "", &ledger.KeyEnrolled{Party: office, PublicKey: officeKey, Holder: "指挥部办公室"}},
			Said{"root", trailOf(office), "", &ledger.RoleGranted{Party: office, Role: ledger.RoleOffice, Basis: ledger.Line(p.Headquarters.Cite)}})
	}
	policy := DefaultPolicy()
	said = append(said, Said{office, ledger.HQ, "", &policy})
	for _, q := range p.Questions {
		body := question(q)
		said = append(said, Said{office, ledger.HQ, "", &body})
	}
	var tasks []ledger.TaskID
	leads := map[ledger.TaskID]ledger.UnitID{}
	for _, t := range assignments(p) {
		said = append(said, Said{office, t.lead, t.id, &t.body})
		tasks, leads[t.id] = append(tasks, t.id), t.lead
	}
	for _, t := range p.Targets {
		body := target(t)
		said = append(said, Said{office, leads[t.Task], t.Task, &body})
	}
	return append(said, Said{office, ledger.HQ, "", &ledger.ListFrozen{Year: charter.From.Start().Year(), Tasks: tasks, Basis: "方案任务清单"}})
}
