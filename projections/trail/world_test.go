package trail

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// world is a little ledger in memory: no door, so that it can be told lies.
type world struct {
	t       testing.TB
	chain   ledger.Chain
	keys    map[ledger.PartyID]seal.PrivateKey
	records []ledger.Record
	now     time.Time
	clock   ledger.Clock
	n       uint64
	fgwTask ledger.TaskID
}

const (
	campaign ledger.LocalID = "ja2023"
	fgw      ledger.UnitID  = "fgw"
	zfj      ledger.UnitID  = "zfj"
	ggb      ledger.UnitID  = "ggb"
	office   ledger.PartyID = "units/ggb"
)

// key is the same key for the same name.
func key(t testing.TB, name string) seal.PrivateKey {
	alg := seal.Ed25519
	if name == "units/fgw" {
		alg = seal.SM2
	}
	k, err := seal.NewKey(alg, sha256.Sum256([]byte(name)))
	require.NoError(t, err)
	return k
}

func pemOf(k seal.PrivateKey) ledger.Text { return ledger.Text(k.Public().PEM()) }

// id is a version 7 id that only n decides on.
func id(n uint64) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[8:], n)
	u[0], u[6], u[8] = 1, 0x70, 0x80
	return u
}

// say records a statement, signed with the source's own key.
func (w *world) say(source ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body any) ledger.Ref {
	return w.sign(w.keys[source], source, unit, task, body)
}

func (w *world) sign(k seal.PrivateKey, source ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body any) ledger.Ref {
	w.n++
	s := w.statement(id(w.n), source, unit, task, body)
	w.put(s, w.envelope(k, s.Encode()))
	return s.ID
}

func (w *world) statement(ref ledger.Ref, source ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body any) ledger.Statement {
	return ledger.Statement{ID: ref, Kind: kindOf(body), Campaign: campaign, Source: source, Unit: unit, Task: task,
		Time: w.now.In(ledger.Shanghai), Basis: w.chain.Sequence(), Body: body}
}

// kindOf is the kind of a pointer to a body.
func kindOf(body any) ledger.Kind {
	for _, s := range ledger.Kinds() {
		if fmt.Sprintf("%T", s.New()) == fmt.Sprintf("%T", body) {
			return s.Kind
		}
	}
	panic(fmt.Sprintf("%T is no body", body))
}

func (w *world) envelope(k seal.PrivateKey, payload []byte) []byte {
	seed := sha256.Sum256(payload)
	env, err := seal.Seal(bytes.NewReader(seed[:]), k, seal.PayloadTypeStatement, payload)
	require.NoError(w.t, err)
	return env.Encode()
}

// put appends a record a minute later.
func (w *world) put(s ledger.Statement, envelope []byte) {
	w.now = w.now.Add(time.Minute)
	r, err := w.chain.Next(s, envelope, w.now)
	require.NoError(w.t, err)
	require.NoError(w.t, w.chain.Add(r))
	w.records = append(w.records, r)
}

// clone is the same ledger, which goes its own way.
func (w *world) clone() *world {
	c := *w
	c.chain, c.records = *w.chain.Clone(), slices.Clone(w.records)
	return &c
}

func (w *world) on(day ledger.Date) { w.now = day.Start().Add(9 * time.Hour) }

// last is the sequence of the last record.
func (w *world) last() uint64 { return w.chain.Sequence() }

func (w *world) all() iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for _, r := range w.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func newWorld(t testing.TB, clock ledger.Clock) *world {
	w := &world{t: t, keys: map[ledger.PartyID]seal.PrivateKey{}, clock: clock, fgwTask: "T01"}
	for _, p := range []ledger.PartyID{"root", "ledger", office, "units/fgw", "units/zfj", "officers/zhz"} {
		w.keys[p] = key(t, string(p))
	}
	return w
}

func (w *world) charter() *ledger.CharterAdopted {
	return &ledger.CharterAdopted{Campaign: campaign, Title: "营商环境攻坚战", Clock: w.clock, From: "2024-01-01", To: "2024-12-31",
		RootKey: pemOf(w.keys["root"]), LedgerKey: pemOf(w.keys["ledger"])}
}

// enrol registers a party and its key.
func (w *world) enrol(by, party ledger.PartyID, name ledger.Line) {
	unit, ok := party.Unit()
	if !ok {
		unit = ledger.HQ
	}
	w.say(by, unit, "", &ledger.UnitRegistered{Party: party, Name: name, Member: ok})
	w.say(by, unit, "", &ledger.KeyEnrolled{Party: party, PublicKey: pemOf(w.keys[party]), Holder: "经办人"})
}

