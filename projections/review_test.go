package projections_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/seeds"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew, to be reviewed like code")

const nothing = "0000000000000000000000000000000000000000000000000000000000000000"

// diary is a small campaign written by hand, so that it changes only on purpose.
type diary struct {
	t       testing.TB
	chain   ledger.Chain
	records []ledger.Record
	day     ledger.Date
}

func (d *diary) on(day ledger.Date) *diary { d.day = day; return d }

func (d *diary) say(by ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body any) ledger.Ref {
	d.t.Helper()
	n := len(d.records) + 1
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	id[6], id[8] = 0x70, 0x80
	at := d.day.Start().Add(9*time.Hour + time.Duration(n)*time.Second)
	s := ledger.Statement{ID: id, Kind: ledger.KindOf(body), Campaign: "ceshi", Source: by, Unit: unit, Task: task, Time: at, Body: body}
	env := seal.Envelope{PayloadType: seal.PayloadTypeStatement, Payload: s.Encode(), Signature: seal.Signature{KeyID: nothing, Sig: make([]byte, 64)}}
	r, err := d.chain.Next(s, env.Encode(), at)
	require.NoError(d.t, err)
	require.NoError(d.t, d.chain.Add(r))
	d.records = append(d.records, r)
	return id
}

const (
	ggb   ledger.PartyID = "units/ggb"
	zhz   ledger.PartyID = "officers/zhz"
	fgw   ledger.PartyID = "units/fgw"
	ducha ledger.PartyID = "inspectors/ducha-1"
	jiwei ledger.PartyID = "authorities/jiwei"
)

