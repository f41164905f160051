package seeds

import "ducha/ledger"

// series are the readings of a target: one every so many months from a month on.
// The values are made up.
type series struct {
	target ledger.LocalID
	from   int
	every  int
	source ledger.Line
	base   ledger.Line
	values []float64
	part   ledger.LocalID // of a target with measures
	of     ledger.Line    // of a target that each thing must reach
}

// yesOrNo marks the readings that were passed or not.
const yesOrNo ledger.Line = "1为达到,0为未达到"

var readings = []series{
	{"Q01", 15, 1, "省级评价结果", yesOrNo, []float64{1}, "", ""},
	{"Q02", 3, 3, "办公室认定清单", "当年累计", []float64{1, 2, 4, 5, 1, 3, 4, 6}, "", ""},
	{"Q03", 10, 12, "国家级评价通报", "", []float64{108, 99}, "", ""},
	{"Q04", 7, 12, "省级考核通报", "", []float64{23, 19}, "", ""},
	{"Q05", 3, 3, "人民银行市分行统计", "以2022年末为基期", []float64{16.4, 16.9, 17.2, 17.9, 18.3, 18.2, 18.6, 18.8}, "", ""},
	{"Q06", 3, 3, "人民银行市分行统计", "以2022年末为基期", []float64{17.8, 18.9, 19.6, 20.4, 21.1, 21.0, 21.7, 22.3}, "", ""},
	{"Q07", 6, 6, "省级主管部门推广文件", "攻坚期累计", []float64{0, 1, 1}, "", ""},
	{"Q08", 8, 12, "省级考核通报", "", []float64{10, 8}, "", ""},
	{"Q09", 8, 12, "省级考核通报", "", []float64{2, 3}, "", ""},
	{"Q10", 8, 12, "省级考核通报", "", []float64{6, 7}, "", ""},
	{"Q11", 5, 6, "企业审计报告", "", []float64{1, 1, 1, 2}, "", ""},
	{"Q12", 5, 6, "评级机构公告", "", []float64{0, 0, 0, 1}, "", ""},
	{"Q13", 5, 6, "评级机构公告", "", []float64{2, 2, 3, 4}, "", ""},
	{"Q14", 3, 3, "企业财务快报", "加权平均", []float64{64.8, 64.1, 63.9, 62.7, 62.0, 61.2, 60.4, 59.6}, "", ""},
	{"Q15", 6, 6, "文旅统计监测", "2022年", []float64{1.3, 1.6, 2.1}, "visitors", ""},
	{"Q15", 6, 6, "文旅统计监测", "2022年", []float64{1.2, 1.4, 1.7}, "income", ""},
	{"Q16", 5, 6, "逐县核实", "", []float64{58, 72, 91, 103.5}, "", "遂川县"},
	{"Q16", 5, 6, "逐县核实", "", []float64{81, 99, 112, 126}, "", "泰和县"},
	{"Q17", 5, 6, "股权登记", "", []float64{20, 45, 80, 100}, "", "遂川县"},
	{"Q18", 21, 1, "评估机构通知", yesOrNo, []float64{1}, "", ""},
	{"Q19", 22, 1, "评估机构通知", yesOrNo, []float64{0}, "", ""},
	{"Q20", 16, 1, "省级通报", yesOrNo, []float64{1}, "", ""},
	{"Q22", 11, 11, "第三方测评", yesOrNo, []float64{0, 1}, "", ""},
	{"Q23", 20, 1, "自评报告", yesOrNo, []float64{0}, "", ""},
	{"Q24", 20, 1, "创建工作通报", yesOrNo, []float64{0}, "", ""},
	{"Q26", 19, 1, "验收通知", yesOrNo, []float64{1}, "", ""},
}

// indicators puts the readings on the agenda: each is of the end of the month
// before.
func (w *world) indicators() {
	tasks := map[ledger.LocalID]ledger.TaskID{}
	for _, t := range w.plan.Targets {
		tasks[t.ID] = t.Task
	}
	for _, s := range readings {
		for i, v := range s.values {
			m := s.from + i*s.every
			if m >= months {
				break
			}
			w.on(w.day(m, 8+w.rng.IntN(12)), func() {
				t := tasks[s.target]
				if !w.alive(t) {
					return
				}
				unit, party := w.lead(t)
				body := ledger.IndicatorReported{Target: s.target, Value: v, AsOf: w.month(m).First().Add(-1), Source: s.source, Base: s.base,
					Measure: s.part, Of: s.of}
				if met := v > 0; s.base == yesOrNo {
					body.Base, body.Met = "", &met
				}
				reading := say(w, party, unit, t, body, "")
				if i == 0 && s.target == "Q12" {
					w.in(6, func() {
						say(w, office, unit, t, ledger.IndicatorJudged{Reading: reading, Holds: true, Reason: "与评级机构公告一致。"}, "a reading is judged by another")
					})
				}
			})
		}
	}
}