// open is what every ledger begins with.
func (w *world) open() {
	w.on("2024-01-02")
	w.say("root", ledger.HQ, "", w.charter())
	w.enrol("root", office, "指挥部办公室")
	w.say("root", ggb, "", &ledger.RoleGranted{Party: office, Role: ledger.RoleOffice})
	w.enrol(office, "units/fgw", "市发展改革委")
	w.enrol(office, "units/zfj", "市住房城乡建设局")
	w.enrol(office, "officers/zhz", "指挥长")
	w.say(office, ledger.HQ, "", &ledger.RoleGranted{Party: "officers/zhz", Role: ledger.RoleCommander})
	w.say("officers/zhz", ledger.HQ, "", policy())
	w.say(office, fgw, w.fgwTask, &ledger.TaskAssigned{Name: "项目审批提速", NameEN: "Faster approvals", Responsible: []ledger.UnitID{zfj}})
	w.say(office, zfj, "T02", &ledger.TaskAssigned{Name: "工程建设审批"})
	for i, due := range []ledger.Date{"2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"} {
		w.say(office, fgw, w.fgwTask, &ledger.MilestoneSet{Milestone: ledger.LocalID(fmt.Sprintf("m%d", i+1)), Name: "节点", Due: due, Percent: ledger.Percent(25 * (i + 1))})
	}
}

func policy() *ledger.PolicyAdopted {
	const slow = "gap > 10.0 || late_days > 0 || reports_missed >= 1"
	return &ledger.PolicyAdopted{Name: "默认口径", InForce: "2024-01-01", Slow: slow, Basis: "指挥部审定",
		Lights: []ledger.LightRule{
			{Light: ledger.Blue, When: "closed"}, {Light: ledger.Grey, When: "suspended"},
			{Light: ledger.Red, When: "gap > 30.0 || slow_months >= 2 || late_days > 60 || false_report"},
			{Light: ledger.Yellow, When: slow}, {Light: ledger.Grey, When: "due == 0"}, {Light: ledger.Green, When: "true"}},
		Clocks:   ledger.Clocks{Acknowledge: 1, Answer: 3, ReportLast: 5, Comment: 3, ReviewAsk: 30, ReviewGive: 30},
		Calendar: []ledger.WorkYear{{Year: 2024, Notice: "国办发明电〔2023〕7号", Off: []ledger.Date{"2024-01-01", "2024-05-01"}, Worked: []ledger.Date{"2024-05-11"}}}}
}

// year is what happens until the end of a month of 2024, on two trails.
func (w *world) year(months int) {
	for m := 1; m <= months; m++ {
		month := ledger.Month(fmt.Sprintf("2024-%02d", m))
		w.on(month.First().Add(19))
		w.say("units/fgw", fgw, w.fgwTask, &ledger.ProgressReported{Period: month, Percent: ledger.Percent(6 * m), Summary: "按计划推进"})
		if m%3 == 0 {
			w.say("units/zfj", zfj, "T02", &ledger.ProgressReported{Period: month, Percent: 50, Summary: "推进中"})
		}
		switch m {
		case 4:
			w.directive()
		case 6:
			w.export(ledger.DateOf(w.now).End()) // this one is on record too
		case 8:
			w.renewKey()
		}
	}
}

func (w *world) directive() {
	w.say(office, ledger.HQ, "", &ledger.MeetingHeld{Tier: ledger.TierMonthly, On: ledger.DateOf(w.now), Attended: []ledger.UnitID{fgw}, Agenda: []ledger.Line{"进度"}})
	d := w.say(office, fgw, w.fgwTask, &ledger.DirectiveIssued{Text: "请说明滞后原因", AnswerBy: ledger.DateOf(w.now).Add(3)})
	w.say("units/fgw", fgw, w.fgwTask, &ledger.DirectiveAcknowledged{Directive: d})
	w.say("units/fgw", fgw, w.fgwTask, &ledger.DirectiveAnswered{Directive: d, Answer: "已整改"})
	w.say(office, fgw, w.fgwTask, &ledger.DirectiveAccepted{Directive: d})
}

