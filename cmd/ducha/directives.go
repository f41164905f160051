package main

import (
	"fmt"

	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) directivesCommand() *cobra.Command {
	var unit, task, asOf string
	var open, overdue bool
	c := &cobra.Command{
		Use: "directives", Short: "交办督办:轮到谁、何时到期、超期几个工作日 directives: whose move, due when, late by how much", Args: noCommand,
		Long: `交办督办的闭环:签收、反馈、审核,每一环节各有时限(口径中的工作日数;反馈另有交办写明的时限),
退回后反馈时限重新起算,原时限仍可查。末尾是各单位办理用时(工作日)。

The loop of directives: signing for, answering, deciding, each with a clock. A
return starts the answer's clock anew; the old limit stays visible. At the end: how
many working days each side took.`,
		Example: "  ducha directives --open\n  ducha directives --unit fgw --overdue --as-of 2024-08-15",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				q := client.Narrow(unit, asOf, map[string]bool{"open": open, "overdue": overdue})
				if task != "" {
					q.Set("task", task)
				}
				d, err := l.Directives(c.Context(), q)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(d)
				}
				a.standing(d.Standing)
				a.directiveTable(d.Directives)
				a.responseTable(d.Responses)
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&unit, "unit", "", "只看此单位 this unit only")
	f.StringVar(&task, "task", "", "只看此任务 this task only")
	f.BoolVar(&open, "open", false, "只看未办结的 only those not accepted yet")
	f.BoolVar(&overdue, "overdue", false, "只看当前环节已超时的 only those whose step that waits is late")
	f.StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) directiveTable(list []projections.DirectiveStatus) {
	t := a.table(a.say("记录", "record"), a.say("单位", "unit"), a.say("任务", "task"), a.say("交办内容", "what is asked"), a.say("现状", "state"), a.say("轮到", "whose move"),
		a.say("时限", "due"), a.say("超期", "late by"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 4, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}})
	for _, d := range list {
		t.AppendRow(table.Row{d.Sequence, d.Unit, d.Task, a.shown(d.Text), a.directiveState(d), a.side(d), d.Due, a.lateBy(d)})
	}
	t.Render()
	var late int
	for _, d := range list {
		if d.Late {
			late++
		}
	}
	a.printf("共 %d 件,当前环节已超时 %d 件", "%d directives, %d of them late at the step that waits", len(list), late)
}

// shown is a text that somebody signed; one that was sealed is empty.
func (a *app) shown(s string) string {
	if s == "" {
		return a.say("(已密封)", "(sealed)")
	}
	return projections.Visible(s)
}

func (a *app) directiveState(d projections.DirectiveStatus) string {
	state := a.language().DirectiveWords(d.State)
	if d.Returned > 0 {
		state += fmt.Sprintf(a.say("(退回 %d 次)", " (returned %d times)"), d.Returned)
	}
	if d.Stands != "" {
		state += a.say("(任务已中止或销号)", " (the task stands still)")
	}
	return state
}

func (a *app) side(d projections.DirectiveStatus) string {
	switch d.Whose {
	case projections.UnitSide:
		if d.Acting != "" {
			return fmt.Sprintf(a.say("%s(代 %s)", "%s (for %s)"), d.Acting, d.Unit)
		}
		return string(d.Unit)
	case projections.HeadquartersSide:
		return string(d.By)
	}
	return "—"
}

func (a *app) lateBy(d projections.DirectiveStatus) string {
	if !d.Late {
		return ""
	}
	return fmt.Sprintf(a.say("%d 个工作日", "%d working days"), d.LateBy)
}

func (a *app) responseTable(list []projections.UnitResponse) {
	if len(list) == 0 {
		return
	}
	t := a.table(a.say("办理用时(工作日)", "working days taken"), "", a.say("签收 平均/中位", "signing for mean/median"), a.say("超时", "late"), a.say("反馈 平均/中位", "answering mean/median"),
		a.say("超时", "late"), a.say("指挥部审核 平均/中位", "headquarters deciding mean/median"), a.say("超时", "late"))
	took := func(r projections.ResponseTime) (string, string) {
		if r.Count == 0 {
			return "—", ""
		}
		return fmt.Sprintf("%g / %g", r.Mean, r.Median), fmt.Sprintf("%d / %d", r.Late, r.Count)
	}
	for _, u := range list {
		row := table.Row{u.Unit, a.name(u.Name, u.NameEN)}
		for _, r := range []projections.ResponseTime{u.Acknowledge, u.Answer, u.Decide} {
			days, late := took(r)
			row = append(row, days, late)
		}
		t.AppendRow(row)
	}
	t.Render()
}
