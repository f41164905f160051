package seeds

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"ducha/ledger"
)

// The demo's units have a voice of their own: short phrases in the manner of work
// reports, written for this simulation. None is a sentence of the plan, and none
// tells what the real units did. A # stands for a number that is drawn.

// topic is what one task's reports are made of.
type topic struct {
	work     []string // what was done
	problems []string
	next     []string
	evidence []string // names of attachments
}

var topics = map[ledger.TaskID]topic{
	"T01": {
		work: []string{"新梳理高频办事事项#项并更新指南", "走访企业#家、收集诉求#条", "帮代办窗口办件#件", "组织恳谈会一场、现场答复#条",
			"惠企政策兑现#笔", "抽查窗口服务#个", "电子证照归集#类", "开展营商环境指标自评,短板#项已列清单"},
		problems: []string{"个别部门数据回流不及时", "部分县办件系统与市级接口版本不一"},
		next:     []string{"逐项销号自评短板", "扩大政策免申即享范围", "组织县级观摩一次"},
		evidence: []string{"事项清单(更新版)", "恳谈会纪要", "办件统计表"},
	},
	"T02": {
		work: []string{"新增科技型中小企业入库#家", "兑现科创券#万元", "对接高校团队#个", "知识产权质押授信#笔",
			"组织技术需求征集,收回问卷#份", "高新技术企业申报辅导#家", "人才项目路演#个"},
		problems: []string{"中试场地不足", "部分企业研发投入填报口径不一"},
		next:     []string{"推进中试平台选址", "开展研发投入填报培训", "跟踪重点项目落地"},
		evidence: []string{"入库企业名单", "科创券兑付表", "路演签到册"},
	},
	"T03": {
		work: []string{"小微首贷户净增#户", "绿色信贷项目入库#个", "担保业务放款#笔", "走访供应链核心企业#家",
			"开展普惠金融进园区#场", "线上产品新增授信#户", "应收账款确权#笔"},
		problems: []string{"担保代偿分担比例尚未谈妥", "部分银行数据按季才出"},
		next:     []string{"推进担保机构股权划转", "补齐绿色项目库材料", "组织评估自查"},
		evidence: []string{"授信台账", "项目库清单", "银担合作协议扫描件"},
	},
	"T04": {
		work: []string{"固废产生单位申报核查#家", "医废收集点新增#个", "垃圾分类示范小区验收#个", "规模养殖场粪污检查#家",
			"装配式项目备案#个", "无废细胞创建评审#个", "条例草案征求意见#条"},
		problems: []string{"立法程序须经人大审议,时间不由本局掌握", "偏远乡镇转运车辆不足"},
		next:     []string{"配合做好草案审议", "补足转运车辆", "开展第三方预评估"},
		evidence: []string{"现场核查照片", "征求意见汇总表", "评审结果公示"},
	},
	"T05": {
		work: []string{"新增跨境电商备案企业#家", "单一窗口报关#票", "海外仓面积新增#百平方米", "开展电商实训#人次",
			"综保区验放包裹#千件", "对接物流平台#家", "协调外汇结算问题#件"},
		problems: []string{"国际物流价格波动较大"},
		next:     []string{"巩固通关时效", "扩大实训规模", "整理可推广做法"},
		evidence: []string{"备案企业名单", "通关时效统计", "实训签到册"},
	},
	"T06": {
		work: []string{"社会事务移交事项核定#项", "与属地政府会商#次", "薪酬方案征求意见#条", "清理平台公司子公司#家",
			"盘活闲置厂房#百平方米", "编制岗位清单#个", "走访开发区#个"},
		problems: []string{"移交事项涉及编制划转,属地意见尚未统一", "平台公司历史账务核对进度慢"},
		next:     []string{"逐区签订移交协议", "加快账务核对", "报审薪酬方案"},
		evidence: []string{"移交事项清单", "会商纪要", "岗位清单"},
	},
	"T07": {
		work: []string{"核实注入资产#宗", "完成县级公司清产核资#家", "与评级机构沟通#次", "压降高息债务#笔",
			"划转股权登记#户", "清理低效子企业#家", "合并报表试算#轮"},
		problems: []string{"部分资产权证不全", "个别县划转手续滞后", "评级机构要求补充三年审计资料"},
		next:     []string{"补办权证", "逐县倒排划转时间", "完成合并报表"},
		evidence: []string{"资产清单", "股权划转文件", "评级沟通纪要"},
	},
	"T08": {
		work: []string{"裁量基准审查#部门", "执法案卷评查#卷", "乡镇执法人员培训#人次", "行刑衔接案件移送#件",
			"执法监督建议书发出#份", "公示执法信息#条", "规范化试点乡镇走访#个"},
		problems: []string{"部分乡镇持证人员不足", "案卷制作质量参差"},
		next:     []string{"组织补考取证", "通报评查结果", "扩大规范化覆盖面"},
		evidence: []string{"评查结果表", "培训名册", "基准目录"},
	},
	"T09": {
		work: []string{"创新平台绩效评价#家", "技术合同登记#份", "成果对接#项", "科技计划项目中期检查#个",
			"走访实验室#家", "基金合作机构尽调#家", "揭榜项目征集#项"},
		problems: []string{"基金合作机构出资意愿不足", "成果收储价格缺少参照"},
		next:     []string{"修订基金方案再征意见", "推进省级平台申报", "开展成果评价试点"},
		evidence: []string{"绩效评价表", "技术合同登记汇总", "尽调报告"},
	},
	"T10": {
		work: []string{"接待游客#万人次", "景区经营项目清理#个", "集团内部制度修订#项", "联合推介#场",
			"度假区创建对标整改#条", "游步道维护#公里", "人员竞聘岗位#个"},
		problems: []string{"冬季客流下降明显", "部分用地手续尚在办理"},
		next:     []string{"推出淡季产品", "完善创建资料", "衔接用地审批"},
		evidence: []string{"客流统计", "创建对标表", "推介活动照片"},
	},
	"T11": {
		work: []string{"闲置宅基地摸底#宗", "村级章程修订#个村", "退出意向登记#户", "盘活项目签约#个",
			"宅基地审批抽查#宗", "政策宣讲#场", "纠纷调处#件"},
		problems: []string{"退出补偿资金来源不稳", "部分村权属资料缺失"},
		next:     []string{"完善补偿办法", "补齐权属资料", "扩大试点村"},
		evidence: []string{"摸底台账", "村民会议记录", "签约项目表"},
	},
	"T12": {
		work: []string{"矛盾纠纷排查#件、化解#件", "网格整合#个", "心理服务站点建成#个", "安防小区接入#个",
			"平安志愿者活动#场", "县级中心巡查#个", "网格员培训#人次"},
		problems: []string{"跨部门数据推送口径不一", "个别中心人员未进驻到位"},
		next:     []string{"督促人员进驻", "统一事件分类", "开展群众满意度抽样"},
		evidence: []string{"化解台账", "网格清单", "站点照片"},
	},
}

