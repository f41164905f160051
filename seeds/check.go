package seeds

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ducha/ledger"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// cited is how a cite is written; the package comment says what it means.
var cited = regexp.MustCompile(`^[一二三四五六七八九十]+(\([一二三四五六七八九十]+\))?(·[1-9][0-9]*)?$`)

// directions are the ops that a shape may have; none means that it has no op and
// no number.
var directions = map[ledger.TargetShape][]string{
	"rank":           {"le"},
	"ratio":          {"le", "ge"},
	"count-per-year": {"ge"},
	"count":          {"ge", "le", "gt"},
	"average-growth": {"ge", "gt"},
	"multiple":       {"ge", "gt"},
	"exact":          {"eq"},
	"nested-count":   {"ge", "gt"},
	"each":           {"le", "ge", "eq", "gt"},
	"band":           {"in"},
	"pass-fail":      nil,
}

// checker gathers the faults of a plan, each with the line of the entry it is in.
type checker struct {
	Plan
	faults Faults
	seen   map[string]string // id: what has it
}

// Faults are what is wrong with a plan, in the order of its lines.
type Faults []Fault

// Fault is one thing that is wrong: what was found, and what would pass.
type Fault struct {
	Line int    `json:"line,omitempty"` // of the file; 0: of no line
	Text string `json:"text"`
}

func (f Fault) Error() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Text)
}

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted are the faults as an error, nil when there is none.
func (fs Faults) sorted() error {
	if len(fs) == 0 {
		return nil
	}
	slices.SortStableFunc(fs, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return fs
}

// unreadable is an error of the YAML library as a fault with its line.
func unreadable(err error) Faults {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return Faults{{Text: err.Error()}}
	}
	t := e.GetToken()
	return Faults{{t.Position.Line, fmt.Sprintf("found %q: %s: want YAML as `ducha plan schema` has it", t.Value, e.GetMessage())}}
}

// check finds what does not fit together in a plan.
func check(p Plan) error {
	c := &checker{Plan: p, seen: map[string]string{}}
	c.head()
	c.units()
	c.people()
	c.tasks()
	c.targets()
	c.rest()
	return c.faults.sorted()
}

// fault notes what is wrong with the entry at a path, $.tasks[3].
func (c *checker) fault(at, format string, args ...any) {
	c.faults = append(c.faults, Fault{c.line(at), fmt.Sprintf(format, args...)})
}

// line is where the entry at a path begins, 0 when it is not there.
func (p Plan) line(at string) int {
	path, err := yaml.PathString(at)
	if err != nil || p.file == nil {
		return 0
	}
	node, err := path.FilterFile(p.file)
	if err != nil || node == nil {
		return 0
	}
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		node = m.Values[0].Key // a block's own token is its first colon
	}
	return node.GetToken().Position.Line
}

// entry holds what every entry needs: an id of its own, a name, a cite.
func (c *checker) entry(at, what, id, name, cite string) {
	switch {
	case id == "":
		c.fault(at, "%s %q has no id", what, name)
	case c.seen[id] != "":
		c.fault(at, "%s %s: the id is a %s's already", what, id, c.seen[id])
	default:
		c.seen[id] = what
	}
	if name == "" {
		c.fault(at, "%s %s has no name", what, id)
	}
	c.cite(at, what+" "+id, cite)
}

// cite holds a plan that promises to cite its articles to it.
func (c *checker) cite(at, what, cite string) {
	switch {
	case c.Cites != "articles":
	case cite == "":
		c.fault(at, "%s cites no article of the plan", what)
	case !cited.MatchString(cite):
		c.fault(at, "%s cites %q: want an article, as 二·1, 四(二) or 三(三)·5", what, cite)
	}
}

// is says whether an id is that of an entry of a kind.
func (c *checker) is(what, id string) bool { return id != "" && c.seen[id] == what }

func (c *checker) head() {
	if c.Campaign == "" || c.Title == "" || c.Basis == "" {
		c.fault("$", "want a campaign id, a title and a basis")
	}
	if c.Cites != "" && c.Cites != "articles" {
		c.fault("$.cites", "cites is %q: want articles, or nothing", c.Cites)
	}
	c.cite("$.headquarters", "the headquarters", c.Headquarters.Cite)
	c.term()
	for i, a := range c.Actions {
		c.entry(fmt.Sprintf("$.actions[%d]", i), "action", a.ID, a.Name, a.Cite)
	}
}

