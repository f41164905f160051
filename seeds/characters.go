package seeds

import "ducha/ledger"

// character is how one task is driven: the only script of the simulation. Months
// are counted from 0, the first of the campaign.
type character struct {
	task       ledger.TaskID
	hurry      int             // working days before the deadline at which reports come
	dispatches int             // tier 1 logs a month, at most
	nodes      []node          // the schedule that the annual plans ask for
	lag        map[int]float64 // points behind the schedule, from a month on
	slips      map[int]int     // days between a node's date and its claim; early where it is not named
	late       map[int]int     // working days after the deadline, by month
	missed     map[int]bool    // months without a report
	returned   map[int]string  // months whose report is sent back, and why
	corrected  map[int]float64 // months whose report is corrected, by so many points
	silent     int             // year (1 or 2) whose nodes the office does not set
	with       []ledger.UnitID // responsible units
	overstates map[int]float64 // months whose report claims more than there is
	tolerance  ledger.Text     // what is pleaded when a card is proposed
}

// node is a milestone in the making.
type node struct {
	month, day int
	percent    float64
	name       ledger.Line
}

// never is a slip past the campaign's end.
const never = 10_000

// quarters spreads names over the ends of quarters, in the usual shares.
func quarters(names ...ledger.Line) []node {
	shares := []float64{10, 22, 36, 50, 62, 75, 88, 100}
	var list []node
	for i, n := range names {
		day := 20
		if i == len(shares)-1 {
			day = 15 // the year's accounts are closed before its end
		}
		list = append(list, node{2 + 3*i, day, shares[i], n})
	}
	return list
}

