package seeds

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"sync"

	"ducha/ledger"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Plan (实施方案) is a campaign's plan as data. An entry cites the article that it
// comes from; see the package comment for how to read a cite.
type Plan struct {
	Campaign     ledger.LocalID `yaml:"campaign" json:"campaign" jsonschema:"required,title=攻坚战编号"`
	Title        string         `yaml:"title" json:"title" jsonschema:"required,title=名称"`
	TitleEN      string         `yaml:"title_en" json:"title_en" jsonschema:"title=英文名称"`
	Basis        string         `yaml:"basis" json:"basis" jsonschema:"required,title=依据文号"`
	Cites        string         `yaml:"cites" json:"cites,omitempty" jsonschema:"title=条目引用方式,description=articles 表示每项都须注明方案条目,enum=articles"`
	Term         *Term          `yaml:"term" json:"term,omitempty" jsonschema:"title=攻坚期"`
	Clock        ledger.Clock   `yaml:"clock" json:"clock,omitempty" jsonschema:"title=计时方式,enum=recorded,enum=declared"`
	Actions      []Action       `yaml:"actions" json:"actions" jsonschema:"title=行动"`
	Headquarters Headquarters   `yaml:"headquarters" json:"headquarters" jsonschema:"required,title=指挥部"`
	Units        []Unit         `yaml:"units" json:"units" jsonschema:"required,title=单位"`
	People       []Person       `yaml:"people" json:"people,omitempty" jsonschema:"title=领导、有权机关、督查、审计"`
	Tasks        []Task         `yaml:"tasks" json:"tasks" jsonschema:"required,title=任务"`
	Targets      []Target       `yaml:"targets" json:"targets" jsonschema:"title=目标"`
	Milestones   []Milestone    `yaml:"milestones" json:"milestones,omitempty" jsonschema:"title=节点"`
	Policy       *Policy        `yaml:"policy" json:"policy,omitempty" jsonschema:"title=口径"`
	Rules        []Rule         `yaml:"rules" json:"rules" jsonschema:"title=组织保障"`
	Questions    []Question     `yaml:"questions" json:"questions" jsonschema:"title=待释义"`

	file *ast.File // where it was read from, for the lines of its entries
}

