package projections_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shaped is a campaign with one target and its readings.
type shaped struct {
	c *projections.Campaign
	n uint64
}

func target(set ledger.TargetSet) *shaped {
	s := &shaped{c: projections.CampaignProjection().Init()}
	set.Target = "Q"
	s.c.Tasks["T"] = &projections.Task{ID: "T", Lead: "fgw", Assigned: s.stamp(),
		Targets: []projections.Target{{Stamp: s.stamp(), TargetSet: set}}}
	return s
}

func (s *shaped) stamp() projections.Stamp {
	s.n++
	return projections.Stamp{ID: uuid.UUID{15: byte(s.n), 14: byte(s.n >> 8)}, Sequence: s.n, At: time.Date(2024, 1, 1, 0, int(s.n), 0, 0, time.UTC), By: "units/fgw"}
}

func (s *shaped) read(r ledger.IndicatorReported) *shaped {
	if r.AsOf == "" {
		r.AsOf = "2024-06-30"
	}
	t := &s.c.Tasks["T"].Targets[0]
	t.Readings = append(t.Readings, projections.Reading{Stamp: s.stamp(), IndicatorReported: r})
	return s
}

func (s *shaped) judge(j ledger.IndicatorJudged) *shaped {
	t := &s.c.Tasks["T"].Targets[0]
	r := &t.Readings[len(t.Readings)-1]
	stamp := s.stamp()
	stamp.By = "inspectors/ducha-1"
	r.Judged = append(r.Judged, projections.Judgement{Stamp: stamp, IndicatorJudged: j})
	return s
}

func (s *shaped) at(t *testing.T, day ledger.Date) projections.TargetStatus {
	t.Helper()
	list := s.c.Targets(day.End())
	require.Len(t, list, 1)
	return list[0]
}

func number(v float64) *float64 { return &v }

// Plan 二: the shapes and directions as the plan has them. 以上 and 以内 include the
// number (民法典 §1259), 超过 does not.
func TestShapesAndTheirDirections(t *testing.T) {
	yes, no := true, false
	type reading = ledger.IndicatorReported
	for _, c := range []struct {
		name     string
		set      ledger.TargetSet
		readings []reading
		want     projections.TargetState
	}{
		{"rank, at most: 前20名", ledger.TargetSet{Shape: "rank", Op: "le", Value: number(20)}, []reading{{Value: 20}}, projections.TargetMet},
		{"rank: lower is better", ledger.TargetSet{Shape: "rank", Op: "le", Value: number(20)}, []reading{{Value: 21}}, projections.TargetNotMet},
		{"ratio, 60%以内", ledger.TargetSet{Shape: "ratio", Op: "le", Value: number(60)}, []reading{{Value: 60}}, projections.TargetMet},
		{"ratio, over", ledger.TargetSet{Shape: "ratio", Op: "le", Value: number(60)}, []reading{{Value: 60.01}}, projections.TargetNotMet},
		{"average growth, 18%以上", ledger.TargetSet{Shape: "average-growth", Op: "ge", Value: number(18)}, []reading{{Value: 18}}, projections.TargetMet},
		{"count in the campaign", ledger.TargetSet{Shape: "count", Op: "ge", Value: number(2), Period: "攻坚期"}, []reading{{Value: 1}}, projections.TargetNotMet},
		{"exactly: AAA 1家 has no 以上", ledger.TargetSet{Shape: "exact", Op: "eq", Value: number(1)}, []reading{{Value: 1}}, projections.TargetMet},
		{"exactly: two are not one", ledger.TargetSet{Shape: "exact", Op: "eq", Value: number(1)}, []reading{{Value: 2}}, projections.TargetNotMet},
		{"双翻番: both doubled", doubled(), []reading{{Measure: "visitors", Value: 2}, {Measure: "income", Value: 2}}, projections.TargetMet},
		{"双翻番: not once fourfold", doubled(), []reading{{Measure: "visitors", Value: 4}, {Measure: "income", Value: 1}}, projections.TargetNotMet},
		{"双翻番: one of two is no evidence", doubled(), []reading{{Measure: "visitors", Value: 4}}, projections.TargetNoEvidence},
		{"nested: 3个以上进入前20名", zones(), []reading{{Of: "甲", Value: 20}, {Of: "乙", Value: 3}, {Of: "丙", Value: 19}}, projections.TargetMet},
		{"nested: 21st is not in", zones(), []reading{{Of: "甲", Value: 21}, {Of: "乙", Value: 3}, {Of: "丙", Value: 19}}, projections.TargetNotMet},
		{"nested: the count itself", zones(), []reading{{Value: 3}}, projections.TargetMet},
		{"each, 超百亿: 100 is not over", ledger.TargetSet{Shape: "each", Op: "gt", Value: number(100)}, []reading{{Of: "甲县", Value: 101}, {Of: "乙县", Value: 100}}, projections.TargetNotMet},
		{"each, all of them", ledger.TargetSet{Shape: "each", Op: "gt", Value: number(100)}, []reading{{Of: "甲县", Value: 101}, {Of: "乙县", Value: 100.5}}, projections.TargetMet},
		{"pass", ledger.TargetSet{Shape: "pass-fail"}, []reading{{Met: &yes}}, projections.TargetMet},
		{"fail", ledger.TargetSet{Shape: "pass-fail"}, []reading{{Met: &no}}, projections.TargetNotMet},
		{"a band has no number: 第一方阵", ledger.TargetSet{Shape: "band", Op: "in", Unit: "第一方阵"}, []reading{{Met: &yes, Value: 3}}, projections.TargetMet},
		{"the last reading counts", ledger.TargetSet{Shape: "rank", Op: "le", Value: number(20)}, []reading{{Value: 25, AsOf: "2024-06-30"}, {Value: 18, AsOf: "2024-12-31"}}, projections.TargetMet},
		{"and not the one reported last", ledger.TargetSet{Shape: "rank", Op: "le", Value: number(20)}, []reading{{Value: 18, AsOf: "2024-12-31"}, {Value: 25, AsOf: "2024-06-30"}}, projections.TargetMet},
		{"nothing reported, nothing says by when", ledger.TargetSet{Shape: "rank", Op: "le", Value: number(20)}, nil, projections.TargetUnset},
		{"nothing reported of what is due each year", ledger.TargetSet{Shape: "count-per-year", Op: "ge", Value: number(5), Period: "每年"}, nil, projections.TargetNoEvidence},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := target(c.set)
			for _, r := range c.readings {
				s.read(r)
			}
			got := s.at(t, "2025-06-30")
			assert.Equal(t, c.want, got.Claimed)
			want := projections.TargetUnset
			if c.set.Period != "" || len(c.readings) > 0 {
				want = projections.TargetNoEvidence
			}
			assert.Equal(t, want, got.Verified, "nobody judged it")
		})
	}
}

