package projections

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
)

// Diff (对比) is what changed of a unit or of a task between two instants, each as it
// was known then. Nothing is ever deleted: Deleted lists what the later state lacks,
// and is empty for every ledger that is intact.
type Diff struct {
	From    time.Time    `json:"from"`
	To      time.Time    `json:"to"`
	Added   []Entry      `json:"added"`   // statements, in their order
	Deleted []ledger.Ref `json:"deleted"` // none
	Changes []Change     `json:"changes"`
}

// Change is one thing that is another one now. Path names it: tasks.T06.light,
// directives.<id>.state; what was not there, or is not there any more, is absent.
type Change struct {
	Path string `json:"path"`
	From any    `json:"from,omitempty"`
	To   any    `json:"to,omitempty"`
}

// DiffUnit compares a unit as an earlier and as a later state of the same ledger have it.
func DiffUnit(unit ledger.UnitID, a *Campaign, from time.Time, b *Campaign, to time.Time) Diff {
	return diff(a, from, b, to, func(e Entry) bool { return e.Unit == unit }, func(c *Campaign, at time.Time) map[string]any {
		return c.unitView(unit, at)
	})
}

// DiffTask compares a task likewise.
func DiffTask(task ledger.TaskID, a *Campaign, from time.Time, b *Campaign, to time.Time) Diff {
	return diff(a, from, b, to, func(e Entry) bool { return e.Task == task }, func(c *Campaign, at time.Time) map[string]any {
		return c.taskView(task, at)
	})
}

func diff(a *Campaign, from time.Time, b *Campaign, to time.Time, about func(Entry) bool, view func(*Campaign, time.Time) map[string]any) Diff {
	d := Diff{From: from, To: to, Added: []Entry{}, Deleted: []ledger.Ref{}, Changes: []Change{}}
	for id, e := range b.Index.Statements {
		if _, known := a.Index.Statements[id]; !known && about(e) {
			d.Added = append(d.Added, e)
		}
	}
	for id, e := range a.Index.Statements {
		if _, known := b.Index.Statements[id]; !known && about(e) {
			d.Deleted = append(d.Deleted, id)
		}
	}
	slices.SortFunc(d.Added, func(x, y Entry) int { return int(x.Sequence) - int(y.Sequence) })
	slices.SortFunc(d.Deleted, func(x, y ledger.Ref) int { return strings.Compare(x.String(), y.String()) })
	d.Changes = changes(flat(view(a, from)), flat(view(b, to)))
	return d
}

// ChangesOf are a unit's changes between two instants as one state of the campaign has
// them: what [DiffUnit] finds, where nothing counts from earlier than it was recorded.
func (c *Campaign) ChangesOf(unit ledger.UnitID, from, to time.Time) []Change {
	return changes(c.FlatUnit(unit, from), c.FlatUnit(unit, to))
}

