package report

import (
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

// dossierMonths is how many months the cover of a dossier looks back.
const dossierMonths = 12

// dossier (案卷) sums up on a proposal's cover what the ledger had for and against a
// card when it was proposed: the lights, the measures, what was found and answered.
// The words are left to the records.
func (d *document) dossier() {
	x, err := d.Campaign.Dossier(d.Event.Task, d.counts(d.Event))
	if err != nil {
		return
	}
	months := docList{Heading: d.T("逐月情况", "Month by month")}
	for _, m := range x.Months[max(0, len(x.Months)-dossierMonths):] {
		colour, means := d.Lang.LightWords(m.Light)
		months.Items = append(months.Items, fmt.Sprintf(d.T("%s %s·%s：应达 %.1f%%，实际 %.1f%%，差 %.1f 个点，节点超期 %d 天", "%s %s · %s: due %.1f%%, actual %.1f%%, gap %.1f, %d days late"),
			m.Month, colour, means, m.Planned, m.Actual, m.Gap, m.Late))
	}
	for _, list := range []docList{months,
		{d.T("已采取的措施", "What was done"), d.dossierSteps(x.Steps)},
		{d.T("单位所述", "What the unit said"), d.dossierSteps(x.Answers)},
		{d.T("督查所见", "What inspectors found"), d.dossierSteps(x.Findings)}} {
		if len(list.Items) > 0 {
			d.Points = append(d.Points, list)
		}
	}
	if x.Waited > 0 {
		d.Points = append(d.Points, docList{d.T("不计入滞后的天数", "Days that do not count"), []string{fmt.Sprintf(d.T("等待协调 %d 天", "%d days waited on others"), x.Waited)}})
	}
}

func (d *document) dossierSteps(steps []projections.DossierStep) []string {
	var list []string
	for _, s := range steps {
		what := clean(s.What)
		for _, k := range ledger.Kinds() {
			if k.Name == s.What {
				what = d.kind(k.Kind)
			}
		}
		list = append(list, fmt.Sprintf(d.T("%s %s（%s，第 %d 号）", "%s %s (%s, record %d)"), d.date(ledger.DateOf(s.At)), what, d.who(s.By), s.Record))
	}
	return list
}