// renewKey gives fgw another key and revokes its first one.
func (w *world) renewKey() {
	old := w.keys["units/fgw"]
	w.keys["units/fgw"] = key(w.t, "units/fgw, second key")
	w.say(office, fgw, "", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: pemOf(w.keys["units/fgw"]), Holder: "新经办人"})
	w.say(office, fgw, "", &ledger.KeyRevoked{Key: ledger.Digest(old.Public().ID()), Reason: "经办人调离"})
}

// draft collects and drafts.
func (w *world) draft(at time.Time) (*Bundle, ledger.ExportAttested) { return w.draftOf(fgw, at) }

func (w *world) draftOf(unit ledger.UnitID, at time.Time) (*Bundle, ledger.ExportAttested) {
	own, context, last, err := Select(w.all(), unit)
	require.NoError(w.t, err)
	b, body, err := Draft(Input{Campaign: campaign, Unit: unit, At: at, Sequence: last, Records: own, Context: context})
	require.NoError(w.t, err)
	return b, body
}

// export drafts, puts the attestation on record, and writes the zip.
func (w *world) export(at time.Time) []byte { return w.exportOf(fgw, at) }

func (w *world) exportOf(unit ledger.UnitID, at time.Time) []byte {
	b, body := w.draftOf(unit, at)
	w.say("ledger", unit, "", &body)
	require.NoError(w.t, w.attest(b))
	return w.write(b)
}

// attest completes a bundle with the last record, and with a checkpoint of all.
func (w *world) attest(b *Bundle) error {
	l := logOf(w.t, w.records)
	return b.Attest(w.records[len(w.records)-1], w.since(b), l.checkpoint(w.keys["ledger"]), l)
}

// since is what came onto the trail and into the registry after a bundle was
// drafted, and before the last record.
func (w *world) since(b *Bundle) []ledger.Record {
	var tail iter.Seq2[ledger.Record, error] = func(yield func(ledger.Record, error) bool) {
		for _, r := range w.records {
			if r.Sequence > b.manifest.Sequence && !yield(r, nil) {
				return
			}
		}
	}
	list, err := Since(tail, b.manifest.Unit, w.last())
	require.NoError(w.t, err)
	return list
}

// sealedLog is a log in memory, with the stored hashes of x/mod.
type sealedLog struct {
	t      testing.TB
	size   uint64
	stored []tlog.Hash

	records []ledger.Record
}

func logOf(t testing.TB, records []ledger.Record) *sealedLog {
	l := &sealedLog{t: t, records: records}
	for _, r := range records {
		hashes, err := tlog.StoredHashes(int64(l.size), r.Encode(), l)
		require.NoError(t, err)
		l.stored, l.size = append(l.stored, hashes...), l.size+1
	}
	return l
}

func (l *sealedLog) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, l.stored[i])
	}
	return out, nil
}

// copy is the log as somebody keeps it.
func (l *sealedLog) copy() Copy {
	root, err := tlog.TreeHash(int64(l.size), l)
	require.NoError(l.t, err)
	return Copy{proof.Checkpoint{Origin: proof.Origin(campaign, key(l.t, "ledger").Public()), Size: l.size, Root: root}, func(yield func(ledger.Record, error) bool) {
		for _, r := range l.records {
			if !yield(r, nil) {
				return
			}
		}
	}}
}

func (l *sealedLog) checkpoint(k seal.PrivateKey) []byte {
	root, err := tlog.TreeHash(int64(l.size), l)
	require.NoError(l.t, err)
	signed, err := proof.Checkpoint{Origin: proof.Origin(campaign, k.Public()), Size: l.size, Root: root}.Sign(k)
	require.NoError(l.t, err)
	return signed
}

func (w *world) write(b *Bundle) []byte {
	var out bytes.Buffer
	n, err := b.WriteTo(&out)
	require.NoError(w.t, err)
	require.EqualValues(w.t, out.Len(), n)
	return out.Bytes()
}

func (w *world) root() seal.KeyID { return w.keys["root"].Public().ID() }

// whole is a world with its whole year.
func whole(t testing.TB) *world {
	w := newWorld(t, ledger.ClockRecorded)
	w.open()
	w.year(12)
	return w
}

// nine is a world of nine months: long enough for everything in it to happen.
func nine(t testing.TB) *world {
	w := newWorld(t, ledger.ClockRecorded)
	w.open()
	w.year(9)
	return w
}

// small is a world of a month.
func small(t testing.TB) *world {
	w := newWorld(t, ledger.ClockRecorded)
	w.open()
	w.year(1)
	return w
}

var yearEnd = ledger.Date("2024-12-31").End()
