package seeds

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

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
	ZH   string `json:"zh,omitempty"` // the same in Chinese
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
		return Faults{{Text: err.Error(), ZH: "读不出:" + err.Error()}}
	}
	t := e.GetToken()
	return Faults{{Line: t.Position.Line, Text: fmt.Sprintf("found %q: %s: want YAML as `ducha plan schema` has it", t.Value, e.GetMessage()),
		ZH: fmt.Sprintf("读不出 %q(%s):须为 YAML,缩进用空格,各项如 ducha plan schema 所列", t.Value, e.GetMessage())}}
}

// undecodable names the first line that is no UTF-8: a plan that was saved in another
// encoding is not guessed at, since what it says is going to be signed.
func undecodable(data []byte) error {
	for i, l := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(l) {
			return Faults{{Line: i + 1, Text: "the line is not in UTF-8: want the file saved as UTF-8", ZH: "该行不是 UTF-8 编码(或为 GB18030):请将文件另存为 UTF-8"}}
		}
	}
	return nil
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
func (c *checker) fault(at, zh, en string, args ...any) {
	c.faults = append(c.faults, Fault{Line: c.line(at), Text: fmt.Sprintf(en, args...), ZH: fmt.Sprintf(zh, named(args)...)})
}

// named puts the Chinese terms for the parts of a plan among the words of a fault.
func named(args []any) []any {
	terms := map[string]string{"action": "行动", "unit": "单位", "task": "任务", "measure": "举措", "target": "目标", "milestone": "节点", "rule": "规则", "question": "待释义事项", "the headquarters": "指挥部"}
	out := slices.Clone(args)
	for i, a := range out {
		if s, ok := a.(string); ok {
			what, rest, more := strings.Cut(s, " ")
			switch zh, one := terms[what]; {
			case terms[s] != "":
				out[i] = terms[s]
			case more && one:
				out[i] = zh + " " + rest
			}
		}
	}
	return out
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
		c.fault(at, "%s %q 没有编号", "%s %q has no id", what, name)
	case c.seen[id] != "":
		c.fault(at, "%s %s:该编号已用于另一个%s", "%s %s: the id is a %s's already", what, id, c.seen[id])
	default:
		c.seen[id] = what
	}
	if name == "" {
		c.fault(at, "%s %s 没有名称", "%s %s has no name", what, id)
	}
	c.cite(at, what+" "+id, cite)
}

// cite holds a plan that promises to cite its articles to it.
func (c *checker) cite(at, what, cite string) {
	switch {
	case c.Cites != "articles":
	case cite == "":
		c.fault(at, "%s 未注明方案条目", "%s cites no article of the plan", what)
	case !cited.MatchString(cite):
		c.fault(at, "%s 的方案条目写作 %q:应如 二·1、四(二)、三(三)·5", "%s cites %q: want an article, as 二·1, 四(二) or 三(三)·5", what, cite)
	}
}

// is says whether an id is that of an entry of a kind.
func (c *checker) is(what, id string) bool { return id != "" && c.seen[id] == what }

func (c *checker) head() {
	if c.Campaign == "" || c.Title == "" || c.Basis == "" {
		c.fault("$", "须写攻坚战编号 campaign、名称 title、依据文号 basis", "want a campaign id, a title and a basis")
	}
	if c.Cites != "" && c.Cites != "articles" {
		c.fault("$.cites", "cites 写作 %q:应为 articles,或不写", "cites is %q: want articles, or nothing", c.Cites)
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
			c.fault(at, "单位 %s 的角色为 %q:应为 lead、office、member、responsible 之一", "unit %s has the role %q: want lead, office, member or responsible", u.ID, u.Role)
		case isOffice != (u.Role == "office"):
			c.fault(at, "单位 %s 的角色为 %q,而指挥部办公室设在 %q:只有该单位的角色为 office", "unit %s has the role %q, and the headquarters' office is %q: want the role office for that unit alone", u.ID, u.Role, c.Headquarters.Office)
		case !isOffice && leads[u.ID] != (u.Role == "lead"):
			c.fault(at, "单位 %s 的角色为 %q:有牵头任务的为 lead,没有的为 member 或 responsible", "unit %s has the role %q: want lead when it leads a task, member or responsible when it leads none", u.ID, u.Role)
		}
	}
	if !c.is("unit", string(c.Headquarters.Office)) {
		c.fault("$.headquarters", "指挥部办公室 %q 不在方案的单位之列", "the headquarters' office %q is no unit of the plan", c.Headquarters.Office)
	}
}

