package report

import (
	"fmt"
	"slices"
	"strings"

	"ducha/ledger"
)

// minutes (会议纪要) of a meeting of tier 2 or 3.
func (d *document) minutes(b *ledger.MeetingHeld) {
	d.Name = d.T("会议纪要", "Minutes")
	d.row("会议", "Meeting", d.word(string(b.Tier)))
	d.row("日期", "Date", d.date(b.On))
	d.row("到会单位", "Attended", d.units(b.Attended))
	d.row("缺席单位", "Absent", d.units(b.Absent))
	if b.Pack != nil {
		d.row("会议材料", "Material", d.ref(*b.Pack))
	}
	agenda, decisions := docList{Heading: d.T("议题", "Agenda")}, docList{Heading: d.T("议定事项", "Decisions")}
	for _, x := range b.Agenda {
		agenda.Items = append(agenda.Items, d.said(string(x)))
	}
	for _, x := range b.Decisions {
		if slices.ContainsFunc(b.Items, func(i ledger.MeetingItem) bool { return i.Text == x }) {
			continue // it stands among the items, with who does it
		}
		decisions.Items = append(decisions.Items, d.said(string(x)))
	}
	for _, x := range b.Items {
		decisions.Items = append(decisions.Items, d.item(x))
	}
	if b.Minutes != "" {
		d.Body = []string{d.said(string(b.Minutes))}
	}
	d.Points = append(d.Points, agenda, decisions)
	done := docList{Heading: d.T("此前议定事项的办结", "Done of what earlier meetings settled")}
	for _, x := range b.Done {
		done.Items = append(done.Items, fmt.Sprintf(d.T("%s 第 %s 项：%s", "%s, item %s: %s"), d.ref(x.Meeting), x.Item, d.said(string(x.Note))))
	}
	if len(done.Items) > 0 {
		d.Points = append(d.Points, done)
	}
}

// item is what was settled, by whom and until when it is to be done.
func (d *document) item(x ledger.MeetingItem) string {
	text := d.said(string(x.Text))
	var who []string
	if x.Unit != "" {
		who = append(who, d.unit(x.Unit))
	}
	if x.Task != "" {
		who = append(who, string(x.Task))
	}
	if x.Due != "" {
		who = append(who, fmt.Sprintf(d.T("%s前", "by %s"), d.date(x.Due)))
	}
	if len(who) > 0 {
		text += d.T("（", " (") + strings.Join(who, d.T("，", ", ")) + d.T("）", ")")
	}
	return text
}

func (d *document) units(list []ledger.UnitID) string {
	names := make([]string, len(list))
	for i, u := range list {
		names[i] = d.unit(u)
	}
	return strings.Join(names, d.T("、", ", "))
}

// conclusion (督查结论) is fed back to those who were inspected.
func (d *document) conclusion(b *ledger.InspectionConcluded) {
	d.Name = d.T("督查结论反馈", "Conclusion of an inspection")
	if i := d.Campaign.Inspections[b.Inspection]; i != nil {
		d.Number = d.T("督查码 ", "Inspection code ") + clean(string(i.InspectionAuthorised.Code))
		d.row("督查事项", "Scope", d.shown(i.ID, string(i.Scope)))
		d.row("督查期限", "Term", d.date(i.From)+d.T(" 至 ", " to ")+d.date(i.To))
		found := docList{Heading: d.T("发现、核实与存疑", "What was found, verified, disputed")}
		for _, f := range i.Findings {
			text := fmt.Sprintf(d.T("第 %d 号 %s %s", "record %d, %s, %s"), f.Sequence, d.kind(f.Kind), f.Task)
			if f.Text != "" {
				text += d.T("：", ": ") + d.shown(f.ID, f.Text)
			}
			found.Items = append(found.Items, text)
		}
		d.Points = append(d.Points, found)
		for _, c := range i.Contested {
			d.did("结论异议", "contested", &c.Stamp)
		}
		d.did("结论复核", "reviewed", i.Reviewed)
		if i.Outcome == ledger.Revoked {
			d.Void = d.T("本结论已经复核撤销", "this conclusion was revoked on review")
		}
	}
	d.tall("事实与依据", "Facts", string(b.Facts))
	d.tall("结论", "Conclusion", string(b.Conclusion))
	d.Note = d.T("对结论有异议的,可自收到之日起三十日内申请复核,参与本次督查的人员回避(政府督查工作条例第十七条)。",
		"Whoever was inspected may ask for a review within 30 days; those who took part recuse themselves (decree 733 art. 17).")
	d.slip("督查结论回执", "Receipt of a conclusion", d.T("被督查单位", "Unit"))
}

// praise (表扬通报).
func (d *document) praise(b *ledger.PraiseRecorded) {
	d.Name = d.T("表扬通报", "Praise")
	d.Heading = d.T("关于表扬", "Praise of ") + d.unit(d.Event.Unit) + d.T("的通报", "")
	d.row("单位", "Unit", d.unit(d.Event.Unit))
	d.row("任务", "Task", d.task())
	d.row("事项", "About", d.said(string(b.About)))
	d.tall("理由", "Reason", string(b.Reason))
	if len(b.Evidence) > 0 {
		d.Points = append(d.Points, docList{d.T("所依据的记录", "Records"), d.records(b.Evidence)})
	}
}