// changes are the leaves that differ, in the order of their paths.
func changes(was, is map[string]any) []Change {
	list := []Change{}
	paths := slices.Collect(maps.Keys(was))
	for path := range is {
		if _, both := was[path]; !both {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		if fmt.Sprint(was[path]) != fmt.Sprint(is[path]) {
			list = append(list, Change{path, was[path], is[path]})
		}
	}
	return list
}

// Apply gives what a view would be after the changes, flattened: the law that a
// difference holds all there is.
func (d Diff) Apply(was map[string]any) map[string]any {
	is := maps.Clone(was)
	for _, c := range d.Changes {
		if c.To == nil {
			delete(is, c.Path)
			continue
		}
		is[c.Path] = c.To
	}
	return is
}

// FlatUnit and FlatTask are what [DiffUnit] and [DiffTask] compare, by path.
func (c *Campaign) FlatUnit(u ledger.UnitID, at time.Time) map[string]any {
	return flat(c.unitView(u, at))
}

// FlatTask: see [Campaign.FlatUnit].
func (c *Campaign) FlatTask(t ledger.TaskID, at time.Time) map[string]any {
	return flat(c.taskView(t, at))
}

// unitView is all that the ledger shows of a unit at an instant.
func (c *Campaign) unitView(unit ledger.UnitID, at time.Time) map[string]any {
	s := c.UnitAt(unit, at)
	tasks := map[string]any{}
	for _, t := range s.Tasks {
		tasks[string(t.Task)] = c.taskView(t.Task, at)
	}
	s.Tasks = nil
	view := c.about(at, func(u ledger.UnitID, _ ledger.TaskID) bool { return u == unit })
	view["unit"], view["tasks"] = s, tasks
	if p, ok := c.Charter.PolicyAt(at); ok {
		view["policy"] = map[string]any{"name": p.Name, "record": p.Sequence}
	}
	return view
}

// taskView is all that the ledger shows of a task at an instant.
func (c *Campaign) taskView(id ledger.TaskID, at time.Time) map[string]any {
	t := c.Tasks[id]
	if t == nil || !t.Assigned.by(at) {
		return map[string]any{}
	}
	view := c.about(at, func(_ ledger.UnitID, x ledger.TaskID) bool { return x == id })
	s := c.Judge(t, at)
	view["light"], view["life"], view["name"], view["slow"], view["severe"] = s.Light, s.Life, s.Name, s.Slow, s.Severe
	view["figures"], view["responsible"] = s.Figures, t.ResponsibleAt(at)
	milestones, targets, blockers := map[string]any{}, map[string]any{}, map[string]any{}
	for i := range t.Milestones {
		if m := &t.Milestones[i]; m.by(at) {
			milestones[string(m.ID)] = map[string]any{"due": m.DueAt(at).Date, "percent": m.Percent, "reached": m.Reached != nil && m.Reached.by(at)}
		}
	}
	for _, target := range t.Targets {
		if !target.by(at) {
			continue
		}
		readings := map[string]any{}
		for _, r := range target.Readings {
			if r.by(at) {
				readings[strings.Trim(fmt.Sprintf("%s.%s", r.Measure, r.Of), ".")] = r.Value
			}
		}
		targets[string(target.Target)] = map[string]any{"set": true, "readings": readings}
	}
	for _, b := range t.Blockers {
		if b.by(at) {
			blockers[b.ID.String()] = map[string]any{"what": b.What, "accepted": b.Accepted && b.Decided.by(at), "cleared": b.Cleared != nil && b.Cleared.by(at)}
		}
	}
	var lists []string
	for _, l := range c.Charter.Lists {
		if l.by(at) && slices.Contains(l.Tasks, id) {
			lists = append(lists, fmt.Sprintf("%d (record %d)", l.Year, l.Sequence))
		}
	}
	view["milestones"], view["targets"], view["blockers"], view["lists"] = milestones, targets, blockers, lists
	return view
}

// about gathers what the headquarters did: directives, notices, cards.
func (c *Campaign) about(at time.Time, is func(ledger.UnitID, ledger.TaskID) bool) map[string]any {
	directives, notices, cards := map[string]any{}, map[string]any{}, map[string]any{}
	for id, d := range c.Directives {
		if is(d.Unit, d.Task) && d.by(at) {
			directives[id.String()] = map[string]any{"text": d.Text, "state": d.StateAt(at)}
		}
	}
	for id, n := range c.Escalations.Notices {
		if is(n.Unit, n.Task) && n.by(at) {
			notices[id.String()] = map[string]any{"issued": n.Issued != nil && n.Issued.by(at), "number": n.Number, "revoked": n.Revoked != nil && n.Revoked.by(at)}
		}
	}
	for id, card := range c.Escalations.Cards {
		if is(card.Unit, card.Task) && card.by(at) {
			cards[id.String()] = map[string]any{"state": c.Escalations.CardStateAt(card, at), "colour": card.Colour, "until": card.Until}
		}
	}
	return map[string]any{"directives": directives, "notices": notices, "cards": cards}
}

// Flat puts the leaves of a value that encodes to JSON under their paths.
func Flat(v any) map[string]any { return flat(v) }

// flat puts a value's leaves under their paths.
func flat(v any) map[string]any {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("projections: a view does not encode: %v", err)) // views are made to encode
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		panic(fmt.Sprintf("projections: a view does not decode: %v", err))
	}
	out := map[string]any{}
	leaves(out, "", tree)
	return out
}

func leaves(out map[string]any, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			leaves(out, strings.TrimPrefix(path+"."+name, "."), x)
		}
	case []any:
		var words []string
		for _, x := range v {
			words = append(words, fmt.Sprint(x))
		}
		if len(words) > 0 {
			out[path] = strings.Join(words, ", ")
		}
	case nil:
	default:
		out[path] = v
	}
}