// quarter is a quarter in which every part of a review has something to say.
func quarter(t testing.TB) *diary {
	d := (&diary{t: t}).on("2024-01-02")
	d.say("root", ledger.HQ, "", &ledger.CharterAdopted{Campaign: "ceshi", Title: "测试攻坚", TitleEN: "A test", Basis: "试", Clock: ledger.ClockRecorded,
		From: "2024-01-01", To: "2024-12-31", RootKey: "x", LedgerKey: "y"})
	for _, p := range []ledger.UnitRegistered{{Party: fgw, Name: "市发改委", NameEN: "DRC", Member: true}, {Party: "units/swj", Name: "市商务局", Member: true}, {Party: "units/wlj", Name: "市文广新旅局", Member: true}} {
		u, _ := p.Party.Unit()
		d.say(ggb, u, "", &p)
	}
	policy := seeds.DefaultPolicy()
	d.say(zhz, ledger.HQ, "", &policy)
	d.say(ggb, "fgw", "T01", &ledger.TaskAssigned{Name: "营商环境", NameEN: "Business climate"})
	d.say(ggb, "fgw", "T06", &ledger.TaskAssigned{Name: "开发区改革"})
	d.say(ggb, "swj", "T05", &ledger.TaskAssigned{Name: "跨境电商"})
	plan := d.say(fgw, "fgw", "", &ledger.AnnualPlanFiled{Year: 2024, Summary: "要点", KeyTasks: []ledger.PlanItem{{Task: "T01", Milestone: "M1", Name: "上线", Due: "2024-02-20", Percent: 20}}})
	d.say(ggb, "fgw", "", &ledger.AnnualPlanApproved{Plan: plan})
	d.say(ggb, "fgw", "T01", &ledger.MilestoneSet{Milestone: "M1", Name: "上线", Due: "2024-02-20", Percent: 20, Plan: &plan})
	d.say(ggb, "fgw", "T06", &ledger.MilestoneSet{Milestone: "M1", Name: "移交", Due: "2024-02-01", Percent: 50, Plan: &plan})
	d.say(ggb, "fgw", "T06", &ledger.MilestoneSet{Milestone: "M2", Name: "挂牌", Due: "2024-05-01", Percent: 80, Plan: &plan})

	d.on("2024-01-22")
	d.say(fgw, "fgw", "T01", &ledger.ProgressReported{Period: "2024-01", Percent: 10, Summary: "推进", Evidence: []ledger.Evidence{{Name: "表", SHA256: nothing}}})
	d.say(fgw, "fgw", "T06", &ledger.ProgressReported{Period: "2024-01", Percent: 30, Summary: "推进"})
	d.say(fgw, "fgw", "T01", &ledger.DispatchLogged{On: "2024-01-22", Summary: "调度"})
	d.on("2024-02-05")
	late := d.say("units/swj", "swj", "T05", &ledger.ProgressReported{Period: "2024-01", Percent: 5, Summary: "迟报"})
	d.say(ggb, "swj", "T05", &ledger.ReminderSent{About: "请按时"})
	d.say(ggb, "swj", "T05", &ledger.ProgressReturned{Report: late, Reason: "无佐证"})
	d.say("units/swj", "swj", "T05", &ledger.ProgressReported{Period: "2024-01", Percent: 4, Summary: "重报"})
	meeting := d.say(ggb, ledger.HQ, "", &ledger.MeetingHeld{Tier: ledger.TierMonthly, On: "2024-02-05", Attended: []ledger.UnitID{"fgw"}, Absent: []ledger.UnitID{"swj"}, Agenda: []ledger.Line{"通报"}})
	asked := d.say(ggb, "fgw", "T06", &ledger.DirectiveIssued{Text: "倒排", AnswerBy: "2024-02-20", Meeting: &meeting})
	d.say(ggb, "swj", "T05", &ledger.DirectiveIssued{Text: "无人签收", AnswerBy: "2024-02-20"})
	blocker := d.say(fgw, "fgw", "T06", &ledger.BlockerRaised{What: "用地", Asks: ggb})
	d.on("2024-02-06").say(fgw, "fgw", "T06", &ledger.DirectiveAcknowledged{Directive: asked})
	d.say(zhz, "fgw", "T06", &ledger.BlockerDecided{Blocker: blocker, Accepted: true, Decision: "协调"})
	d.on("2024-02-19").say(fgw, "fgw", "T06", &ledger.DirectiveAnswered{Directive: asked, Answer: "已排"})
	d.say(fgw, "fgw", "T01", &ledger.MilestoneReached{Milestone: "M1", On: "2024-02-19"})
	d.on("2024-02-20").say(ggb, "fgw", "T06", &ledger.DirectiveAccepted{Directive: asked})
	d.say(ggb, "fgw", "T06", &ledger.BlockerCleared{Blocker: blocker, How: "已供地"})
	r := d.on("2024-02-21").say(fgw, "fgw", "T01", &ledger.ProgressReported{Period: "2024-02", Percent: 25, Summary: "推进", Evidence: []ledger.Evidence{{Name: "表", SHA256: nothing}}})
	false6 := d.say(fgw, "fgw", "T06", &ledger.ProgressReported{Period: "2024-02", Percent: 45, Summary: "推进"})
	look := d.on("2024-03-04").say(zhz, ledger.HQ, "", &ledger.InspectionAuthorised{Code: "DC-1", Scope: "核查", Tasks: []ledger.TaskID{"T01", "T06"}, From: "2024-03-04", To: "2024-03-20", Inspectors: []ledger.PartyID{ducha}, Authority: "批准"})
	d.say(ducha, "fgw", "T01", &ledger.ProgressVerified{Report: r, Inspection: look, Percent: 25, On: "2024-03-05", Method: "现场"})
	d.say(ducha, "fgw", "T06", &ledger.ProgressDisputed{Report: false6, Inspection: look, Percent: 30, False: true, Reason: "虚报"})
	d.say(ducha, "fgw", "T06", &ledger.FindingRecorded{Inspection: look, Finding: "账实不符"})
	d.say(ducha, ledger.HQ, "", &ledger.InspectionConcluded{Inspection: look, Facts: "事实", Conclusion: "结论"})
	d.on("2024-03-06").say(ggb, "fgw", "T06", &ledger.TalkHeld{On: "2024-03-06", With: "负责人", Summary: "约谈"})
	draft := d.say(ggb, "fgw", "T06", &ledger.NoticeDrafted{Facts: []ledger.Text{"虚报"}, Evidence: []ledger.Ref{false6}, CommentBy: "2024-03-12"})
	d.on("2024-03-11").say(fgw, "fgw", "T06", &ledger.NoticeCommented{Notice: draft, Accepts: true, Comment: "认可"})
	notice := d.on("2024-03-13").say(zhz, "fgw", "T06", &ledger.NoticeIssued{Notice: draft, Number: "一号", Text: "通报"})
	card := d.on("2024-03-14").say(zhz, "fgw", "T06", &ledger.CardProposed{Colour: "yellow", Reason: "严重", Notices: []ledger.Ref{notice}, Evidence: []ledger.Ref{false6}})
	d.on("2024-03-18").say(jiwei, "fgw", "T06", &ledger.CardGranted{Proposal: card, Colour: "yellow", Duty: "整改", Until: "2024-06-30", Criteria: []ledger.Line{"完成"}, Accepts: ggb, Basis: "规定"})
	d.say(fgw, "fgw", "T06", &ledger.ToleranceClaimed{Of: notice, Conditions: []ledger.Line{"探索"}, Grounds: "理由"})
	d.on("2024-03-22").say(fgw, "fgw", "T01", &ledger.ProgressReported{Period: "2024-03", Percent: 35, Summary: "推进"})
	ask := d.say(fgw, "fgw", "T06", &ledger.ExtensionRequested{Milestone: "M2", To: "2024-06-01", Reason: "手续"})
	d.say(fgw, "fgw", "T06", &ledger.NoticeAcknowledged{Notice: notice})
	rank := 20.0
	d.say(ggb, "fgw", "T01", &ledger.TargetSet{Target: "Q01", Subject: "营商环境排名", Shape: "rank", Op: "le", Value: &rank, Unit: "名"})
	d.say(ggb, "fgw", "T01", &ledger.TargetSet{Target: "Q02", Subject: "无人报送", Shape: "count", Op: "ge", Value: &rank})
	d.say(ggb, "fgw", "T01", &ledger.TargetSet{Target: "Q03", Subject: "开发区数", Shape: "count", Op: "ge", Value: &rank})
	d.say(fgw, "fgw", "T01", &ledger.IndicatorReported{Target: "Q01", Value: 25, AsOf: "2024-01-31", Source: "省厅"})
	reading := d.say(fgw, "fgw", "T01", &ledger.IndicatorReported{Target: "Q01", Value: 18, AsOf: "2024-02-29", Source: "省厅"})
	d.say(fgw, "fgw", "T01", &ledger.IndicatorReported{Target: "Q03", Value: 2, AsOf: "2024-02-29", Source: "统计局"})
	found := 21.0
	d.say(ducha, "fgw", "T01", &ledger.IndicatorJudged{Reading: reading, Holds: false, Value: &found, Reason: "口径不符"})
	d.say(ggb, "fgw", "", &ledger.PraiseRecorded{About: "窗口改革", Reason: "成效明显"})
	d.say(ggb, "fgw", "T01", &ledger.PraiseRecorded{About: "平台上线", Reason: "提前完成"})
	d.on("2024-03-25").say(zhz, "fgw", "T06", &ledger.ExtensionDecided{Request: ask, Granted: true, To: "2024-06-01", Reason: "同意"})
	// After the period: known to whoever looks later.
	d.on("2024-04-02").say(fgw, "fgw", "T06", &ledger.ProgressReported{Period: "2024-03", Percent: 50, Summary: "迟报"})
	return d
}

