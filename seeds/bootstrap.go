package seeds

import (
	"fmt"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Who speaks, besides the lead units.
const (
	root      ledger.PartyID = "root"
	office    ledger.PartyID = "units/ggb"
	commander ledger.PartyID = "officers/zhihuizhang"
	executive ledger.PartyID = "officers/changwu"
	decider   ledger.PartyID = "authorities/jiwei"   // decides on proposals
	reviewer  ledger.PartyID = "authorities/zuzhibu" // reviews what the other decided
	teamOne   ledger.PartyID = "inspectors/ducha-1"  // inspection teams
	teamTwo   ledger.PartyID = "inspectors/ducha-2"
)

// people are the parties that are no units, and their roles.
var people = []struct {
	ledger.UnitRegistered
	role ledger.Role
}{
	{ledger.UnitRegistered{Party: commander, Name: "指挥长", NameEN: "Commander"}, ledger.RoleCommander},
	{ledger.UnitRegistered{Party: executive, Name: "常务副指挥长", NameEN: "Executive deputy commander"}, ledger.RoleExecutive},
	{ledger.UnitRegistered{Party: "officers/fuzhi-1", Name: "副指挥长(一)", NameEN: "Deputy commander 1"}, ledger.RoleDeputy},
	{ledger.UnitRegistered{Party: "officers/fuzhi-2", Name: "副指挥长(二)", NameEN: "Deputy commander 2"}, ledger.RoleDeputy},
	{ledger.UnitRegistered{Party: decider, Name: "市纪委监委", NameEN: "Discipline Inspection and Supervision Commission"}, ledger.RoleAuthority},
	{ledger.UnitRegistered{Party: reviewer, Name: "市委组织部", NameEN: "Organisation Department"}, ledger.RoleAuthority},
	{ledger.UnitRegistered{Party: teamOne, Name: "督查一组", NameEN: "Inspection team 1"}, ledger.RoleInspector},
	{ledger.UnitRegistered{Party: teamTwo, Name: "督查二组", NameEN: "Inspection team 2"}, ledger.RoleInspector},
	{ledger.UnitRegistered{Party: "auditors/shenji", Name: "市审计局", NameEN: "Audit Bureau"}, ledger.RoleAuditor},
}

// parties are all that sign, units first.
func parties(p Plan) []ledger.UnitRegistered {
	list := unitsOf(p)
	for _, x := range people {
		list = append(list, x.UnitRegistered)
	}
	return list
}

// trailOf is the unit whose trail a statement about a party goes on.
func trailOf(p ledger.PartyID) ledger.UnitID {
	if u, ok := p.Unit(); ok {
		return u
	}
	return ledger.HQ
}

// bootstrap puts the opening on the agenda of the first three working days: the
// charter, everybody's keys and roles, the policy, the tasks and the targets.
func (w *world) bootstrap() {
	day := w.today()
	w.at(day.Start().Add(opens), w.openLedger)
	w.at(w.workday(day, 1).Start().Add(opens), w.assign)
	w.clarify()
	w.aside(w.registry)
	w.on(w.day(8, 25), w.rotate)
}

func (w *world) openLedger() {
	say(w, root, ledger.HQ, "", w.charter(), "the ledger opens")
	w.register(root, partyOf(w.plan, office))
	say(w, root, trailOf(office), "", ledger.RoleGranted{Party: office, Role: ledger.RoleOffice, Basis: "方案四(一)"}, "the office takes over")
	for _, p := range parties(w.plan) {
		if p.Party != office {
			w.register(office, p)
		}
	}
	for _, p := range people {
		say(w, office, ledger.HQ, "", ledger.RoleGranted{Party: p.Party, Role: p.role, Basis: "指挥部名单"}, "")
	}
	say(w, commander, ledger.HQ, "", DefaultPolicy(), "the default policy, approved by the headquarters")
	w.aside(func() {
		for _, q := range w.plan.Questions {
			say(w, office, ledger.HQ, "", question(q), "what the plan leaves open")
		}
		w.officials()
	})
}

func (w *world) charter() ledger.CharterAdopted {
	pem := func(p ledger.PartyID) ledger.Text { return ledger.Text(w.keys[p].Public().PEM()) }
	return ledger.CharterAdopted{Campaign: w.plan.Campaign, Title: ledger.Line(w.plan.Title), TitleEN: ledger.Line(w.plan.TitleEN),
		Basis: ledger.Line(w.plan.Basis), Clock: ledger.ClockDeclared,
		From: w.From.First(), To: w.month(months - 1).Last(), RootKey: pem(root), LedgerKey: pem("ledger")}
}

func (w *world) register(by ledger.PartyID, p ledger.UnitRegistered) {
	say(w, by, trailOf(p.Party), "", p, "")
	w.enrol(by, p, w.keys[p.Party].Public())
}

func (w *world) enrol(by ledger.PartyID, p ledger.UnitRegistered, key seal.PublicKey) {
	body := ledger.KeyEnrolled{Party: p.Party, PublicKey: ledger.Text(key.PEM()), Holder: p.Name + "(演示密钥)"}
	if p.Party == Certified {
		body.Certificate = newAuthority(w.Seed).certificate(key, p, w.From.First().Add(-30), w.From.Add(months).Last())
	}
	say(w, by, trailOf(p.Party), "", body, "a demo key")
}

// assign gives the tasks to their lead units, with their targets, and freezes the list.
func (w *world) assign() {
	var list []ledger.TaskID
	for _, t := range assignments(w.plan) {
		t.body.Responsible = characterOf(t.id).with
		say(w, office, t.lead, t.id, t.body, "")
		list = append(list, t.id)
	}
	for _, t := range w.plan.Targets {
		say(w, office, w.task(t.Task).Lead, t.Task, target(t), "")
	}
	w.freeze(list)
	w.on(w.day(12, 6), func() { w.freeze(list) })
}

func (w *world) freeze(list []ledger.TaskID) {
	say(w, commander, ledger.HQ, "", ledger.ListFrozen{Year: w.now.In(ledger.Shanghai).Year(), Tasks: list, Basis: "指挥部会议审定"}, "the yardstick of the year")
}

// rotate replaces the key of a unit that lost it: what the old one signed stands.
func (w *world) rotate() {
	p := partyOf(w.plan, Rotated)
	old := w.keys[Rotated].Public().ID()
	say(w, office, trailOf(Rotated), "", ledger.KeyRevoked{Key: ledger.Digest(old), Reason: "经办人遗失介质,单位书面申请吊销。"}, "a key is lost")
	w.keys[Rotated] = demoKey(w.Seed, Rotated, 2)
	w.enrol(office, p, w.keys[Rotated].Public())
}

func partyOf(plan Plan, id ledger.PartyID) ledger.UnitRegistered {
	for _, p := range parties(plan) {
		if p.Party == id {
			return p
		}
	}
	panic(fmt.Sprintf("seeds: the plan has no %s", id))
}
