package seeds

import (
	"bytes"
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/google/uuid"
)

// months is the length of the campaign's term as it is simulated.
const months = 24

// world is a simulation under way: a clock, an agenda of what is to happen, and
// a campaign folded from what has happened.
type world struct {
	Options
	plan     Plan
	rng      *rand.Rand
	voice    voice
	calendar projections.Calendar
	keys     map[ledger.PartyID]seal.PrivateKey
	fold     *projections.Fold[projections.Campaign]
	now      time.Time
	end      time.Time
	agenda   agenda
	order    int
	steps    []Step
	last     map[ledger.TaskID]uint64  // sequence of the last statement on a task
	claims   map[ledger.TaskID]float64 // the share that its unit last claimed, and knows of
	packs    map[int]*ledger.Ref       // of the monthly meetings, by month
}

func newWorld(o Options) *world {
	rng := rand.New(rand.NewPCG(o.Seed, 0x6475636861)) // "ducha"
	w := &world{
		Options: o, plan: withCounties(JiAn(), o.Counties), rng: rng, voice: voice{rng},
		calendar: projections.CalendarOf(DefaultPolicy()), keys: firstKeys(o.Seed, withCounties(JiAn(), o.Counties)),
		fold: projections.NewFold(projections.CampaignProjection()), packs: map[int]*ledger.Ref{},
		last: map[ledger.TaskID]uint64{}, claims: map[ledger.TaskID]float64{},
	}
	w.now = w.open(o.From.First()).Start()
	w.end = o.From.Add(o.Months - 1).Last().End()
	return w
}

// month is the i-th month of the campaign, from 0.
func (w *world) month(i int) ledger.Month { return w.From.Add(i) }

// day is a day of the i-th month, moved to the next working day.
func (w *world) day(i, d int) ledger.Date { return w.open(w.month(i).First().Add(d - 1)) }

func (w *world) today() ledger.Date { return ledger.DateOf(w.now) }

func (w *world) campaign() *projections.Campaign { return w.fold.State }

func (w *world) task(id ledger.TaskID) *projections.Task { return w.fold.State.Tasks[id] }

// name is a task's name, in quotation marks.
func (w *world) name(id ledger.TaskID) string { return "“" + string(w.task(id).Given.Name) + "”" }

// alive says whether work on a task goes on.
func (w *world) alive(id ledger.TaskID) bool {
	l := w.task(id).LifeAt(w.now)
	return l == projections.Open || l == projections.Claimed
}

// open is the day itself if it is worked, or the next one that is.
func (w *world) open(d ledger.Date) ledger.Date {
	if ok, err := w.calendar.Worked(d); err == nil && ok {
		return d
	}
	return w.workday(d, 1)
}

// workday is the n-th working day after d, or before it when n is negative.
func (w *world) workday(d ledger.Date, n int) ledger.Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.Add(step)
		ok, err := w.calendar.Worked(d)
		if err != nil {
			panic(fmt.Sprintf("seeds: %v", err)) // the calendar has every year of the term
		}
		if ok {
			n--
		}
	}
	return d
}

// deadline is the last day for the report of the i-th month.
func (w *world) deadline(i int) ledger.Date {
	d, err := w.calendar.LastOf(w.month(i), DefaultPolicy().Clocks.ReportLast)
	if err != nil {
		panic(fmt.Sprintf("seeds: %v", err))
	}
	return d
}

// Office hours are 08:30 to 17:59; nothing begins after 17:20, so that what
// follows at once still falls into them.
const (
	opens  = 8*time.Hour + 30*time.Minute
	closes = 17*time.Hour + 20*time.Minute
)

// on puts something on the agenda of a day, at some moment of it.
func (w *world) on(d ledger.Date, do func()) {
	at := w.open(d).Start().Add(opens + w.upTo(closes-opens))
	w.at(at, do)
}

// in does so for the n-th working day from today on; 0 is today or, when it is
// late, tomorrow.
func (w *world) in(n int, do func()) {
	if n > 0 {
		w.on(w.workday(w.today(), n), do)
		return
	}
	at := w.now.Add(10*time.Minute + w.upTo(50*time.Minute))
	if at.After(w.today().Start().Add(closes)) {
		w.in(1, do)
		return
	}
	w.at(at, do)
}

// upTo is a stretch of whole seconds under d.
func (w *world) upTo(d time.Duration) time.Duration {
	return time.Duration(w.rng.Int64N(int64(d/time.Second))) * time.Second
}

func (w *world) at(t time.Time, do func()) {
	w.order++
	heap.Push(&w.agenda, appointment{t, w.order, do})
}

// run lives through the agenda to the end of the last month.
func (w *world) run() {
	for w.agenda.Len() > 0 {
		a := heap.Pop(&w.agenda).(appointment)
		if a.at.After(w.end) {
			return
		}
		if a.at.After(w.now) {
			w.now = a.at
		}
		a.do()
	}
}

// say lets a party make a statement: it is signed, folded, and time goes on.
func say[B any](w *world, by ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body B, note string) ledger.Ref {
	s := ledger.Statement{
		ID: w.id(), Kind: ledger.KindOf(body), Campaign: w.plan.Campaign, Source: by, Unit: unit, Task: task,
		Time: w.now.In(ledger.Shanghai), Body: &body,
	}
	if task != "" {
		s.Basis = w.last[task]
	}
	step := Step{Statement: s, Note: note}
	signer := w.seal(&step, by)
	w.steps = append(w.steps, step)
	sequence := uint64(len(w.steps))
	if task != "" {
		w.last[task] = sequence
	}
	w.fold.Apply(ledger.Event{Record: ledger.Record{Sequence: sequence, Recorded: s.Time.UTC()}, Statement: s, Signer: signer})
	w.now = w.now.Add(5*time.Second + w.upTo(25*time.Second))
	return s.ID
}

// aside lets things be said with a chance of their own: what the story draws
// afterwards is what it drew before they were there.
func (w *world) aside(do func()) {
	story := w.rng
	w.rng = rand.New(rand.NewPCG(w.Seed, uint64(len(w.steps))))
	do()
	w.rng = story
}

// seal puts the step's envelope together. The randomness of an SM2 signature
// follows from what is signed, so that one seed gives one history to the byte.
func (w *world) seal(step *Step, by ledger.PartyID) seal.KeyID {
	key, ok := w.keys[by]
	if !ok {
		panic(fmt.Sprintf("seeds: %s has no key", by))
	}
	payload := step.Statement.Encode()
	if w.Unsigned {
		step.Envelope = seal.Envelope{PayloadType: seal.PayloadTypeStatement, Payload: payload,
			Signature: seal.Signature{KeyID: key.Public().ID(), Sig: make([]byte, 64)}}.Encode()
		return key.Public().ID()
	}
	nonce := sha256.Sum256(append([]byte("ducha demo nonce|"), payload...))
	env, err := seal.Seal(bytes.NewReader(nonce[:]), key, seal.PayloadTypeStatement, payload)
	if err != nil {
		panic(fmt.Sprintf("seeds: %s of %s: %v", step.Statement.Kind, by, err))
	}
	step.Envelope = env.Encode()
	return key.Public().ID()
}

// id is a UUID of version 7: the claimed time in milliseconds, and chance.
func (w *world) id() uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(w.now.UnixMilli())<<16|uint64(w.rng.Uint32N(1<<12)))
	binary.BigEndian.PutUint64(u[8:], w.rng.Uint64())
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	return u
}

// agenda is a heap of appointments, by time and then by the order of their making.
type agenda []appointment

type appointment struct {
	at    time.Time
	order int
	do    func()
}

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(appointment)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