// voice draws phrases.
type voice struct{ *rand.Rand }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// fill draws a number for every # of a phrase.
func (v voice) fill(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '#' {
			b.WriteString(strconv.Itoa(3 + v.IntN(46)))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// topicOf is what a task's reports are made of.
func topicOf(t ledger.TaskID) topic { return topics[original(t)] }

// two are two different phrases.
func (v voice) two(from []string) (string, string) {
	i := v.IntN(len(from))
	j := (i + 1 + v.IntN(len(from)-1)) % len(from)
	return v.fill(from[i]), v.fill(from[j])
}

func (v voice) summary(t ledger.TaskID, percent float64) ledger.Text {
	a, b := v.two(topicOf(t).work)
	return ledger.Text(fmt.Sprintf("本月%s;%s。累计完成全部工作量的%s%%。", a, b, number(percent)))
}

func (v voice) problem(t ledger.TaskID) ledger.Text {
	return ledger.Text(pick(v.Rand, topicOf(t).problems) + "。")
}

func (v voice) next(t ledger.TaskID) ledger.Text {
	return ledger.Text(pick(v.Rand, topicOf(t).next) + "。")
}

// dispatch is the log of a tier 1 meeting.
func (v voice) dispatch(t ledger.TaskID) (summary, next ledger.Text) {
	how := pick(v.Rand, []string{"主要负责同志听取汇报", "分管负责同志到现场", "召开专班碰头会", "逐项核对清单"})
	return ledger.Text(fmt.Sprintf("%s:%s。", how, v.fill(pick(v.Rand, topicOf(t).work)))), v.next(t)
}

// directive asks for one thing; answer answers it.
func (v voice) directive(t ledger.TaskID) (ask, answer ledger.Text) {
	n := pick(v.Rand, topicOf(t).next)
	ask = ledger.Text(fmt.Sprintf("请就“%s”提出具体措施和时间表,并反馈进展。", n))
	answer = ledger.Text(fmt.Sprintf("已制定“%s”的措施清单,责任到人;%s。", n, v.fill(pick(v.Rand, topicOf(t).work))))
	return ask, answer
}

// number writes a share with at most one digit after the point.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// period is a month as reports name it.
func period(m ledger.Month) string { return m.First().Start().Format("2006年1月") }
