package ledger

// Progress (进展): what is claimed of a task, by those who do it.

// ProgressReported (进展上报) is the monthly report. Percent is the share of the
// whole task that is claimed as done by the end of the period.
type ProgressReported struct {
	Period   Month      `json:"period" jsonschema:"title=期次"`
	Percent  Percent    `json:"percent" jsonschema:"title=累计进度(%)"`
	Summary  Text       `json:"summary" jsonschema:"title=进展情况"`
	Problems Text       `json:"problems,omitempty" jsonschema:"title=存在问题"`
	Next     Text       `json:"next,omitempty" jsonschema:"title=下步打算"`
	Evidence []Evidence `json:"evidence,omitempty" jsonschema:"title=佐证材料"`
}

// ProgressConfirmed (责任单位确认) is a responsible unit's word on its part of a report.
type ProgressConfirmed struct {
	Report Ref  `json:"report" jsonschema:"title=所涉报告"`
	Agrees bool `json:"agrees" jsonschema:"title=是否属实"`
	Note   Text `json:"note,omitempty" jsonschema:"title=说明"`
}

// ProgressCorrected (更正) replaces what a report claimed; the report stays visible.
type ProgressCorrected struct {
	Report  Ref     `json:"report" jsonschema:"title=所涉报告"`
	Percent Percent `json:"percent" jsonschema:"title=更正后累计进度(%)"`
	Summary Text    `json:"summary" jsonschema:"title=更正后情况"`
	Reason  Text    `json:"reason" jsonschema:"title=更正原因"`
}

// ProgressReturned (退回重报) sends a report back; it counts as not submitted
// until the unit reports again.
type ProgressReturned struct {
	Report Ref  `json:"report" jsonschema:"title=所涉报告"`
	Reason Text `json:"reason" jsonschema:"title=退回原因"`
}

// IndicatorReported (指标报送) is a reading of a target, with its source. Of which
// measure, of which thing (a zone, a county, a company) and of which year it is
// depends on the target's shape; Met is the reading of one that is passed or not.
type IndicatorReported struct {
	Target LocalID `json:"target" jsonschema:"title=目标编号"`
	Value  float64 `json:"value" jsonschema:"title=数值"`
	AsOf   Date    `json:"as_of" jsonschema:"title=数据日期"`
	Source Line    `json:"source" jsonschema:"title=数据来源"`
	Base   Line    `json:"base,omitempty" jsonschema:"title=基期"`

	BaseValue *float64   `json:"base_value,omitempty" jsonschema:"title=基期数值"`
	Year      int        `json:"year,omitzero" jsonschema:"title=所属年度,minimum=2000,maximum=2100"`
	Measure   LocalID    `json:"measure,omitempty" jsonschema:"title=分项编号"`
	Of        Line       `json:"of,omitempty" jsonschema:"title=所指对象"`
	Met       *bool      `json:"met,omitempty" jsonschema:"title=是否达到"`
	Evidence  []Evidence `json:"evidence,omitempty" jsonschema:"title=佐证材料"`
}

// IndicatorJudged (指标核定) is what somebody other than the reporter found a reading
// to be: claim and verification stand apart.
type IndicatorJudged struct {
	Reading  Ref        `json:"reading" jsonschema:"title=所涉读数"`
	Holds    bool       `json:"holds" jsonschema:"title=是否属实"`
	Value    *float64   `json:"value,omitempty" jsonschema:"title=核定数值"`
	Met      *bool      `json:"met,omitempty" jsonschema:"title=核定是否达到"`
	Reason   Text       `json:"reason" jsonschema:"title=核定理由"`
	Evidence []Evidence `json:"evidence,omitempty" jsonschema:"title=证据"`
}

// MilestoneReached (节点完成) claims that a milestone is reached.
type MilestoneReached struct {
	Milestone LocalID    `json:"milestone" jsonschema:"title=节点编号"`
	On        Date       `json:"on" jsonschema:"title=完成日期"`
	Evidence  []Evidence `json:"evidence,omitempty" jsonschema:"title=佐证材料"`
}

// BlockerRaised (难点堵点) names what stands in the way, and who is asked. Outside
// names a body outside the headquarters on which it waits, such as the people's congress.
type BlockerRaised struct {
	What     Text    `json:"what" jsonschema:"title=难点堵点"`
	Asks     PartyID `json:"asks" jsonschema:"title=请求协调的主体"`
	WantedBy Date    `json:"wanted_by,omitempty" jsonschema:"title=希望解决日期"`
	Outside  Line    `json:"outside,omitempty" jsonschema:"title=等待的外部机关"`
}

// BlockerDecided (研究答复) accepts a blocker, whereupon the task's clock stands
// still and visibly so, or turns it down.
type BlockerDecided struct {
	Blocker  Ref  `json:"blocker" jsonschema:"title=所涉难点"`
	Accepted bool `json:"accepted" jsonschema:"title=属实并受理"`
	Decision Text `json:"decision" jsonschema:"title=处理意见"`
}

// BlockerCleared (难点销号) says that nothing stands in the way any more.
type BlockerCleared struct {
	Blocker Ref  `json:"blocker" jsonschema:"title=所涉难点"`
	How     Text `json:"how" jsonschema:"title=解决情况"`
}

// CompletionClaimed (申请销号) claims that the whole task is done.
type CompletionClaimed struct {
	Summary  Text       `json:"summary" jsonschema:"title=完成情况"`
	Evidence []Evidence `json:"evidence,omitempty" jsonschema:"title=佐证材料"`
}