func (d *diary) query() projections.ReviewQuery {
	return projections.ReviewQuery{From: "2024-01-01", To: "2024-03-31", AsOf: "2024-04-02", Sequence: uint64(len(d.records))}
}

func (d *diary) review(q projections.ReviewQuery) projections.PeriodReview {
	d.t.Helper()
	r, err := q.Rebuild(sequence(d.records))
	require.NoError(d.t, err)
	return r
}

// The format is frozen: whatever changes these bytes for the same records is another
// version of it, for reviews that were issued must be found again.
func TestTheBytesOfAReviewAreFrozen(t *testing.T) {
	const golden = "testdata/review.json"
	d := quarter(t)
	data := d.review(d.query()).Encode()
	pretty := jsontext.Value(bytes.Clone(data))
	require.NoError(t, pretty.Indent(jsontext.WithIndent(" ")))
	if *update {
		require.NoError(t, os.WriteFile(golden, append(pretty, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(pretty)+"\n")
	compact := jsontext.Value(want)
	require.NoError(t, compact.Canonicalize())
	assert.Equal(t, string(data), string(compact), "the bytes are RFC 8785's of the file")
}

func TestAReviewSaysWhatTheQuarterWas(t *testing.T) {
	d := quarter(t)
	r := d.review(d.query())
	require.Len(t, r.Units, 3)
	drc, commerce, culture := r.Units[0], r.Units[1], r.Units[2]
	assert.True(t, culture.NoLeadTask, "a member with no task is neither good nor bad")
	assert.Empty(t, culture.Plans)

	t01, t06, t05 := drc.Tasks[0], drc.Tasks[1], commerce.Tasks[0]
	assert.Equal(t, ledger.Green, t01.Status.Light)
	assert.Equal(t, ledger.Red, t06.Status.Light, "a late T06 does not stain T01")
	assert.Equal(t, ledger.Grey, t05.Lights[0].Light, "grey before the clock of the first report ran out: nothing was due")

	assert.Equal(t, projections.EvidenceMissing, t01.Progress.Evidence, "the last report has nothing attached and nobody looked")
	assert.InDelta(t, 35, t01.Progress.Claimed.Percent, 0)
	assert.InDelta(t, 25, t01.Progress.Verified.Percent, 0)
	assert.Equal(t, projections.EvidenceDisputed, t06.Progress.Evidence)
	assert.InDelta(t, 15, t06.Progress.Verified.Gap, 0, "claimed 45, found 30")
	assert.True(t, t06.Progress.Verified.False)

	states := func(rows []projections.ReviewReport) (list []projections.Timely) {
		for _, x := range rows {
			list = append(list, x.State)
		}
		return list
	}
	assert.Equal(t, []projections.Timely{"on-time", "on-time", "on-time"}, states(t01.Reports.Rows))
	assert.Equal(t, []projections.Timely{"on-time", "on-time", "late"}, states(t06.Reports.Rows))
	assert.Equal(t, []projections.Timely{"late", "missed", "missed"}, states(t05.Reports.Rows))
	february := d.query()
	february.To = "2024-02-29"
	then := d.review(february).Units[0].Tasks[1]
	february.Hindsight = true
	since := d.review(february).Units[0].Tasks[1]
	assert.Equal(t, ledger.Yellow, then.Status.Light, "in February nobody knew")
	assert.Equal(t, projections.EvidenceMissing, then.Progress.Evidence)
	assert.Equal(t, ledger.Red, since.Status.Light, "February's report was proven false in March")
	assert.Equal(t, projections.EvidenceDisputed, since.Progress.Evidence)
	assert.InDelta(t, 30, since.Progress.Verified.Percent, 0)

	known := d.query()
	known.AsOf = "2024-03-31"
	assert.Equal(t, []projections.Timely{"on-time", "on-time", "missed"}, states(d.review(known).Units[0].Tasks[1].Reports.Rows), "as it was known then")

	m := t06.Milestones.Rows
	require.Len(t, m, 1, "the one that an extension moved out of the period is not due in it")
	assert.Equal(t, projections.Missed, m[0].State)
	assert.Equal(t, 14, m[0].Waited)
	assert.Equal(t, 61-14, m[0].LateDays, "days that wait on the headquarters are counted apart")
	assert.Equal(t, 14, t06.Milestones.Waited.Days)
	assert.Equal(t, 1, t06.Milestones.Extensions.Count)

	x := t06.Directives.Rows[0]
	assert.Equal(t, 1, x.Signed.Days)
	assert.False(t, x.SignLate)
	assert.Equal(t, 6, x.Answered.Days, "ten working days less the Spring Festival, with two Sundays worked")
	assert.True(t, x.AnswerLate)
	assert.True(t, t05.Directives.Rows[0].SignLate, "never signed for")
	assert.True(t, t05.Directives.Rows[0].Overdue)
	assert.Equal(t, 1, r.Totals.Sums.Directives.Overdue.Count)

	targets := map[ledger.LocalID]projections.ReviewTarget{}
	for _, x := range t01.Targets {
		targets[x.Target] = x
	}
	assert.Equal(t, projections.TargetMet, targets["Q01"].Claimed, "18 is at most 20")
	assert.Equal(t, projections.TargetNotMet, targets["Q01"].Verified, "21 was found")
	assert.InDelta(t, 18, targets["Q01"].Readings[0].Value, 0, "of the latest day")
	assert.InDelta(t, 21, targets["Q01"].Readings[0].Judged.Value, 0, "claim and verification stand apart")
	assert.Equal(t, 2, targets["Q01"].Reported.Count)
	assert.Equal(t, projections.TargetUnset, targets["Q02"].Claimed, "nobody reported, and nothing says by when")
	assert.Equal(t, projections.TargetNotMet, targets["Q03"].Claimed)
	assert.Equal(t, projections.TargetNoEvidence, targets["Q03"].Verified, "nobody looked")
	assert.Equal(t, 1, drc.Praised.Count)
	assert.Equal(t, 1, t01.Measures.Praised.Count)
	assert.Equal(t, 2, r.Totals.Sums.Measures.Praised.Count)
	assert.Equal(t, 1, t06.Measures.Received.Count)

	assert.Equal(t, 1, t06.Measures.Granted.Count)
	assert.Equal(t, 1, t06.Measures.InForce.Count)
	assert.Equal(t, 1, r.Totals.Sums.Measures.Notices.Count)
	assert.Equal(t, 1, r.Totals.Meetings.Count)
	assert.Equal(t, 1, commerce.Absent.Count)
	assert.Equal(t, projections.PlanApproved, drc.Plans[0].State)
	assert.Equal(t, projections.PlanMissing, commerce.Plans[0].State)
}

// Days in each light are the days of the period, and every figure that is not
// nothing names statements that were on record.
func TestEveryFigureNamesItsStatements(t *testing.T) {
	check := func(r projections.PeriodReview) {
		var doc any
		require.NoError(t, json.Unmarshal(r.Encode(), &doc))
		cited := 0
		var walk func(path string, v any)
		walk = func(path string, v any) {
			switch x := v.(type) {
			case []any:
				for _, e := range x {
					walk(path, e)
				}
			case map[string]any:
				if n, ok := x["count"].(float64); ok && n > 0 {
					require.NotEmpty(t, x["from"], "%s counts %v of nothing", path, n)
				}
				if from, ok := x["from"].([]any); ok {
					last := 0.0
					for _, e := range from {
						require.Greater(t, e.(float64), last, "%s: in order, each once", path)
						last = e.(float64)
						cited++
					}
					require.LessOrEqual(t, last, float64(r.Sequence), path)
				}
				for name, e := range x {
					walk(path+"/"+name, e)
				}
			}
		}
		walk("", doc)
		assert.NotZero(t, cited)
		for _, u := range r.Units {
			for _, task := range u.Tasks {
				days, runs, months := 0, 0, 0
				for _, l := range task.Lights {
					days += l.Days
					months += l.Months
					require.NotEmpty(t, l.From)
				}
				for _, x := range task.Runs {
					runs += x.Days
				}
				require.Equal(t, days, runs)
				require.Equal(t, len(task.Months), months)
				require.LessOrEqual(t, days, r.End.DaysSince(r.From)+1)
			}
		}
	}
	d := quarter(t)
	check(d.review(d.query()))
	for seed := range uint64(histories) {
		records := recorded(t, seed)
		f := foldOf(t, records)
		q := projections.ReviewQuery{From: f.State.Charter.From, To: f.State.Charter.To, AsOf: max(f.State.Charter.From, ledger.DateOf(f.State.Index.Latest)), Sequence: uint64(len(records))}
		r, err := q.Rebuild(sequence(records))
		require.NoError(t, err)
		check(r)

		data, err := json.Marshal(f.State)
		require.NoError(t, err)
		again := projections.CampaignProjection().Init()
		require.NoError(t, json.Unmarshal(data, again))
		from, err := again.Review(q)
		require.NoError(t, err)
		require.Equal(t, r.Digest(), from.Digest(), "history %d: from a snapshot too", seed)

		back := projections.PeriodReview{}
		require.NoError(t, json.Unmarshal(r.Encode(), &back))
		require.Equal(t, string(r.Encode()), string(back.Encode()), "what is read back is the same")
	}
}

// What is said later changes no review of what was known before.
func TestAReviewRestsOnTheRecordsThatItNames(t *testing.T) {
	for seed := range uint64(histories) {
		records := recorded(t, seed)
		cut := uint64(len(records) / 2)
		f := foldOf(t, records[:cut])
		q := projections.ReviewQuery{From: f.State.Charter.From, To: f.State.Charter.To, AsOf: max(f.State.Charter.From, ledger.DateOf(f.State.Index.Latest)), Sequence: cut}
		then, err := f.State.Review(q)
		require.NoError(t, err)
		later, err := q.Rebuild(sequence(records))
		require.NoError(t, err)
		require.Equal(t, then.Digest(), later.Digest(), "history %d", seed)
	}
}

func TestWhatNoReviewIsMadeOf(t *testing.T) {
	d := quarter(t)
	for rule, change := range map[string]func(*projections.ReviewQuery){
		"report.term":     func(q *projections.ReviewQuery) { q.From, q.To = q.To, q.From },
		"report.within":   func(q *projections.ReviewQuery) { q.From = "2023-12-01" },
		"report.as-of":    func(q *projections.ReviewQuery) { q.From, q.AsOf = "2024-02-01", "2024-01-31" },
		"unit.known":      func(q *projections.ReviewQuery) { q.Units = []ledger.UnitID{"fgw", "nobody"} },
		"report.sequence": func(q *projections.ReviewQuery) { q.Sequence = 900 },
		"date":            func(q *projections.ReviewQuery) { q.To = "2024-02-30" },
		"charter.first":   func(q *projections.ReviewQuery) { q.Sequence = 0 },
	} {
		q := d.query()
		change(&q)
		_, err := q.Rebuild(sequence(d.records))
		require.ErrorIs(t, err, &ledger.Error{Rule: rule})
	}
	q := d.query()
	q.Units = []ledger.UnitID{"swj", "fgw", "swj"}
	r := d.review(q)
	require.Len(t, r.Units, 2, "each once")
	assert.Equal(t, 3, r.Totals.Tasks)
}

func BenchmarkReview(b *testing.B) {
	d := quarter(b)
	f := foldOf(b, d.records)
	for b.Loop() {
		_, err := f.State.Review(d.query())
		require.NoError(b, err)
	}
}

func TestDifferencesOfReviewsAreNamed(t *testing.T) {
	d := quarter(t)
	one := d.review(d.query())
	two := d.review(d.query())
	assert.Empty(t, projections.ReviewDifferences(one.Encode(), two.Encode()))
	two.Units[0].Tasks[1].Status.Light = ledger.Green
	two.Units[0].Tasks[1].Progress.Verified = nil
	assert.Equal(t, []string{`/units/0/tasks/1/progress/verified: {"claimed":45,"false":true,"from":[32,35],"gap":15,"on":"2024-03-04","percent":3…, nothing`,
		`/units/0/tasks/1/status/light: "red", "green"`}, projections.ReviewDifferences(one.Encode(), two.Encode()))
	assert.Equal(t, []string{"the same values in other bytes"}, projections.ReviewDifferences(one.Encode(), append(one.Encode(), '\n')))
	assert.Len(t, projections.ReviewDifferences(one.Encode(), []byte("x")), 1)
}

// A period that goes on: lights are those of the last day that is known, what is not
// due yet is neither early nor late, and no day is counted that has not come.
func TestAPeriodThatGoesOn(t *testing.T) {
	d := quarter(t)
	q := d.query()
	q.To, q.AsOf = "2024-06-30", "2024-04-02"
	r := d.review(q)
	assert.Equal(t, ledger.Date("2024-04-02"), r.End)
	t06 := r.Units[0].Tasks[1]
	last := t06.Milestones.Rows[len(t06.Milestones.Rows)-1]
	assert.Equal(t, ledger.LocalID("M2"), last.Milestone)
	assert.Equal(t, projections.NotDue, last.State)
	assert.Equal(t, ledger.Date("2024-05-01"), last.First, "an extension moved it")
	days := 0
	for _, l := range t06.Lights {
		days += l.Days
	}
	assert.Equal(t, 92, days, "2 January to 2 April")
	assert.Len(t, t06.Reports.Rows, 3, "no report is owed for months to come")
}

// Trap 7: a unit that was renamed is called what it was called then, one that was
// succeeded keeps its duties under its own id.
func TestAReviewOfUnitsThatChange(t *testing.T) {
	d := quarter(t)
	d.on("2024-04-03").say(ggb, "fgw", "", &ledger.UnitRenamed{Party: fgw, Name: "市发展改革局", From: "2024-04-03", Reason: "机构改革"})
	d.say(ggb, "swj", "", &ledger.UnitSucceeded{By: "fgw", From: "2024-04-10", Reason: "机构改革"})
	q := d.query()
	q.To, q.AsOf = "2024-04-30", "2024-04-30"
	r := d.review(q)
	assert.Equal(t, "市发展改革局", r.Units[0].Name)
	assert.Equal(t, ledger.UnitID("fgw"), r.Units[1].Acting)
	assert.Len(t, r.Units[1].Tasks, 1, "its task stays on its own trail")
	q.To, q.AsOf = "2024-03-31", "2024-03-31"
	r = d.review(q)
	assert.Equal(t, "市发改委", r.Units[0].Name)
	assert.Empty(t, r.Units[1].Acting)
}
