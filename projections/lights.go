package projections

import (
	"time"

	"ducha/ledger"
)

// MonthLight (月末灯) is a task's light at the end of a month, or now for the month
// that runs.
type MonthLight struct {
	Month ledger.Month `json:"month"`
	Light ledger.Light `json:"light"`
	Life  Life         `json:"life"`
}

// MonthLights are a task's lights month by month, from the month in which it was
// assigned up to an instant. Each is judged by the policy of its day, on what this
// state of the campaign has of it: under a declared clock what was handed in later
// for an earlier day counts, so that it may differ from what was seen then.
func (c *Campaign) MonthLights(t *Task, at time.Time) []MonthLight {
	return c.monthLights(t, at, &memory{})
}

// MonthLightsOf are those of many tasks, which takes less than asking for each.
func (c *Campaign) MonthLightsOf(tasks []*Task, at time.Time) map[ledger.TaskID][]MonthLight {
	known, all := &memory{}, map[ledger.TaskID][]MonthLight{}
	for _, t := range tasks {
		all[t.ID] = c.monthLights(t, at, known)
	}
	return all
}

func (c *Campaign) monthLights(t *Task, at time.Time, known *memory) []MonthLight {
	if t.Assigned.Sequence == 0 || !t.Assigned.by(at) {
		return nil
	}
	var list []MonthLight
	last := ledger.MonthOf(at)
	for m := ledger.MonthOf(t.Assigned.At); m <= last; m = m.Add(1) {
		end := m.Last().End()
		if m == last {
			end = at
		}
		s := c.judge(t, end, known)
		list = append(list, MonthLight{m, s.Light, s.Life})
	}
	return list
}