// Action (行动) groups tasks.
type Action struct {
	ID     string `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Name   string `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	NameEN string `yaml:"name_en" json:"name_en" jsonschema:"title=英文名称"`
	Cite   string `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

// Headquarters (指挥部) runs the campaign. Open says that the list of its members
// is not closed (等).
type Headquarters struct {
	Office ledger.UnitID `yaml:"office" json:"office" jsonschema:"required,title=指挥部办公室所在单位"`
	Open   bool          `yaml:"open" json:"open" jsonschema:"title=成员名单不封闭(等)"`
	Roles  []Role        `yaml:"roles" json:"roles" jsonschema:"title=职务"`
	Cite   string        `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

// Role (职务) is one of the headquarters' leaders.
type Role struct {
	Role   ledger.Role `yaml:"role" json:"role" jsonschema:"required,title=角色,enum=commander,enum=executive-deputy,enum=deputy"`
	Name   string      `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	NameEN string      `yaml:"name_en" json:"name_en" jsonschema:"title=英文名称"`
}

// Unit (单位) is a member of the headquarters, or a responsible unit outside it.
// Role is lead, office, member or responsible.
type Unit struct {
	ID      ledger.UnitID `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Name    string        `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	NameEN  string        `yaml:"name_en" json:"name_en" jsonschema:"title=英文名称"`
	Role    string        `yaml:"role" json:"role" jsonschema:"required,title=角色,enum=lead,enum=office,enum=member,enum=responsible"`
	Aliases []string      `yaml:"aliases" json:"aliases,omitempty" jsonschema:"title=别名"`
	Holders []Holder      `yaml:"holders" json:"holders,omitempty" jsonschema:"title=任职"`
	Cite    string        `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

// Task (任务) with its lead unit (牵头单位), its responsible units (责任单位) and its
// nameable deliverables.
type Task struct {
	ID          ledger.TaskID   `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Action      string          `yaml:"action" json:"action" jsonschema:"title=所属行动"`
	Name        string          `yaml:"name" json:"name" jsonschema:"required,title=名称"` // the plan's heading without its verb
	NameEN      string          `yaml:"name_en" json:"name_en" jsonschema:"title=英文名称"`
	Lead        ledger.UnitID   `yaml:"lead" json:"lead" jsonschema:"required,title=牵头单位"`
	Responsible []ledger.UnitID `yaml:"responsible" json:"responsible,omitempty" jsonschema:"title=责任单位"`
	Measures    []Measure       `yaml:"measures" json:"measures" jsonschema:"title=举措"`
	Aliases     []string        `yaml:"aliases" json:"aliases,omitempty" jsonschema:"title=别名"`
	Notes       []string        `yaml:"notes" json:"notes,omitempty" jsonschema:"title=备注"`
	Cite        string          `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

// Measure (举措) is one nameable deliverable.
type Measure struct {
	ID     ledger.LocalID `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Name   string         `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	NameEN string         `yaml:"name_en" json:"name_en" jsonschema:"title=英文名称"`
	Cite   string         `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

// Target (目标) in its real shape. Op is le, ge, eq or gt with a number, in with a
// band (第一方阵), nothing with pass or fail. Inclusive says that the plan's word
// (以上, 以内) includes the number: so do le and ge, and they alone. Measures is
// how many measures must each reach it, 1 unless said. Inferred says that the
// link to the task is ours, from the topic: the plan links none.
type Target struct {
	ID        ledger.LocalID     `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Task      ledger.TaskID      `yaml:"task" json:"task" jsonschema:"required,title=所属任务"`
	Inferred  bool               `yaml:"inferred" json:"inferred" jsonschema:"title=与任务的对应为推断"`
	Subject   string             `yaml:"subject" json:"subject" jsonschema:"required,title=对象"`
	SubjectEN string             `yaml:"subject_en" json:"subject_en" jsonschema:"title=英文"`
	Shape     ledger.TargetShape `yaml:"shape" json:"shape" jsonschema:"required,title=类型,enum=rank,enum=ratio,enum=count-per-year,enum=count,enum=average-growth,enum=multiple,enum=exact,enum=nested-count,enum=pass-fail,enum=band,enum=each"`
	Op        string             `yaml:"op" json:"op,omitempty" jsonschema:"title=方向,enum=le,enum=ge,enum=eq,enum=gt,enum=in"`
	Value     *float64           `yaml:"value" json:"value,omitempty" jsonschema:"title=数值"`
	Unit      string             `yaml:"unit" json:"unit,omitempty" jsonschema:"title=计量单位"`
	Period    string             `yaml:"period" json:"period,omitempty" jsonschema:"title=期限"`
	Inclusive bool               `yaml:"inclusive" json:"inclusive,omitempty" jsonschema:"title=含本数(以上、以内)"`
	Measures  int                `yaml:"measures" json:"measures,omitempty" jsonschema:"title=须各自达到的项数"`
	Open      []string           `yaml:"open" json:"open,omitempty" jsonschema:"title=待明确事项"`
	Cite      string             `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`

	Parts []Measure  `yaml:"parts" json:"parts,omitempty" jsonschema:"title=分项"`
	Each  *Condition `yaml:"each" json:"each,omitempty" jsonschema:"title=计数条件"`
	Base  string     `yaml:"base" json:"base,omitempty" jsonschema:"title=基期"`
}

// Condition (条件) is what each thing that is counted must meet.
type Condition struct {
	Op    string  `yaml:"op" json:"op" jsonschema:"required,title=方向,enum=le,enum=ge,enum=eq,enum=gt"`
	Value float64 `yaml:"value" json:"value" jsonschema:"required,title=数值"`
	Unit  string  `yaml:"unit" json:"unit,omitempty" jsonschema:"title=计量单位"`
}

// Rule (组织保障) is how the campaign is run.
type Rule struct {
	ID      string   `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Name    string   `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	NameEN  string   `yaml:"name_en" json:"name_en" jsonschema:"title=英文名称"`
	Summary string   `yaml:"summary" json:"summary" jsonschema:"title=要点"`
	Open    []string `yaml:"open" json:"open,omitempty" jsonschema:"title=待明确事项"`
	Cite    string   `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

// Question (待释义) is what the plan leaves open or says in two ways; it is settled
// by a signed clarification, never silently.
type Question struct {
	ID    ledger.LocalID   `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	About []ledger.LocalID `yaml:"about" json:"about" jsonschema:"required,title=涉及事项"`
	Text  string           `yaml:"text" json:"text" jsonschema:"required,title=问题"`
	Cite  string           `yaml:"cite" json:"cite" jsonschema:"title=方案条目"`
}

//go:embed ja2023.yaml
var ja2023 []byte

var jian = sync.OnceValue(func() Plan {
	p, err := ParsePlan(ja2023)
	if err != nil {
		panic(err) // embedded, and held by a test
	}
	return p
})

// JiAnText is that plan as it is written, in YAML.
func JiAnText() []byte { return ja2023 }

// JiAn is the plan of the Ji'an campaign (吉安市). Callers must not change it.
func JiAn() Plan { return jian() }

// ParsePlan reads a plan from YAML and checks it. The error names every fault by
// its line, and says what would pass.
func ParsePlan(data []byte) (Plan, error) {
	var p Plan
	if err := undecodable(data); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return Plan{}, fmt.Errorf("plan: %w", unreadable(err))
	}
	for i := range p.Targets {
		if p.Targets[i].Measures == 0 {
			p.Targets[i].Measures = 1
		}
	}
	var err error
	if p.file, err = parser.ParseBytes(data, 0); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", unreadable(err))
	}
	if err := check(p); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return p, nil
}
