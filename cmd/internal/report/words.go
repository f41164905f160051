package report

import (
	"regexp"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// words are the values that the format spells in English.
var words = map[string]string{
	"yellow": "黄", "red": "红", "green": "绿", "blue": "蓝", "grey": "灰",
	"upheld": "维持", "changed": "变更", "revoked": "撤销",
	"monthly": "月度工作例会", "as-needed": "调度会",
	"recorded": "按记录时间", "declared": "按所称时间",
	"office": "指挥部办公室", "commander": "指挥长", "executive-deputy": "常务副指挥长", "deputy": "副指挥长",
	"inspector": "督查组", "authority": "有权机关", "auditor": "审计",
	"rank": "位次", "ratio": "比率", "count-per-year": "年度数量", "count": "数量", "average-growth": "年均增长",
	"multiple": "倍数", "exact": "定值", "nested-count": "分层数量", "pass-fail": "是否达成", "band": "区间", "each": "逐个",
	"progress": "进展", "dispatch": "调度", "meeting": "会议", "notice": "通报", "decision": "决定", "other": "其他",
	"good": "有效", "expired": "过期", "unknown": "不明",
	"le": "不高于", "ge": "不低于", "eq": "等于", "gt": "高于", "in": "介于",
}

// word is a short text, or what a word of the format means.
func (p *paper) word(s string) string {
	if zh, ok := words[s]; ok {
		return p.T(zh, s)
	}
	return clean(s)
}

// Word is likewise a short text of a statement, for other pages than papers.
func Word(s string, l projections.Lang) string { return (&paper{Input: Input{Lang: l}}).word(s) }

// CardWord is a card's state in words.
func CardWord(s projections.CardState, l projections.Lang) string {
	return l.Pick(cardStates[s], string(s))
}

var directiveStates = map[projections.DirectiveState]string{
	projections.Issued: "待签收", projections.Acknowledged: "办理中", projections.Answered: "待审核",
	projections.Returned: "退回重办", projections.Accepted: "办结",
}

var cardStates = map[projections.CardState]string{
	projections.CardProposed: "提请中", projections.CardInForce: "已赋牌", projections.CardRefused: "不予赋牌",
	projections.CardReturned: "退回补正", projections.CardRemoved: "已摘牌", projections.CardRevoked: "复核撤销",
}

var lives = map[projections.Life]string{
	projections.Open: "推进", projections.Claimed: "待核查", projections.Closed: "销号", projections.Suspended: "中止",
}

// families in the order of a campaign, with their shapes in the picture.
var families = []ledger.Family{ledger.Registry, ledger.Plan, ledger.Progress, ledger.Dispatch, ledger.Inspection,
	ledger.Escalation, ledger.Closing, ledger.Audit, ledger.Other}

var familyWords = map[ledger.Family]string{
	ledger.Registry: "登记", ledger.Plan: "任务", ledger.Progress: "进展", ledger.Dispatch: "调度", ledger.Inspection: "督查",
	ledger.Escalation: "督办问责", ledger.Closing: "销号", ledger.Audit: "审计", ledger.Other: "其他",
}

func (p *paper) family(f ledger.Family) string { return p.T(familyWords[f], string(f)) }

// figureWords are the figures as policies name them, and in Chinese.
var figureWords = map[string]string{
	"closed": "已销号", "suspended": "已中止", "milestones": "已设节点数", "due": "到期节点数", "planned": "应达进度", "actual": "实际进度",
	"claimed": "所报进度", "gap": "进度差", "late_days": "节点超期天数", "reports_missed": "连续缺报期数", "reports_late": "迟报期数",
	"slow_months": "连续较慢月数", "false_report": "查实虚报", "waiting": "等待协调", "waited_days": "等待天数",
	"undecided": "难点待研究", "undecided_days": "待研究天数", "outside": "等待外部机关", "outside_days": "等待外部机关天数",
}

func (p *paper) figure(name string) string {
	return p.T(figureWords[name], strings.ReplaceAll(name, "_", " "))
}

var celName = regexp.MustCompile(`[a-z_]+|&&|\|\||[<>=!]=|!`)

// gloss reads a policy's expression out in words; the expression itself is always
// shown beside it.
func (p *paper) gloss(expression string) string {
	if strings.TrimSpace(expression) == "true" {
		return p.T("前列各条均不成立", "none of the rules before it holds")
	}
	if p.Lang == projections.English || strings.ContainsAny(expression, `"'`) {
		return ""
	}
	operators := map[string]string{"&&": "且", "||": "或", ">=": "≥", "<=": "≤", "==": "=", "!=": "≠", "!": "非 ", "true": "是", "false": "否"}
	return celName.ReplaceAllStringFunc(expression, func(s string) string {
		if w, ok := operators[s]; ok {
			return w
		}
		if w, ok := figureWords[s]; ok {
			return w
		}
		return s
	})
}

// Gloss is likewise a policy's expression read out in words, empty where there are none.
func Gloss(expression string, l projections.Lang) string {
	return (&paper{Input: Input{Lang: l}}).gloss(expression)
}