var characters = []character{
	{ // diligent
		task: "T01", hurry: 4, dispatches: 3, with: []ledger.UnitID{"swj", "sfj"},
		nodes:     quarters("短板指标整改清单印发", "集成办事项上线", "惠企兑现系统对接", "首年经验提炼", "证照共享扩面", "帮代办延伸到乡镇", "恳谈机制评估", "年度评价自查"),
		lag:       map[int]float64{0: 0.5},
		late:      map[int]int{10: 1},
		corrected: map[int]float64{13: 1},
	},
	{ // middling; waits for land
		task: "T02", hurry: 2, dispatches: 2, with: []ledger.UnitID{"kjj"},
		nodes:     quarters("科创券办法修订", "中试平台选址", "人才项目签约", "年度入库任务", "质押融资扩面", "中试平台开工", "企业梯队更新", "考核评价自查"),
		lag:       map[int]float64{0: 2},
		late:      map[int]int{3: 2, 9: 1, 16: 1},
		corrected: map[int]float64{6: -1.5},
	},
	{ // improving
		task: "T03", hurry: 2, dispatches: 2, with: []ledger.UnitID{"gzw"},
		nodes:     quarters("担保整合方案", "绿色项目库建成", "供应链融资首批投放", "评估自查", "担保机构划转", "线上产品推广", "分险机制落地", "评估验收准备"),
		lag:       map[int]float64{0: 3, 4: 4, 7: 2, 12: 0.5},
		slips:     map[int]int{0: 25},
		late:      map[int]int{0: 2, 2: 1},
		missed:    map[int]bool{4: true},
		corrected: map[int]float64{9: 1},
	},
	{ // waits on a body outside
		task: "T04", hurry: 3, dispatches: 2, with: []ledger.UnitID{"nyncj"},
		nodes: quarters("固废底数调查", "条例草案形成", "医废收集网点补齐", "细胞评价细则", "转运体系补齐", "第三方预评估", "亮点做法申报", "迎评资料报送"),
		lag:   map[int]float64{0: 1, 5: 4, 9: 2},
		slips: map[int]int{1: 88},
		late:  map[int]int{17: 1},
	},
	{ // done before its time
		task: "T05", hurry: 4, dispatches: 2, with: []ledger.UnitID{"wglj"},
		nodes: []node{{2, 20, 12, "线上平台推广"}, {5, 20, 26, "产业园功能优化"}, {8, 20, 40, "实训基地揭牌"}, {11, 20, 54, "海外仓布局"},
			{14, 20, 70, "通关时效达标"}, {17, 20, 86, "物流平台入驻"}, {19, 28, 100, "全部举措落地"}},
		lag: map[int]float64{0: 0},
	},
	{ // slips in the first summer, and again at the end
		task: "T06", hurry: 1, dispatches: 1, with: []ledger.UnitID{"gxq"},
		nodes: []node{{2, 20, 10, "移交方案起草"}, {4, 20, 18, "移交事项核定"}, {6, 31, 32, "首批移交协议签订"}, {11, 18, 50, "薪酬方案报审"},
			{14, 20, 62, "机构设置到位"}, {17, 20, 75, "平台公司账务核对"}, {21, 20, 88, "平台公司改革方案落地"}, {23, 15, 100, "移交全部完成"}},
		lag: map[int]float64{0: 1, 5: 7.5, 6: 13, 7: 14.5, 8: 9, 9: 7, 10: 4, 11: 1.5, 12: 2,
			19: 4, 20: 8.5, 21: 11.5, 22: 14, 23: 16},
		slips: map[int]int{2: 42, 6: never, 7: never},
		late:  map[int]int{12: 1, 18: 2},
	},
	{ // slow: a notice, a card, and the way out of it
		task: "T07", hurry: 0, dispatches: 1, with: []ledger.UnitID{"jrb"},
		nodes: quarters("资产清查", "县级公司方案审定", "股权划转过半", "合并报表", "高息债务压降", "权证补办", "评级提升申报", "年度核验"),
		lag: map[int]float64{0: 3, 6: 5, 7: 8, 8: 13, 9: 15, 10: 17, 11: 20, 12: 23, 14: 21, 15: 15,
			16: 8, 17: 3, 18: 1},
		slips:  map[int]int{2: 172, 3: 123, 4: 60},
		late:   map[int]int{3: 1, 8: 2, 10: 3},
		missed: map[int]bool{9: true},
	},
	{ // middling; loses its key
		task: "T08", hurry: 2, dispatches: 2, with: []ledger.UnitID{"zfw"},
		nodes:     quarters("裁量基准目录公布", "监督权责清单", "首轮案卷评查", "乡镇持证达标", "行刑衔接机制运行", "规范化试点验收", "次轮案卷评查", "满意度测评"),
		lag:       map[int]float64{0: 2, 12: 1},
		slips:     map[int]int{4: 8},
		missed:    map[int]bool{8: true},
		returned:  map[int]string{4: "本月进度增幅较大,未附案卷评查结果,请补充佐证后重报。"},
		corrected: map[int]float64{11: -1, 20: 0.5},
	},
	{ // overstates, is found out, and recovers
		task: "T09", hurry: 2, dispatches: 2, with: []ledger.UnitID{"gxq"},
		nodes:      quarters("平台绩效评价", "计划管理办法修订", "技术合同任务", "基金方案", "成果评价试点", "基金设立", "省级平台申报", "对标自查"),
		lag:        map[int]float64{0: 1, 12: 8, 14: 15, 15: 17, 16: 20.5, 17: 21, 18: 19, 19: 17, 20: 8, 21: 3, 22: 1},
		slips:      map[int]int{5: 87, 6: 31},
		late:       map[int]int{13: 1},
		overstates: map[int]float64{12: 7, 13: 7, 14: 14},
		tolerance:  "基金设立属探索性改革,程序合规、未谋私利,受市场出资意愿影响未达预期,已及时报告并调整方案。",
	},
	{ // middling, and late with its last node
		task: "T10", hurry: 2, dispatches: 2, with: []ledger.UnitID{"wglj"},
		nodes: quarters("职责划分方案", "集团组建", "资产划入", "机构人事到位", "联合营销签约", "度假区对标整改", "托管项目运营", "创建资料报送"),
		lag:   map[int]float64{0: 2, 11: 4, 13: 2, 22: 4, 23: 7},
		slips: map[int]int{3: 66, 7: never},
		late:  map[int]int{5: 1, 14: 2},
	},
	{ // slow to begin, and suspended in the end
		task: "T11", hurry: 1, dispatches: 1,
		nodes: []node{{5, 20, 18, "闲置宗地摸底"}, {8, 20, 33, "试点村章程"}, {11, 20, 48, "审批规范抽查"},
			{14, 20, 60, "退出补偿办法征求意见"}, {17, 20, 72, "盘活项目落地"}, {20, 19, 85, "权属补录"}, {23, 15, 100, "退出试点兑付"}},
		lag:    map[int]float64{0: 3, 9: 2, 17: 1},
		slips:  map[int]int{1: 8},
		late:   map[int]int{0: 3, 1: 2, 4: 2, 7: 1, 15: 2},
		missed: map[int]bool{12: true},
	},
	{ // without a milestone in the first year
		task: "T12", hurry: 3, dispatches: 2, with: []ledger.UnitID{"sfj", "nyncj"}, silent: 1,
		nodes: []node{{11, 20, 48, "全年各项工作推进"}, {14, 20, 60, "网格整合"}, {17, 20, 75, "县级中心全部运行"}, {20, 20, 88, "安防平台汇聚"}, {23, 15, 100, "试点验收准备"}},
		lag:   map[int]float64{0: 1},
		late:  map[int]int{2: 1},
	},
}

// characterOf is how a task is driven; a county's as the city's, and its slips its own.
func characterOf(t ledger.TaskID) character {
	for _, c := range characters {
		if c.task == original(t) {
			if c.task != t {
				c.task, c.with = t, nil
			}
			return c
		}
	}
	return character{}
}

// line is the share that the schedule asks for at the end of a month.
func (c character) line(month int) float64 {
	m0, p0 := -1, 0.0
	for _, n := range c.nodes {
		if month <= n.month {
			return p0 + (n.percent-p0)*float64(month-m0)/float64(n.month-m0)
		}
		m0, p0 = n.month, n.percent
	}
	return p0
}

// behind is how far behind the line the task is in a month.
func (c character) behind(month int) float64 {
	for m := month; m >= 0; m-- {
		if f, ok := c.lag[m]; ok {
			return f
		}
	}
	return 0
}