func doubled() ledger.TargetSet {
	return ledger.TargetSet{Shape: "multiple", Op: "ge", Value: number(2), Measures: []ledger.Measure{{ID: "visitors", Name: "游客人数"}, {ID: "income", Name: "旅游综合收入"}}}
}

func zones() ledger.TargetSet {
	return ledger.TargetSet{Shape: "nested-count", Op: "ge", Value: number(3), Each: &ledger.Condition{Op: "le", Value: 20}}
}

// A yearly count begins anew every year: 每年5项以上.
func TestAYearlyCountBeginsAnew(t *testing.T) {
	s := target(ledger.TargetSet{Shape: "count-per-year", Op: "ge", Value: number(5), Period: "每年"})
	s.read(ledger.IndicatorReported{Value: 3, AsOf: "2024-09-30"})
	assert.Equal(t, projections.TargetRunning, s.at(t, "2024-10-01").Claimed, "the year is not over")
	assert.Equal(t, projections.TargetNotMet, s.at(t, "2025-01-01").Claimed, "it is over")
	s.read(ledger.IndicatorReported{Value: 6, AsOf: "2024-12-31"})
	assert.Equal(t, projections.TargetMet, s.at(t, "2025-01-01").Claimed)
	s.read(ledger.IndicatorReported{Value: 1, AsOf: "2025-03-31"})
	assert.Equal(t, projections.TargetRunning, s.at(t, "2025-06-30").Claimed, "2024's six do not count for 2025")
	s.read(ledger.IndicatorReported{Value: 5, AsOf: "2025-11-30"})
	assert.Equal(t, projections.TargetMet, s.at(t, "2025-12-01").Claimed)
}

