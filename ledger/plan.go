package ledger

// Plan (任务): what is to be done, by whom, and by when.

// TaskAssigned (立项交办) gives a task to its lead unit.
type TaskAssigned struct {
	Name        Line      `json:"name" jsonschema:"title=任务名称"`
	NameEN      Line      `json:"name_en,omitempty" jsonschema:"title=英文名称"`
	Action      Line      `json:"action,omitempty" jsonschema:"title=所属行动"`
	Responsible []UnitID  `json:"responsible,omitempty" jsonschema:"title=责任单位"`
	Measures    []Measure `json:"measures,omitempty" jsonschema:"title=举措"`
	Aliases     []Line    `json:"aliases,omitempty" jsonschema:"title=别名"`
	Cite        Line      `json:"cite,omitempty" jsonschema:"title=方案条目"`
}

// Measure (举措) is one nameable deliverable of a task.
type Measure struct {
	ID   LocalID `json:"id" jsonschema:"title=编号"`
	Name Line    `json:"name" jsonschema:"title=名称"`
	Cite Line    `json:"cite,omitempty" jsonschema:"title=方案条目"`
}

// ListFrozen (清单冻结) fixes the list of tasks that supervision goes by. Another
// list for the same year names the one that it replaces, and says why.
type ListFrozen struct {
	Year     int      `json:"year" jsonschema:"title=年度,minimum=2000,maximum=2100"`
	Tasks    []TaskID `json:"tasks" jsonschema:"title=任务,minItems=1"`
	Basis    Line     `json:"basis" jsonschema:"title=审定依据"`
	Replaces *Ref     `json:"replaces,omitempty" jsonschema:"title=所替代的清单"`
	Reason   Text     `json:"reason,omitempty" jsonschema:"title=调整事由"`
}

// TaskAmended (任务调整) changes a task in the open; the old wording stays visible.
// Name and Responsible, where given, are the task's from now on.
type TaskAmended struct {
	What   Line `json:"what" jsonschema:"title=调整内容"`
	From   Text `json:"from" jsonschema:"title=原内容"`
	To     Text `json:"to" jsonschema:"title=现内容"`
	Reason Text `json:"reason" jsonschema:"title=事由"`

	Name        Line     `json:"name,omitempty" jsonschema:"title=现任务名称"`
	Responsible []UnitID `json:"responsible,omitempty" jsonschema:"title=现责任单位"`
}

// TargetSet (目标) sets a goal of a task in its real shape. Measures are the things
// that must each reach it (双翻番: both); Each is the condition that a thing must
// meet to be counted (three zones, each of rank 20 or better); Base is the year or
// the value that growth is measured from.
type TargetSet struct {
	Target   LocalID     `json:"target" jsonschema:"title=目标编号"`
	Subject  Line        `json:"subject" jsonschema:"title=对象"`
	Shape    TargetShape `json:"shape" jsonschema:"title=类型,enum=rank,enum=ratio,enum=count-per-year,enum=count,enum=average-growth,enum=multiple,enum=exact,enum=nested-count,enum=pass-fail,enum=band,enum=each"`
	Op       Line        `json:"op,omitempty" jsonschema:"title=方向,enum=le,enum=ge,enum=eq,enum=gt,enum=in"`
	Value    *float64    `json:"value,omitempty" jsonschema:"title=数值"`
	Unit     Line        `json:"unit,omitempty" jsonschema:"title=计量单位"`
	Period   Line        `json:"period,omitempty" jsonschema:"title=期限"`
	Inferred bool        `json:"inferred,omitempty" jsonschema:"title=与任务的对应为推断"`
	Open     []Line      `json:"open,omitempty" jsonschema:"title=待明确事项"`
	Cite     Line        `json:"cite,omitempty" jsonschema:"title=方案条目"`

	Measures []Measure  `json:"measures,omitempty" jsonschema:"title=分项"`
	Each     *Condition `json:"each,omitempty" jsonschema:"title=计数条件"`
	Base     Line       `json:"base,omitempty" jsonschema:"title=基期"`
}

// Condition (条件) is a comparison with a number: le and ge include it (以内, 以上),
// gt does not (超过).
type Condition struct {
	Op    Line    `json:"op" jsonschema:"title=方向,enum=le,enum=ge,enum=eq,enum=gt"`
	Value float64 `json:"value" jsonschema:"title=数值"`
	Unit  Line    `json:"unit,omitempty" jsonschema:"title=计量单位"`
}

// TargetShape says how a target is read; one percentage bar for all would lie.
type TargetShape string

// AnnualPlanFiled (年度工作计划) is owed by every responsible unit each year,
// with its list of key tasks. Plan 四(三).
type AnnualPlanFiled struct {
	Year     int        `json:"year" jsonschema:"title=年度,minimum=2000,maximum=2100"`
	Summary  Text       `json:"summary" jsonschema:"title=计划要点"`
	KeyTasks []PlanItem `json:"key_tasks" jsonschema:"title=重点任务清单,minItems=1"`
}

// PlanItem is a milestone as a unit proposes it in its annual plan.
type PlanItem struct {
	Task      TaskID  `json:"task" jsonschema:"title=任务"`
	Milestone LocalID `json:"milestone" jsonschema:"title=节点编号"`
	Name      Line    `json:"name" jsonschema:"title=节点"`
	Due       Date    `json:"due" jsonschema:"title=完成时限"`
	Percent   Percent `json:"percent" jsonschema:"title=届时应达进度(%)"`
}

// AnnualPlanApproved (计划审定) accepts a filed plan.
type AnnualPlanApproved struct {
	Plan Ref  `json:"plan" jsonschema:"title=所报计划"`
	Note Text `json:"note,omitempty" jsonschema:"title=意见"`
}

// AnnualPlanReturned (计划退回) sends a filed plan back.
type AnnualPlanReturned struct {
	Plan   Ref  `json:"plan" jsonschema:"title=所报计划"`
	Reason Text `json:"reason" jsonschema:"title=退回原因"`
}

// MilestoneSet (节点) says what share of the task is due by when. The date of a
// milestone that is set moves only by an extension that was decided.
type MilestoneSet struct {
	Milestone LocalID `json:"milestone" jsonschema:"title=节点编号"`
	Name      Line    `json:"name" jsonschema:"title=节点"`
	Due       Date    `json:"due" jsonschema:"title=完成时限"`
	Percent   Percent `json:"percent" jsonschema:"title=届时应达进度(%)"`
	Plan      *Ref    `json:"plan,omitempty" jsonschema:"title=依据的年度计划"`
}

// ExtensionRequested (申请延期) asks for a later date, with its reason.
type ExtensionRequested struct {
	Milestone LocalID `json:"milestone" jsonschema:"title=节点编号"`
	To        Date    `json:"to" jsonschema:"title=申请延至"`
	Reason    Text    `json:"reason" jsonschema:"title=理由"`
}

// ExtensionDecided (延期审批) judges the reason (正当理由) and grants or refuses.
type ExtensionDecided struct {
	Request Ref  `json:"request" jsonschema:"title=申请"`
	Granted bool `json:"granted" jsonschema:"title=同意"`
	To      Date `json:"to,omitempty" jsonschema:"title=延至"`
	Reason  Text `json:"reason" jsonschema:"title=审批意见"`

	Justified *bool `json:"justified,omitempty" jsonschema:"title=理由是否正当"`
}

func (e ExtensionDecided) Check() error {
	if e.Granted && e.To == "" {
		return Malform("extension.date", "an extension granted to no date", "the field to with the new date")
	}
	return nil
}
