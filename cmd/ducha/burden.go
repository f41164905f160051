package main

import (
	"fmt"

	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) burdenCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "burden [UNIT]", Short: "基层负担:各单位每月被要求的事项 what was asked of each unit, month by month", Args: cobra.MaximumNArgs(1),
		Long: `为基层减负:交办、催办、退回、会议、约谈、督查(每次督查每日计一次)都算一次要求;月报是方案规定的
常规报送,不计入。同一任务上未办结的同一交办,台账不予重复受理(directive.twice)。

Directives, reminders, returns, meetings, talks and days of inspection each count as
one request; monthly reports are owed by the plan and do not.`,
		Example: "  ducha burden\n  ducha burden fgw --as-of 2024-12-31",
		RunE: func(c *cobra.Command, args []string) error {
			unit := ""
			if len(args) == 1 {
				unit = args[0]
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				b, err := l.Burden(c.Context(), client.Narrow(unit, asOf, nil))
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(b)
				}
				a.standing(b.Standing)
				a.burdenTable(b.Units, unit != "")
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

// burdenTable has a row for each unit, or for each month of one.
func (a *app) burdenTable(units []projections.UnitBurden, months bool) {
	head := []any{a.say("单位", "unit"), "", a.say("月份", "month")}
	for _, what := range projections.Askings {
		head = append(head, a.language().AskingWords(what))
	}
	t := a.table(append(head, a.say("合计", "total"))...)
	for _, u := range units {
		sum := projections.BurdenMonth{By: map[projections.Asking]int{}, Total: u.Total}
		for _, m := range u.Months {
			if months {
				t.AppendRow(a.burdenRow(u, string(m.Month), m))
			}
			for what, n := range m.By {
				sum.By[what] += n
			}
		}
		t.AppendRow(a.burdenRow(u, fmt.Sprintf(a.say("%d 个月", "%d months"), len(u.Months)), sum))
	}
	t.Render()
}

func (a *app) burdenRow(u projections.UnitBurden, month string, m projections.BurdenMonth) table.Row {
	row := table.Row{u.Unit, a.name(u.Name, u.NameEN), month}
	for _, what := range projections.Askings {
		row = append(row, m.By[what])
	}
	return append(row, m.Total)
}

func (a *app) blockersCommand() *cobra.Command {
	var unit, asOf string
	var open bool
	c := &cobra.Command{
		Use: "blockers", Short: "难点堵点:在等谁、等了多少天 blockers: on whom each waits, and for how long", Args: noCommand,
		Long: `难点堵点:待研究的天数计在指挥部;受理后任务暂停计时,等待外部机关(如人大)的另列。

Days on which the headquarters had not decided are counted apart from those since it
was accepted, in which the task's clock stands still; waits on a body outside the
headquarters say so.`,
		Example: "  ducha blockers --open\n  ducha blockers --unit sthjj --as-of 2024-08-15",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				b, err := l.Blockers(c.Context(), client.Narrow(unit, asOf, map[string]bool{"open": open}))
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(b)
				}
				a.standing(b.Standing)
				t := a.table(a.say("记录", "record"), a.say("任务", "task"), a.say("难点堵点", "blocker"), a.say("请求", "asked of"), a.say("提出", "raised"), a.say("在等", "waits on"),
					a.say("待研究(天)", "undecided days"), a.say("等待(天)", "days waited"))
				t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}})
				for _, x := range b.Blockers {
					t.AppendRow(table.Row{x.Sequence, x.Task, a.shown(x.What), x.Asks, x.Raised, a.waitsOn(x), x.UndecidedDays, x.WaitedDays})
				}
				t.Render()
				a.printf("共 %d 件,待指挥部研究 %d 件", "%d blockers, %d undecided", len(b.Blockers), b.Undecided)
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&unit, "unit", "", "只看此单位 this unit only")
	f.StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	f.BoolVar(&open, "open", false, "只看未了结的 only those that wait")
	return c
}

func (a *app) waitsOn(b projections.BlockerStatus) string {
	words := a.language().WaitWords(b.WaitsOn)
	switch {
	case b.WaitsOn == projections.OnOutside && b.Outside != "":
		words += a.say(":", ": ") + projections.Visible(b.Outside)
	case b.WaitsOn == projections.OnNobody && b.Cleared == nil:
		words = a.say("不予受理", "turned down")
	}
	return words
}