// What is claimed and what was found never mix.
func TestClaimAndVerificationStandApart(t *testing.T) {
	s := target(ledger.TargetSet{Shape: "rank", Op: "le", Value: number(20)})
	s.read(ledger.IndicatorReported{Value: 18})
	assert.Equal(t, projections.TargetMet, s.at(t, "2025-01-01").Claimed)
	assert.Equal(t, projections.TargetNoEvidence, s.at(t, "2025-01-01").Verified)
	s.judge(ledger.IndicatorJudged{Holds: false, Value: number(22), Reason: "公布为二十二"})
	assert.Equal(t, projections.TargetMet, s.at(t, "2025-01-01").Claimed)
	assert.Equal(t, projections.TargetNotMet, s.at(t, "2025-01-01").Verified)

	yes := true
	p := target(ledger.TargetSet{Shape: "pass-fail"}).read(ledger.IndicatorReported{Met: &yes}).judge(ledger.IndicatorJudged{Holds: false, Reason: "没有批复"})
	assert.Equal(t, projections.TargetMet, p.at(t, "2025-01-01").Claimed)
	assert.Equal(t, projections.TargetNotMet, p.at(t, "2025-01-01").Verified)
	p.judge(ledger.IndicatorJudged{Holds: true, Reason: "批复已到"})
	assert.Equal(t, projections.TargetMet, p.at(t, "2025-01-01").Verified, "the last word counts")
}

// A deliberately dumb judge beside the real one, over thousands of made-up targets.
func TestADumbJudgeAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	ops := []ledger.Line{"ge", "le", "gt", "eq"}
	for range 3000 {
		set := ledger.TargetSet{Shape: []ledger.TargetShape{"rank", "ratio", "count", "exact", "average-growth", "multiple", "each"}[rng.IntN(7)],
			Op: ops[rng.IntN(len(ops))], Value: number(float64(rng.IntN(6)))}
		s := target(set)
		last := map[string]float64{}
		newest := map[string]ledger.Date{}
		for range rng.IntN(6) {
			r := ledger.IndicatorReported{Value: float64(rng.IntN(6)), AsOf: ledger.Date(fmt.Sprintf("2024-%02d-01", 1+rng.IntN(12)))}
			if set.Shape == "each" {
				r.Of = ledger.Line(string(rune('a' + rng.IntN(3))))
			}
			s.read(r)
			if r.AsOf >= newest[string(r.Of)] {
				newest[string(r.Of)], last[string(r.Of)] = r.AsOf, r.Value
			}
		}
		want := projections.TargetUnset
		if len(last) > 0 {
			want = projections.TargetMet
		}
		for _, v := range last {
			good := map[ledger.Line]bool{"ge": v >= *set.Value, "le": v <= *set.Value, "gt": v > *set.Value, "eq": v == *set.Value}[set.Op]
			if !good {
				want = projections.TargetNotMet
			}
		}
		require.Equal(t, want, s.at(t, "2025-01-01").Claimed, "%s %s %v: %v", set.Shape, set.Op, *set.Value, last)
	}
}

// All targets of the plan, at the end of the two years: each with a state of its own,
// its readings on record, and its open questions settled in the open or shown.
func TestThePlansTargets(t *testing.T) {
	c := simulated(t).State
	targets := c.Targets(c.Charter.To.End())
	require.Len(t, targets, 26)
	states := map[projections.TargetState]int{}
	questions := 0
	for _, x := range targets {
		states[x.Claimed]++
		questions += len(x.Open)
		if len(x.Readings) == 0 {
			assert.Contains(t, []projections.TargetState{projections.TargetUnset, projections.TargetNoEvidence}, x.Claimed, x.Target)
		}
		for _, r := range x.Readings {
			assert.NotZero(t, r.Record)
			assert.NotEmpty(t, r.Source)
		}
		for _, q := range x.Open {
			assert.NotZero(t, q.Settled, "%s of %s was settled", q.Question, x.Target)
		}
	}
	assert.Positive(t, states[projections.TargetMet])
	assert.Positive(t, states[projections.TargetNotMet])
	assert.Positive(t, states[projections.TargetUnset])
	assert.Positive(t, questions)
	for _, x := range c.Targets(c.Charter.From.Add(2).End()) {
		for _, q := range x.Open {
			assert.Zero(t, q.Settled, "%s is open on the third day", q.Question)
		}
	}
}

// The frozen list is the yardstick: what changed since shows, with its record.
func TestListsShowWhatChangedSince(t *testing.T) {
	c := simulated(t).State
	lists := c.ListHistory(c.Charter.To.End())
	require.Len(t, lists, 2, "one list a year")
	kinds := map[ledger.Kind]int{}
	for _, l := range lists {
		assert.Len(t, l.Versions[0].Tasks, 12)
		for _, x := range l.Since {
			kinds[x.Kind]++
			assert.Greater(t, x.Record, l.Versions[len(l.Versions)-1].Record)
		}
	}
	assert.Positive(t, kinds["extension.decided.v1"], "a date that moved is not hidden")
	assert.Positive(t, kinds["task.amended.v1"])
	assert.Positive(t, kinds["milestone.set.v1"])
}
