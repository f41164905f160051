package report

import (
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

// compose writes the paper of the statement's kind.
func (d *document) compose(receipt bool) {
	if receipt {
		d.receipt()
		return
	}
	switch b := d.Event.Body.(type) {
	case *ledger.DirectiveIssued:
		d.directive(b)
	case *ledger.ReminderSent:
		d.reminder(b)
	case *ledger.NoticeDrafted:
		d.draft(b)
	case *ledger.NoticeIssued:
		d.notice(b)
	case *ledger.CardProposed:
		d.proposal(b)
	case *ledger.CardGranted:
		d.grant(b)
	case *ledger.InspectionAuthorised:
		d.inspection(b)
	case *ledger.InspectionConcluded:
		d.conclusion(b)
	case *ledger.MeetingHeld:
		d.minutes(b)
	case *ledger.PraiseRecorded:
		d.praise(b)
	case *ledger.ReportIssued:
		d.review(b)
	default:
		d.receipt()
	}
}

// slip is for the hand of whoever receives the paper.
func (d *document) slip(zh, en string, more ...string) {
	blank := append(more, d.T("签收人", "Received by"), d.T("日期", "Date"))
	if len(blank)%2 == 1 {
		blank = append(blank, d.T("备注", "Note"))
	}
	d.Slip = &docSlip{Name: d.T(zh, en), Blank: blank}
}

// did adds a step that may not have come yet.
func (d *document) did(zh, en string, s *projections.Stamp) {
	if s != nil {
		d.Steps = append(d.Steps, d.step(zh, en, *s))
	}
}

// directive (交办单).
func (d *document) directive(b *ledger.DirectiveIssued) {
	d.Name = d.T("交办单", "Directive")
	d.row("承办单位", "To", d.unit(d.Event.Unit))
	d.row("任务", "Task", d.task())
	d.tall("交办事项", "What is asked", string(b.Text))
	if b.Meeting != nil {
		d.row("来源", "From", d.meeting(*b.Meeting))
	}
	d.row("签收", "Sign for it", d.within(func(c ledger.Clocks) int { return c.Acknowledge }))
	d.row("首次反馈", "First answer", d.within(func(c ledger.Clocks) int { return c.Answer }))
	d.row("反馈时限", "Answer by", d.date(b.AnswerBy))
	d.slip("交办签收回执", "Receipt of a directive", d.T("承办单位", "Unit"), d.T("承办人及电话", "Who does it, telephone"))
	on := d.Campaign.Directives[d.Event.ID]
	if on == nil {
		return
	}
	d.did("签收", "signed for", on.Acknowledged)
	for _, s := range on.Answers {
		d.did("反馈", "answered", &s)
	}
	for _, s := range on.Returns {
		d.did("退回重办", "returned", &s)
	}
	d.did("办结", "accepted", on.Accepted)
	ordered(d.Steps)
}

func (d *document) meeting(id ledger.Ref) string {
	for _, m := range d.Campaign.Charter.Meetings {
		if m.ID == id {
			return fmt.Sprintf(d.T("%s%s（第 %d 号）", "%s, %s (record %d)"), d.date(m.On), d.word(string(m.Tier)), m.Sequence)
		}
	}
	return d.ref(id)
}

// reminder (催办单).
func (d *document) reminder(b *ledger.ReminderSent) {
	d.Name = d.T("催办单", "Reminder")
	d.row("被催办单位", "To", d.unit(d.Event.Unit))
	d.row("任务", "Task", d.task())
	d.tall("催办事项", "What about", string(b.About))
	d.row("答复时限", "Answer by", d.date(b.AnswerBy))
	d.slip("催办签收回执", "Receipt of a reminder", d.T("单位", "Unit"))
}

// draft (通报征求意见函) sends the facts to the unit for its comment.
func (d *document) draft(b *ledger.NoticeDrafted) {
	d.Name = d.T("通报征求意见函", "Facts for comment")
	d.Heading = d.T("关于征求", "Facts for comment: ") + d.quoted() + d.T("拟通报事实意见的函", "")
	d.To = d.unit(d.Event.Unit)
	d.Body = []string{fmt.Sprintf(d.T("现将拟通报的事实送你单位。请于 %s 前就事实是否属实陈述意见;逾期未提出的,视为无异议,并在通报中载明。",
		"These are the facts that a notice is to name. Say by %s whether they are true; where nothing is said, the notice will say so."), d.date(b.CommentBy))}
	d.facts(b.Facts)
	d.Points = append(d.Points, docList{d.T("所依据的记录", "Records"), d.records(b.Evidence)})
	d.slip("陈述意见回执", "Comment", d.T("单位", "Unit"), d.T("是否认可事实", "Are the facts true"))
	d.Slip.Wide = d.T("意见", "Comment")
	if n := d.Campaign.Escalations.Notices[d.Event.ID]; n != nil {
		for _, c := range n.Comments {
			d.did("陈述意见", "commented", &c.Stamp)
		}
		d.did("印发通报", "notice issued", n.Issued)
	}
}

func (d *document) facts(facts []ledger.Text) {
	list := docList{Heading: d.T("事实", "Facts")}
	for _, f := range facts {
		list.Items = append(list.Items, d.said(string(f)))
	}
	d.Points = append(d.Points, list)
}

// notice (通报): the facts are those of the draft, as they were frozen; what the unit
// said of them stands beside them.
func (d *document) notice(b *ledger.NoticeIssued) {
	d.Name = d.T("通报", "Notice")
	d.Heading = d.T("关于", "Notice on ") + d.quoted() + d.T("推进情况的通报", "")
	d.Number, d.To = d.said(string(b.Number)), d.unit(d.Event.Unit)
	d.Body, d.From = []string{d.said(string(b.Text))}, d.Office // whose seal stands there
	n := d.Campaign.Escalations.Notices[b.Notice]
	if n == nil {
		return
	}
	if d.sealed[n.ID] {
		d.Points = append(d.Points, docList{d.T("事实", "Facts"), []string{d.hidden()}})
	} else {
		d.facts(n.Facts)
	}
	comments := docList{Heading: d.T("单位陈述意见", "What the unit said")}
	for _, c := range n.Comments {
		word := d.T("有异议", "objects")
		if c.Accepts {
			word = d.T("认可", "accepts")
		}
		comments.Items = append(comments.Items, fmt.Sprintf(d.T("%s（第 %d 号，%s）：%s", "%s (record %d, %s): %s"), d.date(ledger.DateOf(c.At)), c.Sequence, word, d.shown(c.ID, c.Text)))
	}
	if len(comments.Items) == 0 {
		comments.Items = []string{fmt.Sprintf(d.T("至 %s 未提出意见。", "nothing until %s."), d.date(n.CommentBy))}
	}
	d.Points = append(d.Points, comments, docList{d.T("所依据的记录", "Records"), d.records(n.Evidence)})
	days := 30
	if p, ok := d.Campaign.Charter.PolicyAt(d.counts(d.Event)); ok {
		days = p.Clocks.ReviewAsk
	}
	d.Note = fmt.Sprintf(d.T("对本通报有异议的,可自收到之日起 %d 日内申请复核;参与本通报的人员回避。认为符合容错情形的,可一并申请。",
		"The unit may ask for a review within %d days; those who took part recuse themselves. It may claim tolerance at the same time."), days)
	if n.Revoked != nil {
		d.Void = fmt.Sprintf(d.T("本通报已于 %s 经复核撤销(第 %d 号)", "this notice was revoked on review on %s (record %d)"), d.date(ledger.DateOf(n.Revoked.At)), n.Revoked.Sequence)
	}
	d.slip("通报签收回执", "Receipt of a notice", d.T("单位", "Unit"))
}

// proposal (提请赋牌) is the cover of what an outside authority decides on.
func (d *document) proposal(b *ledger.CardProposed) {
	d.Name = d.T("提请赋牌函", "Proposal of a card")
	d.Heading = fmt.Sprintf(d.T("关于提请对%s赋%s牌的函", "Proposal of a %[2]s card on %[1]s"), d.quoted(), d.word(string(b.Colour)))
	d.To = d.T("有权机关", "The authority")
	d.Body = []string{d.T("根据方案四(三),对严重滞后的任务提请赋牌问责。指挥部只提请,是否赋牌由贵机关决定;提请者不参与决定和复核。",
		"Plan 4 (3): a card is proposed for a task that is severely behind. The headquarters proposes; you decide, and those who proposed neither decide nor review.")}
	d.row("任务", "Task", d.task())
	d.row("责任主体", "Unit", d.unit(d.Event.Unit))
	d.row("提请", "Proposed", d.T(d.word(string(b.Colour))+"牌", string(b.Colour)+" card"))
	d.tall("理由", "Reason", string(b.Reason))
	if b.Skipped != "" {
		d.tall("越级理由", "Why a step was skipped", string(b.Skipped))
	}
	if len(b.Notices) > 0 {
		d.Points = append(d.Points, docList{d.T("已印发的通报", "Notices"), d.records(b.Notices)})
	}
	if b.Dossier != "" {
		d.row("案卷摘要(SHA-256)", "Dossier (SHA-256)", string(b.Dossier))
	}
	d.Points = append(d.Points, docList{d.T("所依据的记录", "Records"), d.records(b.Evidence)})
	d.dossier()
	d.Note = d.T("案卷由台账记录生成,各件可按记录号查验;单位台账可导出后脱机核验。", "Each piece is found in the ledger by its number; the unit's trail can be exported and verified offline.")
	if c := d.Campaign.Escalations.Cards[d.Event.ID]; c != nil && c.Decided != nil {
		d.Steps = append(d.Steps, step{d.decision(c), c.Decided.Sequence, c.Decided.At})
		d.did("摘牌", "removed", c.Removed)
	}
}

// grant (赋牌决定) is the authority's own.
func (d *document) grant(b *ledger.CardGranted) {
	d.Name, d.Office = d.T("赋牌决定书", "Decision on a card"), d.From
	d.Heading = fmt.Sprintf(d.T("对%s赋%s牌的决定", "A %[2]s card on %[1]s"), d.quoted(), d.word(string(b.Colour)))
	d.To = d.unit(d.Event.Unit)
	d.row("任务", "Task", d.task())
	d.row("决定依据", "Basis", d.said(string(b.Basis)))
	d.tall("整改责任", "Duty", string(b.Duty))
	d.row("期限", "Until", d.date(b.Until))
	d.row("验收主体", "Accepted by", d.who(b.Accepts))
	d.row("所涉提请", "Proposal", d.ref(b.Proposal))
	list := docList{Heading: d.T("摘牌标准", "What it takes to have it removed")}
	for _, c := range b.Criteria {
		list.Items = append(list.Items, d.said(string(c)))
	}
	d.Points = append(d.Points, list)
	if c := d.Campaign.Escalations.Card(d.Event.ID); c != nil {
		d.did("申请摘牌", "removal applied for", c.Application)
		d.did("摘牌", "removed", c.Removed)
		if c.State == projections.CardRevoked {
			d.Void = d.T("本决定已经复核撤销", "this decision was revoked on review")
		}
	}
	d.slip("决定签收回执", "Receipt of a decision", d.T("单位", "Unit"))
}

// inspection (督查通知): whoever is inspected checks it before the door opens.
func (d *document) inspection(b *ledger.InspectionAuthorised) {
	d.Name = d.T("督查通知", "Notice of an inspection")
	d.Number = d.T("督查码 ", "Inspection code ") + clean(string(b.Code))
	d.row("批准依据", "Authority", d.said(string(b.Authority)))
	d.tall("督查事项", "Scope", string(b.Scope))
	tasks, units := "", ""
	for _, id := range b.Tasks {
		t := d.Campaign.Tasks[id]
		if t == nil {
			continue
		}
		tasks += fmt.Sprintf("%s %s\n", id, d.either(string(t.Given.Name), string(t.Given.NameEN)))
		units += d.unit(t.Lead) + "\n"
	}
	d.row("涉及任务", "Tasks", tasks)
	d.row("被督查单位", "Units", units)
	d.row("督查期限", "Term", d.date(b.From)+d.T(" 至 ", " to ")+d.date(b.To))
	people := ""
	for _, p := range b.Inspectors {
		people += d.who(p) + "\n"
	}
	d.row("督查人员", "Inspectors", people)
	d.Note = d.T("一事一码:请先扫码或输入查验码,核对督查码、人员、事项和期限后再予接待;与台账不一致的,可以拒绝。督查不得超出所列事项和期限。",
		"One inspection, one code: look the code up before you open the door. Refuse whoever, and whatever, is not on record. An inspection does not go beyond its scope and term.")
	if i := d.Campaign.Inspections[d.Event.ID]; i != nil {
		d.did("督查结论", "concluded", i.Concluded)
		d.did("结论复核", "reviewed", i.Reviewed)
		if ledger.DateOf(d.At) > b.To {
			d.Void = d.T("督查期限已过", "the inspection's term is over")
		}
	}
	d.slip("督查通知回执", "Receipt", d.T("被督查单位", "Unit"))
}

// review (督查报告) is the sheet that goes with an issued review.
func (d *document) review(b *ledger.ReportIssued) {
	d.Name = d.T("督查报告出具单", "A review, issued")
	d.row("标题", "Title", d.said(string(b.Title)))
	d.row("期间", "Period", d.date(b.From)+d.T(" 至 ", " to ")+d.date(b.To))
	d.row("所知截至", "As of", d.date(b.AsOf))
	if b.Sequence > 0 {
		d.row("依据", "Rests on", fmt.Sprintf(d.T("截至第 %d 号的记录", "the records up to %d"), b.Sequence))
	}
	d.row("格式", "Format", clean(string(b.Format)))
	d.row("数据摘要(SHA-256)", "Digest (SHA-256)", string(b.SHA256))
	d.Note = d.T("凭此摘要可由台账逐字节重建并核验:ducha review verify ", "It can be built again, byte for byte, and verified: ducha review verify ") + d.Event.ID.String()
}

// receipt (回执) shows what was said, and that it was recorded.
func (d *document) receipt() {
	d.Name, d.Office = d.T("受理回执", "Receipt"), d.Title+d.T("督查台账", " ledger")
	d.To = d.From
	d.Body = []string{d.T("你单位提交的下列记录已受理,签名有效,已写入台账,不可更改。", "What you submitted is on record: the signature is good, and nobody can change it.")}
	d.row("事项", "Kind", d.kind(d.Event.Kind))
	d.row("任务", "Task", d.task())
	d.row("所称时间", "Claimed", d.Moment(d.Event.Time))
	d.row("受理时间", "Recorded", d.Moment(d.Event.Recorded))
	d.row("记录号", "Record", d.number(d.Event.Sequence))
	d.row("名下", "Trail", fmt.Sprintf(d.T("%s 第 %d 条", "%s, number %d"), d.unit(d.Event.Unit), d.Event.TrailVersion))
	if d.sealed[d.Event.ID] {
		d.tall("内容", "What it says", "")
		return
	}
	for _, f := range d.fields(d.Event.Body) {
		d.Rows = append(d.Rows, docRow{Label: f.Label, Value: d.clip(f.Value, 600)})
	}
	d.From, d.On = d.T("台账", "The ledger"), ledger.DateOf(d.Event.Recorded)
	d.Note = d.T("本页供阅读;以台账密钥签名的回执文件为准,可脱机核验。", "This page is for reading: the receipt that the ledger's key signed counts, and can be verified offline.")
}