func (c *checker) units() {
	leads := map[ledger.UnitID]bool{}
	for _, t := range c.Tasks {
		leads[t.Lead] = true
	}
	for i, u := range c.Units {
		at := fmt.Sprintf("$.units[%d]", i)
		c.entry(at, "unit", string(u.ID), u.Name, u.Cite)
		isOffice := u.ID == c.Headquarters.Office
		switch {
		case !slices.Contains([]string{"lead", "office", "member", "responsible"}, u.Role):
			c.fault(at, "unit %s has the role %q: want lead, office, member or responsible", u.ID, u.Role)
		case isOffice != (u.Role == "office"):
			c.fault(at, "unit %s has the role %q, and the headquarters' office is %q: want the role office for that unit alone", u.ID, u.Role, c.Headquarters.Office)
		case !isOffice && leads[u.ID] != (u.Role == "lead"):
			c.fault(at, "unit %s has the role %q: want lead when it leads a task, member or responsible when it leads none", u.ID, u.Role)
		}
	}
	if !c.is("unit", string(c.Headquarters.Office)) {
		c.fault("$.headquarters", "the headquarters' office %q is no unit of the plan", c.Headquarters.Office)
	}
}

func (c *checker) tasks() {
	for i, t := range c.Tasks {
		at := fmt.Sprintf("$.tasks[%d]", i)
		c.entry(at, "task", string(t.ID), t.Name, t.Cite)
		if !c.is("unit", string(t.Lead)) {
			c.fault(at, "task %s is led by %q, which is no unit of the plan", t.ID, t.Lead)
		}
		for _, u := range t.Responsible {
			if !c.is("unit", string(u)) {
				c.fault(at, "task %s names the responsible unit %q, which is no unit of the plan", t.ID, u)
			}
		}
		if t.Action != "" && !c.is("action", t.Action) {
			c.fault(at, "task %s belongs to action %q, which is not in the plan", t.ID, t.Action)
		}
		for k, m := range t.Measures {
			c.entry(fmt.Sprintf("%s.measures[%d]", at, k), "measure", string(m.ID), m.Name, m.Cite)
		}
	}
}

func (c *checker) targets() {
	for i, t := range c.Targets {
		at := fmt.Sprintf("$.targets[%d]", i)
		c.entry(at, "target", string(t.ID), t.Subject, t.Cite)
		if !c.is("task", string(t.Task)) {
			c.fault(at, "target %s is of task %q, which is not in the plan", t.ID, t.Task)
		}
		c.shape(at, t)
		if t.Measures < 1 {
			c.fault(at, "target %s has %d measures: want 1 or more", t.ID, t.Measures)
		}
	}
}

// shape holds a target's op, number and inclusion to its shape.
func (c *checker) shape(at string, t Target) {
	ops, known := directions[t.Shape]
	numbered := len(ops) > 0 && t.Shape != "band"
	switch {
	case !known:
		c.fault(at, "target %s has the shape %q: want rank, ratio, count-per-year, count, average-growth, multiple, exact, nested-count, pass-fail, band or each", t.ID, t.Shape)
		return
	case numbered && t.Value == nil:
		c.fault(at, "target %s is a %s and has no number", t.ID, t.Shape)
	case !numbered && t.Value != nil:
		c.fault(at, "target %s is a %s and has a number: want none", t.ID, t.Shape)
	}
	switch {
	case len(ops) == 0 && t.Op != "":
		c.fault(at, "target %s is a %s and has a direction: want no op", t.ID, t.Shape)
	case len(ops) > 0 && t.Op == "":
		c.fault(at, "target %s is a %s and has no direction: want op %s", t.ID, t.Shape, strings.Join(ops, " or "))
	case len(ops) > 0 && !slices.Contains(ops, t.Op):
		c.fault(at, "target %s is a %s with op %q: want %s", t.ID, t.Shape, t.Op, strings.Join(ops, " or "))
	case t.Inclusive != (t.Op == "le" || t.Op == "ge"):
		c.fault(at, "target %s has op %q and inclusive %t: want true with le and ge, false with the others", t.ID, t.Op, t.Inclusive)
	}
}

func (c *checker) rest() {
	for i, m := range c.Milestones {
		at := fmt.Sprintf("$.milestones[%d]", i)
		c.entry(at, "milestone", string(m.Task)+"/"+string(m.ID), m.Name, m.Cite)
		if !c.is("task", string(m.Task)) {
			c.fault(at, "milestone %s is of task %q, which is not in the plan", m.ID, m.Task)
		}
	}
	for i, r := range c.Rules {
		c.entry(fmt.Sprintf("$.rules[%d]", i), "rule", r.ID, r.Name, r.Cite)
	}
	for i, q := range c.Questions {
		at := fmt.Sprintf("$.questions[%d]", i)
		c.entry(at, "question", string(q.ID), q.Text, q.Cite)
		if len(q.About) == 0 {
			c.fault(at, "question %s is about nothing: want the ids of what it is about", q.ID)
		}
		for _, about := range q.About {
			if c.seen[string(about)] == "" {
				c.fault(at, "question %s is about %q, which is not in the plan", q.ID, about)
			}
		}
	}
}