func (c *checker) tasks() {
	for i, t := range c.Tasks {
		at := fmt.Sprintf("$.tasks[%d]", i)
		c.entry(at, "task", string(t.ID), t.Name, t.Cite)
		if !c.is("unit", string(t.Lead)) {
			c.fault(at, "任务 %s 的牵头单位 %q 不在方案的单位之列", "task %s is led by %q, which is no unit of the plan", t.ID, t.Lead)
		}
		for _, u := range t.Responsible {
			if !c.is("unit", string(u)) {
				c.fault(at, "任务 %s 的责任单位 %q 不在方案的单位之列", "task %s names the responsible unit %q, which is no unit of the plan", t.ID, u)
			}
		}
		if t.Action != "" && !c.is("action", t.Action) {
			c.fault(at, "任务 %s 所属行动 %q 不在方案之中", "task %s belongs to action %q, which is not in the plan", t.ID, t.Action)
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
			c.fault(at, "目标 %s 所属任务 %q 不在方案之中", "target %s is of task %q, which is not in the plan", t.ID, t.Task)
		}
		c.shape(at, t)
		if t.Measures < 1 {
			c.fault(at, "目标 %s 的分项为 %d:应为 1 以上", "target %s has %d measures: want 1 or more", t.ID, t.Measures)
		}
	}
}

// shape holds a target's op, number and inclusion to its shape.
func (c *checker) shape(at string, t Target) {
	ops, known := directions[t.Shape]
	numbered := len(ops) > 0 && t.Shape != "band"
	switch {
	case !known:
		c.fault(at, "目标 %s 的类型为 %q:应为 rank、ratio、count-per-year、count、average-growth、multiple、exact、nested-count、pass-fail、band、each 之一", "target %s has the shape %q: want rank, ratio, count-per-year, count, average-growth, multiple, exact, nested-count, pass-fail, band or each", t.ID, t.Shape)
		return
	case numbered && t.Value == nil:
		c.fault(at, "目标 %s 的类型为 %s,须有数值 value", "target %s is a %s and has no number", t.ID, t.Shape)
	case !numbered && t.Value != nil:
		c.fault(at, "目标 %s 的类型为 %s,不应有数值 value", "target %s is a %s and has a number: want none", t.ID, t.Shape)
	}
	switch {
	case len(ops) == 0 && t.Op != "":
		c.fault(at, "目标 %s 的类型为 %s,不应有方向 op", "target %s is a %s and has a direction: want no op", t.ID, t.Shape)
	case len(ops) > 0 && t.Op == "":
		c.fault(at, "目标 %s 的类型为 %s,须有方向 op:%s", "target %s is a %s and has no direction: want op %s", t.ID, t.Shape, strings.Join(ops, " or "))
	case len(ops) > 0 && !slices.Contains(ops, t.Op):
		c.fault(at, "目标 %s 的类型为 %s,方向 op 写作 %q:应为 %s", "target %s is a %s with op %q: want %s", t.ID, t.Shape, t.Op, strings.Join(ops, " or "))
	case t.Inclusive != (t.Op == "le" || t.Op == "ge"):
		c.fault(at, "目标 %s 的方向为 %q,inclusive 为 %t:le、ge 须为 true,其余为 false", "target %s has op %q and inclusive %t: want true with le and ge, false with the others", t.ID, t.Op, t.Inclusive)
	}
}

func (c *checker) rest() {
	for i, m := range c.Milestones {
		at := fmt.Sprintf("$.milestones[%d]", i)
		c.entry(at, "milestone", string(m.Task)+"/"+string(m.ID), m.Name, m.Cite)
		if !c.is("task", string(m.Task)) {
			c.fault(at, "节点 %s 所属任务 %q 不在方案之中", "milestone %s is of task %q, which is not in the plan", m.ID, m.Task)
		}
	}
	for i, r := range c.Rules {
		c.entry(fmt.Sprintf("$.rules[%d]", i), "rule", r.ID, r.Name, r.Cite)
	}
	for i, q := range c.Questions {
		at := fmt.Sprintf("$.questions[%d]", i)
		c.entry(at, "question", string(q.ID), q.Text, q.Cite)
		if len(q.About) == 0 {
			c.fault(at, "待释义事项 %s 未写涉及什么:about 写所涉事项的编号", "question %s is about nothing: want the ids of what it is about", q.ID)
		}
		for _, about := range q.About {
			if c.seen[string(about)] == "" {
				c.fault(at, "待释义事项 %s 涉及 %q,不在方案之中", "question %s is about %q, which is not in the plan", q.ID, about)
			}
		}
	}
}
