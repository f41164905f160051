package projections

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
)

// Scheme (考核细则) says how many points what a review counts is worth. None comes with
// the ledger: whoever scores brings a scheme of their own, and answers for it.
type Scheme struct {
	Name  string       `json:"name" yaml:"name"`
	Base  float64      `json:"base" yaml:"base"`   // 基础分
	Basis string       `json:"basis" yaml:"basis"` // 依据: who decided on it
	Items []SchemeItem `json:"items" yaml:"items"`
}

// SchemeItem is one rule of a scheme: so many points for each that a review counts.
type SchemeItem struct {
	Name   string   `json:"name" yaml:"name"`
	Count  string   `json:"count" yaml:"count"` // reports.missed, measures.praised, evidence.verified
	Points float64  `json:"points" yaml:"points"`
	Most   *float64 `json:"most,omitempty" yaml:"most"` // at most so many points, either way
}

// Score (得分) is a unit's, each point with the statements that it comes from.
type Score struct {
	Unit  ledger.UnitID `json:"id"`
	Name  string        `json:"name"`
	Score float64       `json:"score"`
	Items []ScoreItem   `json:"items"` // those that came to anything
}

// ScoreItem is what a rule came to.
type ScoreItem struct {
	Name   string   `json:"name"`
	Count  int      `json:"count"`
	Points float64  `json:"points"`
	From   []uint64 `json:"from"`
}

// Score scores the units of a review that lead a task, by a scheme, in the order of the
// review: it is no ranking. A unit without one is neither good nor bad.
func (s Scheme) Score(r PeriodReview) ([]Score, error) {
	if s.Name == "" || s.Basis == "" || len(s.Items) == 0 {
		return nil, ledger.Malform("score.scheme", "a scheme without a name, a basis or items", "name, basis (who decided on it) and items: ducha review score --example")
	}
	list := []Score{}
	for _, u := range r.Units {
		if u.NoLeadTask {
			continue
		}
		tallies := talliesOf(u.Sums)
		score := Score{Unit: u.Unit, Name: u.Name, Score: s.Base, Items: []ScoreItem{}}
		for _, i := range s.Items {
			t, ok := tallies[i.Count]
			if !ok {
				return nil, ledger.Malform("score.count", fmt.Sprintf("%s counts %q", i.Name, i.Count), "one of "+strings.Join(slices.Sorted(maps.Keys(tallies)), ", "))
			}
			points := float64(t.Count) * i.Points
			if i.Most != nil && math.Abs(points) > math.Abs(*i.Most) {
				points = math.Copysign(*i.Most, points)
			}
			if t.Count > 0 {
				score.Items = append(score.Items, ScoreItem{i.Name, t.Count, hundredths(points), t.From})
			}
			score.Score = hundredths(score.Score + points)
		}
		list = append(list, score)
	}
	return list, nil
}

// talliesOf are the counts of sums by their path in the format.
func talliesOf(s ReviewSums) map[string]Tally {
	data, err := json.Marshal(s)
	var tree map[string]any
	if err == nil {
		err = json.Unmarshal(data, &tree)
	}
	if err != nil {
		panic(fmt.Sprintf("projections: sums do not encode: %v", err)) // they are made to
	}
	out := map[string]Tally{}
	gather(out, "", tree)
	return out
}

func gather(out map[string]Tally, path string, v any) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			if one, ok := e.(map[string]any); ok && one["is"] != nil {
				gather(out, fmt.Sprintf("%s.%v", path, one["is"]), one)
			}
		}
	case map[string]any:
		if n, ok := x["count"].(float64); ok {
			t := Tally{Count: int(n)}
			t.From = union(nil, cited(x["from"], true)...)
			out[path] = t
			return
		}
		for name, e := range x {
			gather(out, strings.TrimPrefix(path+"."+name, "."), e)
		}
	}
}
