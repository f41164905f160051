package seeds

import (
	"fmt"
	"strings"

	"ducha/ledger"
)

// What a plan of one's own may say beside its tasks: the parties that are no
// units, who holds which post, the term, milestones and the policy.

// Term (攻坚期) is the campaign's first and last day.
type Term struct {
	From ledger.Date `yaml:"from" json:"from" jsonschema:"required,title=起"`
	To   ledger.Date `yaml:"to" json:"to" jsonschema:"required,title=止"`
}

// Person (人员、机关) is a party that is no unit, with its role: officers/…,
// authorities/…, inspectors/… or auditors/….
type Person struct {
	ID      ledger.PartyID `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Name    string         `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	NameEN  string         `yaml:"name_en" json:"name_en,omitempty" jsonschema:"title=英文名称"`
	Role    ledger.Role    `yaml:"role" json:"role" jsonschema:"required,title=角色,enum=commander,enum=executive-deputy,enum=deputy,enum=inspector,enum=authority,enum=auditor"`
	Holders []Holder       `yaml:"holders" json:"holders,omitempty" jsonschema:"title=任职"`
	Cite    string         `yaml:"cite" json:"cite,omitempty" jsonschema:"title=方案条目"`
}

// Holder (任职) holds a post of a party.
type Holder struct {
	Name  string      `yaml:"name" json:"name" jsonschema:"required,title=姓名"`
	Post  string      `yaml:"post" json:"post" jsonschema:"required,title=职务"`
	From  ledger.Date `yaml:"from" json:"from" jsonschema:"required,title=任职起"`
	Until ledger.Date `yaml:"until" json:"until,omitempty" jsonschema:"title=任职止"`
}

