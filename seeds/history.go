package seeds

import (
	"math/rand/v2"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

var historyKeys = sync.OnceValue(func() map[ledger.PartyID]seal.PrivateKey { return firstKeys(0, JiAn()) })

// History is a small history for property tests: one to three tasks over a few
// months, some 30 to 120 statements, admissible in their order, each by chance.
// It has what a campaign has, in no sensible proportion: reports that are late,
// missing, corrected, returned, verified, disputed; milestones, extensions,
// blockers, closings, suspensions, another policy half-way; and moments that lie
// on the edges of days and months.
//
// Signatures are dummies. An odd seed's charter judges by the recorded time, an
// even one's by the claim: record each statement at its own time.
func History(seed uint64) []Step {
	p := newPlayer(seed)
	p.setUp()
	for range 20 + p.rng.IntN(140) {
		p.wait()
		if p.now.After(p.end) {
			break
		}
		moves[p.rng.IntN(len(moves))](p)
	}
	return p.steps
}

// player makes moves in a world of its own.
type player struct {
	*world
	ids        []ledger.TaskID
	inspection ledger.Ref
	made       int // milestones so far
}

func newPlayer(seed uint64) *player {
	rng := rand.New(rand.NewPCG(seed, 0x686973746f7279)) // "history"
	w := &world{
		Options: Options{Seed: seed, From: "2024-01", Unsigned: true}, plan: JiAn(), rng: rng, voice: voice{rng},
		fold: projections.NewFold(projections.CampaignProjection()),
		last: map[ledger.TaskID]uint64{}, claims: map[ledger.TaskID]float64{},
		calendar: projections.CalendarOf(DefaultPolicy()), keys: historyKeys(),
	}
	w.now = ledger.Date("2024-01-02").Start().Add(opens)
	w.Months = 2 + rng.IntN(5)
	w.end = w.From.Add(w.Months).First().Add(rng.IntN(40)).Start() // some say more after the term
	return &player{world: w}
}

func (p *player) setUp() {
	charter := p.charter()
	charter.To = p.month(p.Months - 1).Last()
	if p.Seed%2 == 1 {
		charter.Clock = ledger.ClockRecorded
	}
	say(p.world, root, ledger.HQ, "", charter, "")
	enter := func(id ledger.PartyID, role ledger.Role) {
		p.register(root, partyOf(p.plan, id))
		if role != "" {
			say(p.world, root, trailOf(id), "", ledger.RoleGranted{Party: id, Role: role}, "")
		}
	}
	enter(office, ledger.RoleOffice)
	enter(commander, ledger.RoleCommander)
	enter(teamTwo, ledger.RoleInspector)
	enter(decider, ledger.RoleAuthority)
	if p.rng.IntN(8) > 0 { // lights are grey without a policy
		say(p.world, commander, ledger.HQ, "", DefaultPolicy(), "")
	}
	all := assignments(p.plan)
	start := p.rng.IntN(len(all))
	for i := range 1 + p.rng.IntN(3) {
		t := all[(start+5*i)%len(all)]
		if _, ok := p.campaign().Units.Unit(t.lead); !ok {
			enter(ledger.PartyID("units/"+t.lead), "")
		}
		say(p.world, office, t.lead, t.id, ledger.TaskAssigned{Name: t.body.Name}, "")
		p.ids = append(p.ids, t.id)
	}
	p.inspection = say(p.world, commander, ledger.HQ, "", ledger.InspectionAuthorised{Code: "DC-1", Scope: "随机核查。", Tasks: p.ids,
		From: p.today(), To: p.today().Add(400), Inspectors: []ledger.PartyID{teamTwo}, Authority: "演示"}, "")
}

// wait lets time pass: seconds, or days, or to the edge of a day or a month.
func (p *player) wait() {
	switch p.rng.IntN(16) {
	case 1:
		p.now = p.today().Start().AddDate(0, 0, 1).Add(-time.Second)
	case 2:
		p.now = p.today().Start().AddDate(0, 0, 1)
	case 3:
		p.now = ledger.MonthOf(p.now).Add(1).First().Start().Add(-time.Second)
	case 4, 5, 6, 7, 8, 9:
		p.now = p.now.Add(p.upTo(5 * 24 * time.Hour))
	default: // the same hour
	}
}
