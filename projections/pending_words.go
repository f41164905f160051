package projections

// PendingWords say what is waited for.
func (l Lang) PendingWords(p Pending) string {
	words, ok := pendingWords[string(p.Kind)]
	if !ok {
		return l.Pick(p.Kind.Name(), string(p.Kind))
	}
	switch {
	case p.Kind == "blocker.cleared.v1" && p.Whom == ForOutside:
		return l.Pick("等待外部机关", "an outside body")
	case p.Kind == "card.proposed.v1" && p.Field == "again":
		return l.Pick("补正后再提请", "propose again")
	}
	return l.Pick(words[0], words[1])
}

var pendingWords = map[string][2]string{
	"directive.acknowledged.v1": {"签收交办", "sign for a directive"},
	"directive.answered.v1":     {"反馈交办", "answer a directive"},
	"directive.accepted.v1":     {"审核反馈", "decide on an answer"},
	"progress.reported.v1":      {"报送月报", "file the monthly report"},
	"milestone.reached.v1":      {"完成节点", "reach a milestone"},
	"annualplan.filed.v1":       {"报送年度工作计划", "file the annual plan"},
	"annualplan.approved.v1":    {"审核年度工作计划", "decide on an annual plan"},
	"extension.decided.v1":      {"审批延期", "decide on an extension"},
	"blocker.decided.v1":        {"研究难点", "decide on a blocker"},
	"blocker.cleared.v1":        {"协调难点", "help with a blocker"},
	"reminder.sent.v1":          {"进度较慢,可催办", "slow: remind"},
	"notice.drafted.v1":         {"进度较慢,可拟通报", "slow: draft a notice"},
	"notice.commented.v1":       {"对通报稿陈述意见", "comment on a draft"},
	"notice.issued.v1":          {"审批通报", "approve a notice"},
	"notice.acknowledged.v1":    {"签收通报", "sign for a notice"},
	"rectification.filed.v1":    {"报送整改", "file the rectification"},
	"rectification.accepted.v1": {"审核整改", "decide on a rectification"},
	"talk.held.v1":              {"严重滞后,可约谈", "severely behind: talk"},
	"card.proposed.v1":          {"严重滞后,可提请赋牌", "severely behind: propose a card"},
	"card.granted.v1":           {"审议赋牌提请", "decide on a proposed card"},
	"card.rechecked.v1":         {"赋牌复查", "look at a card again"},
	"removal.applied.v1":        {"申请摘牌", "apply for removal"},
	"removal.checked.v1":        {"摘牌核查", "check an application for removal"},
	"card.removed.v1":           {"决定摘牌", "decide on removal"},
	"review.decided.v1":         {"作出复核决定", "decide a review"},
	"tolerance.judged.v1":       {"认定容错", "judge a claim of tolerance"},
	"task.closed.v1":            {"验收销号", "accept and close"},
	"task.reopened.v1":          {"反弹,可重新立项", "relapsed: reopen"},
	"inspection.concluded.v1":   {"作出督查结论", "conclude an inspection"},
	"conclusion.reviewed.v1":    {"复核督查结论", "review a conclusion"},
}

// WhomWords say whose turn it is.
func (l Lang) WhomWords(w Whom) string {
	switch w {
	case ForUnit:
		return l.Pick("牵头单位", "lead units")
	case ForOffice:
		return l.Pick("指挥部办公室", "the office")
	case ForCommander:
		return l.Pick("指挥长", "the commander")
	case ForAuthority:
		return l.Pick("有权机关", "the authority")
	case ForInspector:
		return l.Pick("督查组", "inspectors")
	}
	return l.Pick("外部机关", "outside bodies")
}