// Milestone (节点) is what share of a task is due by when.
type Milestone struct {
	ID      ledger.LocalID `yaml:"id" json:"id" jsonschema:"required,title=编号"`
	Task    ledger.TaskID  `yaml:"task" json:"task" jsonschema:"required,title=任务"`
	Name    string         `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	Due     ledger.Date    `yaml:"due" json:"due" jsonschema:"required,title=完成时限"`
	Percent ledger.Percent `yaml:"percent" json:"percent" jsonschema:"required,title=届时应达进度(%)"`
	Cite    string         `yaml:"cite" json:"cite,omitempty" jsonschema:"title=方案条目"`
}

// Policy (口径) takes the place of the default one. Its calendar is that of the
// State Council, with the years that are given here.
type Policy struct {
	Name     string        `yaml:"name" json:"name" jsonschema:"required,title=名称"`
	InForce  ledger.Date   `yaml:"in_force" json:"in_force" jsonschema:"required,title=施行日期"`
	Lights   []PolicyLight `yaml:"lights" json:"lights" jsonschema:"required,title=亮灯规则"`
	Slow     string        `yaml:"slow" json:"slow" jsonschema:"required,title=较慢的判据(CEL)"`
	Clocks   PolicyClocks  `yaml:"clocks" json:"clocks" jsonschema:"required,title=时限"`
	Calendar []PolicyYear  `yaml:"calendar" json:"calendar,omitempty" jsonschema:"title=工作日历"`
	Basis    string        `yaml:"basis" json:"basis" jsonschema:"required,title=批准依据"`
}

// PolicyLight is a light with its condition.
type PolicyLight struct {
	Light ledger.Light `yaml:"light" json:"light" jsonschema:"required,title=灯色,enum=blue,enum=grey,enum=red,enum=yellow,enum=green"`
	When  string       `yaml:"when" json:"when" jsonschema:"required,title=条件(CEL)"`
}

// PolicyClocks (时限) are terms in working days, those of reviews in days.
type PolicyClocks struct {
	Acknowledge int `yaml:"acknowledge" json:"acknowledge" jsonschema:"required,title=签收(工作日)"`
	Answer      int `yaml:"answer" json:"answer" jsonschema:"required,title=首次反馈(工作日)"`
	ReportLast  int `yaml:"report_last" json:"report_last" jsonschema:"required,title=月报截止(当月倒数第几个工作日)"`
	Comment     int `yaml:"comment" json:"comment" jsonschema:"required,title=通报前陈述(工作日)"`
	ReviewAsk   int `yaml:"review_ask_days" json:"review_ask_days" jsonschema:"required,title=申请复核(日)"`
	ReviewGive  int `yaml:"review_give_days" json:"review_give_days" jsonschema:"required,title=作出复核(日)"`
	Decide      int `yaml:"decide,omitempty" json:"decide,omitempty" jsonschema:"title=审核反馈(工作日),description=不写为 3"`
}

// PolicyYear is a year of the working-day calendar.
type PolicyYear struct {
	Year   int           `yaml:"year" json:"year" jsonschema:"required,title=年份"`
	Notice string        `yaml:"notice" json:"notice" jsonschema:"required,title=通知文号"`
	Off    []ledger.Date `yaml:"off" json:"off" jsonschema:"title=放假"`
	Worked []ledger.Date `yaml:"worked" json:"worked" jsonschema:"title=调休上班"`
}

// policy is the plan's own, or the default one.
func (p Plan) policy() ledger.PolicyAdopted {
	policy := DefaultPolicy()
	if p.Policy == nil {
		return policy
	}
	own := p.Policy
	policy.Name, policy.InForce, policy.Slow, policy.Basis = ledger.Line(own.Name), own.InForce, ledger.Line(own.Slow), ledger.Line(own.Basis)
	policy.Clocks = ledger.Clocks{Acknowledge: own.Clocks.Acknowledge, Answer: own.Clocks.Answer, ReportLast: own.Clocks.ReportLast, Comment: own.Clocks.Comment,
		ReviewAsk: own.Clocks.ReviewAsk, ReviewGive: own.Clocks.ReviewGive, Decide: own.Clocks.Decide}
	policy.Lights = nil
	for _, l := range own.Lights {
		policy.Lights = append(policy.Lights, ledger.LightRule{Light: l.Light, When: ledger.Line(l.When)})
	}
	for _, y := range own.Calendar {
		year := ledger.WorkYear{Year: y.Year, Notice: ledger.Line(y.Notice), Off: append([]ledger.Date{}, y.Off...), Worked: append([]ledger.Date{}, y.Worked...)}
		policy.Calendar = replaceYear(policy.Calendar, year)
	}
	return policy
}

func replaceYear(calendar []ledger.WorkYear, year ledger.WorkYear) []ledger.WorkYear {
	list := []ledger.WorkYear{}
	for _, y := range calendar {
		if y.Year != year.Year {
			list = append(list, y)
		}
	}
	return append(list, year)
}

// Charter is the plan's charter but for its keys: its term and its clock where it
// names them.
func (p Plan) Charter() ledger.CharterAdopted {
	c := ledger.CharterAdopted{Campaign: p.Campaign, Title: ledger.Line(p.Title), TitleEN: ledger.Line(p.TitleEN), Basis: ledger.Line(p.Basis), Clock: p.Clock}
	if c.Clock == "" {
		c.Clock = ledger.ClockRecorded
	}
	if p.Term != nil {
		c.From, c.To = p.Term.From, p.Term.To
	}
	return c
}

// term holds the term to two days in their order, and the clock to its values.
func (c *checker) term() {
	if c.Clock != "" && c.Clock != ledger.ClockRecorded && c.Clock != ledger.ClockDeclared {
		c.fault("$.clock", "计时方式 clock 写作 %q:应为 recorded;仅供演示、补录的为 declared", "clock is %q: want recorded, or declared for a demo or an import of paper history", c.Clock)
	}
	if c.Term == nil {
		return
	}
	for _, d := range []ledger.Date{c.Term.From, c.Term.To} {
		if _, err := ledger.ParseDate(string(d)); err != nil {
			c.fault("$.term", "攻坚期的日期写作 %q:应为日历上有的日期,如 2026-01-01", "the term has the day %q: want a calendar day such as 2026-01-01", d)
			return
		}
	}
	if c.Term.To < c.Term.From {
		c.fault("$.term", "攻坚期为 %s 至 %s:止不得早于起", "the term is %s to %s: want an end that is not before its beginning", c.Term.From, c.Term.To)
	}
}

// classes say of which class a party must be to hold a role.
var classes = map[ledger.Role]string{
	ledger.RoleCommander: "officers/", ledger.RoleExecutive: "officers/", ledger.RoleDeputy: "officers/",
	ledger.RoleInspector: "inspectors/", ledger.RoleAuthority: "authorities/", ledger.RoleAuditor: "auditors/",
}

func (c *checker) people() {
	for i, p := range c.People {
		at := fmt.Sprintf("$.people[%d]", i)
		c.entry(at, "party", string(p.ID), p.Name, p.Cite)
		class, ok := classes[p.Role]
		switch {
		case !ok:
			c.fault(at, "%s 的角色为 %q:应为 commander、executive-deputy、deputy、inspector、authority、auditor 之一", "party %s has the role %q: want commander, executive-deputy, deputy, inspector, authority or auditor", p.ID, p.Role)
		case !strings.HasPrefix(string(p.ID), class):
			c.fault(at, "%s 的角色为 %s:编号应以 %s 起首", "party %s has the role %s: want an id that begins with %s", p.ID, p.Role, class)
		}
	}
}
