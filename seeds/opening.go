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
// default policy, the tasks with their targets, and the year's frozen list. Keys
// of the units come later: each makes its own, and the office enrols it.
func Opening(p Plan, charter ledger.CharterAdopted, officeKey ledger.Text) []Said {
	office := ledger.PartyID("units/" + p.Headquarters.Office)
	said := []Said{{"root", ledger.HQ, "", &charter}}
	for _, u := range p.Units {
		by := office
		if u.ID == p.Headquarters.Office {
			by = "root"
		}
		said = append(said, Said{by, u.ID, "", &ledger.UnitRegistered{Party: ledger.PartyID("units/" + u.ID), Name: ledger.Line(u.Name), NameEN: ledger.Line(u.NameEN),
			Member: true, Cite: ledger.Line(u.Cite)}})
		if by == "root" {
			said = append(said,
				Said{by, u.ID, "", &ledger.KeyEnrolled{Party: office, PublicKey: officeKey, Holder: "指挥部办公室"}},
				Said{by, u.ID, "", &ledger.RoleGranted{Party: office, Role: ledger.RoleOffice, Basis: ledger.Line(p.Headquarters.Cite)}})
		}
	}
	policy := DefaultPolicy()
	said = append(said, Said{office, ledger.HQ, "", &policy})
	var tasks []ledger.TaskID
	leads := map[ledger.TaskID]ledger.UnitID{}
	for _, t := range p.Tasks {
		body := t.Assigned(p)
		said = append(said, Said{office, t.Lead, t.ID, &body})
		tasks, leads[t.ID] = append(tasks, t.ID), t.Lead
	}
	for _, t := range p.Targets {
		body := t.Set()
		said = append(said, Said{office, leads[t.Task], t.Task, &body})
	}
	return append(said, Said{office, ledger.HQ, "", &ledger.ListFrozen{Year: charter.From.Start().Year(), Tasks: tasks, Basis: "方案任务清单"}})
}

// Assigned is the task as it is assigned.
func (t Task) Assigned(p Plan) ledger.TaskAssigned {
	a := ledger.TaskAssigned{Name: ledger.Line(t.Name), NameEN: ledger.Line(t.NameEN), Cite: ledger.Line(t.Cite)}
	for _, x := range p.Actions {
		if x.ID == t.Action {
			a.Action = ledger.Line(x.Name)
		}
	}
	for _, m := range t.Measures {
		a.Measures = append(a.Measures, ledger.Measure{ID: m.ID, Name: ledger.Line(m.Name), Cite: ledger.Line(m.Cite)})
	}
	return a
}

// Set is the target as it is set.
func (t Target) Set() ledger.TargetSet {
	s := ledger.TargetSet{Target: t.ID, Subject: ledger.Line(t.Subject), Shape: t.Shape, Op: ledger.Line(t.Op), Value: t.Value,
		Unit: ledger.Line(t.Unit), Period: ledger.Line(t.Period), Inferred: t.Inferred, Cite: ledger.Line(t.Cite)}
	for _, o := range t.Open {
		s.Open = append(s.Open, ledger.Line(o))
	}
	return s
}
