package seeds

import "ducha/ledger"

// The default policy's judgement of the slow: over ten points behind the
// schedule, a milestone missed, or a monthly report missed.
const slow = "gap > 10.0 || late_days > 0 || reports_missed >= 1"

// DefaultPolicy (默认口径) is a policy to start from. Its numbers come from the
// practice of other cities, not from the plan, which has none: a headquarters
// approves them by signing the policy, and changes them by signing another one.
func DefaultPolicy() ledger.PolicyAdopted {
	return ledger.PolicyAdopted{
		Name:    "默认口径(2024年)",
		InForce: "2024-01-01",
		Lights: []ledger.LightRule{
			{Light: ledger.Blue, When: "closed"},
			{Light: ledger.Grey, When: "suspended"},
			{Light: ledger.Red, When: "gap > 30.0 || slow_months >= 2 || late_days > 60 || false_report"},
			{Light: ledger.Yellow, When: slow},
			{Light: ledger.Grey, When: "due == 0"}, // 未设节点: never green for lack of data
			{Light: ledger.Green, When: "true"},
		},
		Slow:     slow,
		Clocks:   ledger.Clocks{Acknowledge: 1, Answer: 3, ReportLast: 5, Comment: 3, ReviewAsk: 30, ReviewGive: 30},
		Calendar: Calendar(),
		Basis:    "指挥部审定的默认口径,参照各地做法拟定;非方案原文所定数值,可另行审定替换",
	}
}
