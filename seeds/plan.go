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
)

// Plan (实施方案) is a campaign's plan as data. Every entry cites the article it
// comes from; see the package comment for how to read a cite.
type Plan struct {
	Campaign     ledger.LocalID `yaml:"campaign" json:"campaign"`
	Title        string         `yaml:"title" json:"title"`
	TitleEN      string         `yaml:"title_en" json:"title_en"`
	Basis        string         `yaml:"basis" json:"basis"` // 依据文号
	Actions      []Action       `yaml:"actions" json:"actions"`
	Headquarters Headquarters   `yaml:"headquarters" json:"headquarters"`
	Units        []Unit         `yaml:"units" json:"units"`
	Tasks        []Task         `yaml:"tasks" json:"tasks"`
	Targets      []Target       `yaml:"targets" json:"targets"`
	Rules        []Rule         `yaml:"rules" json:"rules"`
	Questions    []Question     `yaml:"questions" json:"questions"`
}

// Action (行动) groups tasks.
type Action struct {
	ID     string `yaml:"id" json:"id"`
	Name   string `yaml:"name" json:"name"`
	NameEN string `yaml:"name_en" json:"name_en"`
	Cite   string `yaml:"cite" json:"cite"`
}

// Headquarters (指挥部) runs the campaign. Open says that the list of its members
// is not closed (等).
type Headquarters struct {
	Office ledger.UnitID `yaml:"office" json:"office"` // 指挥部办公室
	Open   bool          `yaml:"open" json:"open"`
	Roles  []Role        `yaml:"roles" json:"roles"`
	Cite   string        `yaml:"cite" json:"cite"`
}

// Role (职务) is one of the headquarters' leaders.
type Role struct {
	Role   ledger.Role `yaml:"role" json:"role"`
	Name   string      `yaml:"name" json:"name"`
	NameEN string      `yaml:"name_en" json:"name_en"`
}

// Unit (成员单位) is a member of the headquarters. Role is lead, office or member.
type Unit struct {
	ID      ledger.UnitID `yaml:"id" json:"id"`
	Name    string        `yaml:"name" json:"name"`
	NameEN  string        `yaml:"name_en" json:"name_en"`
	Role    string        `yaml:"role" json:"role"`
	Aliases []string      `yaml:"aliases" json:"aliases,omitempty"`
	Cite    string        `yaml:"cite" json:"cite"`
}

// Task (任务) with its lead unit (牵头单位) and its nameable deliverables.
type Task struct {
	ID       ledger.TaskID `yaml:"id" json:"id"`
	Action   string        `yaml:"action" json:"action"`
	Name     string        `yaml:"name" json:"name"` // the plan's heading without its verb
	NameEN   string        `yaml:"name_en" json:"name_en"`
	Lead     ledger.UnitID `yaml:"lead" json:"lead"`
	Measures []Measure     `yaml:"measures" json:"measures"`
	Aliases  []string      `yaml:"aliases" json:"aliases,omitempty"`
	Notes    []string      `yaml:"notes" json:"notes,omitempty"`
	Cite     string        `yaml:"cite" json:"cite"`
}

// Measure (举措) is one nameable deliverable.
type Measure struct {
	ID     ledger.LocalID `yaml:"id" json:"id"`
	Name   string         `yaml:"name" json:"name"`
	NameEN string         `yaml:"name_en" json:"name_en"`
	Cite   string         `yaml:"cite" json:"cite"`
}

// Target (目标) in its real shape. Op is le, ge, eq or gt with a number, in with a
// band (第一方阵), nothing with pass or fail. Inclusive says that the plan's word
// (以上, 以内) includes the number: so do le and ge, and they alone. Measures is
// how many measures must each reach it, 1 unless said. Inferred says that the
// link to the task is ours, from the topic: the plan links none.
type Target struct {
	ID        ledger.LocalID     `yaml:"id" json:"id"`
	Task      ledger.TaskID      `yaml:"task" json:"task"`
	Inferred  bool               `yaml:"inferred" json:"inferred"`
	Subject   string             `yaml:"subject" json:"subject"`
	SubjectEN string             `yaml:"subject_en" json:"subject_en"`
	Shape     ledger.TargetShape `yaml:"shape" json:"shape"`
	Op        string             `yaml:"op" json:"op,omitempty"`
	Value     *float64           `yaml:"value" json:"value,omitempty"`
	Unit      string             `yaml:"unit" json:"unit,omitempty"`
	Period    string             `yaml:"period" json:"period,omitempty"`
	Inclusive bool               `yaml:"inclusive" json:"inclusive,omitempty"`
	Measures  int                `yaml:"measures" json:"measures,omitempty"`
	Open      []string           `yaml:"open" json:"open,omitempty"`
	Cite      string             `yaml:"cite" json:"cite"`
}

// Rule (组织保障) is how the campaign is run.
type Rule struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name"`
	NameEN  string   `yaml:"name_en" json:"name_en"`
	Summary string   `yaml:"summary" json:"summary"`
	Open    []string `yaml:"open" json:"open,omitempty"`
	Cite    string   `yaml:"cite" json:"cite"`
}

// Question (待释义) is what the plan leaves open or says in two ways; it is settled
// by a signed clarification, never silently.
type Question struct {
	ID    ledger.LocalID   `yaml:"id" json:"id"`
	About []ledger.LocalID `yaml:"about" json:"about"`
	Text  string           `yaml:"text" json:"text"`
	Cite  string           `yaml:"cite" json:"cite"`
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

// JiAn is the plan of the Ji'an campaign (吉安市). Callers must not change it.
func JiAn() Plan { return jian() }

// ParsePlan reads a plan from YAML and checks it. The error names every fault by
// its line, and says what would pass.
func ParsePlan(data []byte) (Plan, error) {
	var p Plan
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	for i := range p.Targets {
		if p.Targets[i].Measures == 0 {
			p.Targets[i].Measures = 1
		}
	}
	if err := check(p, data); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return p, nil
}
