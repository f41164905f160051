package projections

// Figure (数据项) says what a policy's expressions may be written over.
type Figure struct {
	Name string `json:"name"`
	Type string `json:"type"` // bool, int or double, as CEL has them
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// FigureBook documents every figure, in the order of [Figures].
func FigureBook() []Figure {
	var book []Figure
	for _, f := range (Figures{}).list() {
		kind := "double"
		switch f.value.(type) {
		case bool:
			kind = "bool"
		case int64:
			kind = "int"
		}
		words := figureWords[f.name]
		book = append(book, Figure{f.name, kind, words[0], words[1]})
	}
	return book
}

var figureWords = map[string][2]string{
	"closed":         {"任务已销号", "the task is closed"},
	"suspended":      {"任务已中止", "the task is suspended"},
	"milestones":     {"已设节点数", "milestones set by now"},
	"due":            {"其中已到期数(等待协调的天数不计)", "of these, due by now, days of waiting taken off"},
	"planned":        {"应达进度,占任务的百分比:已到期节点所要求的最大值", "percent of the task that the milestones due by now ask for"},
	"actual":         {"实际进度,占任务的百分比:现场核实优先,其次更正,其次所报", "percent of the task as verified on the spot, else corrected, else claimed"},
	"claimed":        {"所报进度,占任务的百分比:最近一期有效月报(含更正)", "percent of the task as last claimed"},
	"gap":            {"差距(百分点):应达减实际,不小于零", "points that actual is behind planned, never under 0"},
	"late_days":      {"超期最久的未完成节点超期天数(等待协调的天数不计)", "days that the milestone most overdue is late, waiting taken off"},
	"reports_missed": {"截至最近一次应报,连续缺报的月报期数", "monthly reports missed in a row, up to the last one due"},
	"reports_late":   {"累计迟报的月报期数", "monthly reports filed late so far"},
	"slow_months":    {"截至上月末,连续较慢的月数(按各月末施行的口径)", "months in a row that ended slow, each by the policy of its last day"},
	"false_report":   {"最近一次现场核查认定月报弄虚作假", "the last report judged on the spot was proven false"},
	"waiting":        {"有已受理的难点正在等待,计时暂停", "an accepted blocker waits, the clock stands still"},
	"waited_days":    {"累计等待协调的天数", "days that accepted blockers took so far"},
	"undecided":      {"难点待指挥部研究", "a blocker waits for the headquarters to decide"},
	"undecided_days": {"累计待研究的天数(计在指挥部)", "days on which a blocker waited for the headquarters to decide"},
	"outside":        {"已受理的难点在等外部机关", "an accepted blocker waits on a body outside the headquarters"},
	"outside_days":   {"其中等待外部机关的天数", "days, of those waited, on which one did"},
}
