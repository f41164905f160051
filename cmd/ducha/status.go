package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func (a *app) statusCommand() *cobra.Command {
	var asOf, about string
	c := &cobra.Command{
		Use: "status [UNIT]", Short: "单位与任务的状态 status of units and tasks, with lights",
		Example: "  ducha status\n  ducha status fgw --as-of 2024-08-15",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("%d units: %s", len(args), c.UseLine())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				if len(args) == 1 {
					return a.unitStatus(c.Context(), l, args[0], asOf, about)
				}
				return a.allStatus(c.Context(), l, asOf, about)
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至该日所知 what was known on a day, month or time, such as 2024-08-15")
	c.Flags().StringVar(&about, "about", "", "以现在(或 --as-of 该日)所知评判那一日 judge that day with all that is known now, or by --as-of")
	return c
}

func (a *app) allStatus(ctx context.Context, l *client.Client, asOf string, about ...string) error {
	units, err := l.Units(ctx, asOf, about...)
	if err != nil {
		return err
	}
	if a.json {
		return a.emit(units)
	}
	a.standing(units.Standing)
	t := a.table(a.say("单位", "unit"), "", a.say("任务", "task"), "", a.say("灯", "light"), a.say("依据", "because"), a.say("交办", "directives"), a.say("通报", "notices"), a.say("赋牌", "card"))
	for _, u := range units.Units {
		a.unitRows(t, u)
	}
	t.Render()
	return nil
}

func (a *app) unitRows(t table.Writer, u projections.UnitStatus) {
	directives := fmt.Sprintf(a.say("%d 未结", "%d open"), u.Directives.Open)
	if u.Directives.Overdue > 0 {
		directives += fmt.Sprintf(a.say(" %d 超期", ", %d overdue"), u.Directives.Overdue)
	}
	if u.NoLeadTask {
		t.AppendRow(table.Row{u.Unit, a.name(u.Name, u.NameEN), "—", a.say("无牵头任务", "no lead task"), "", projections.Visible(a.language().DutyWords(u)), "", "", ""})
		return
	}
	for i, task := range u.Tasks {
		row := table.Row{"", "", task.Task, a.name(task.Name, task.NameEN), a.light(task), a.language().FigureWords(task.Figures), "", "", a.cards(task.Cards)}
		if i == 0 {
			row[0], row[1], row[6], row[7] = u.Unit, a.name(u.Name, u.NameEN), directives, u.Notices
		}
		t.AppendRow(row)
	}
	if words := a.language().DutyWords(u); words != "" {
		t.AppendRow(table.Row{"", "", "—", "", "", projections.Visible(words), "", "", ""})
	}
}

func (a *app) cards(cards []projections.CardBrief) string {
	var parts []string
	for _, c := range cards {
		colour := a.say(map[ledger.Colour]string{"yellow": "黄牌", "red": "红牌"}[c.Colour], string(c.Colour))
		parts = append(parts, a.say(map[projections.CardState]string{projections.CardInForce: "在册", projections.CardProposed: "提请中"}[c.State], string(c.State))+" "+colour)
	}
	return strings.Join(parts, ", ")
}

func (a *app) name(zh, en string) string {
	if a.lang == "en" && en != "" {
		return projections.Visible(en)
	}
	return projections.Visible(zh)
}

// standing says what the answer rests on.
func (a *app) standing(s api.Standing) {
	a.printf("%s  截至 %s  台账第 %d 条", "%s  as of %s  ledger at %d", strings.TrimSpace(string(s.Campaign)+" "+projections.Visible(s.Title)), s.AsOf.In(ledger.Shanghai).Format("2006-01-02 15:04"), s.Sequence)
	if s.About != nil {
		a.printf("评判 %s:以上列时间为止所知(后来的核实、更正已计入;迟报仍为迟报)", "about %s: with all that was known by then (what was verified or corrected since counts; late stays late)", s.About.Format("2006-01-02 15:04"))
	}
	if s.Clock == ledger.ClockDeclared {
		a.printf("注意:本台账按提交人所称时间计(章程 clock: declared)", "note: this campaign is judged by the signers' claimed times (charter clock: declared)")
	}
}

func (a *app) unitStatus(ctx context.Context, l *client.Client, id, asOf string, about ...string) error {
	u, err := l.Unit(ctx, id, asOf, about...)
	if err != nil {
		return err
	}
	if a.json {
		return a.emit(u)
	}
	a.standing(u.Standing)
	a.printf("%s %s  名下记录 %d 条", "%s %s  %d records on its trail", u.Unit, a.name(u.Name, u.NameEN), u.Trail)
	a.identity(u.UnitStatus)
	if u.NoLeadTask {
		a.printf("无牵头任务", "no lead task")
	}
	for _, t := range u.Tasks {
		a.taskStatus(t)
	}
	for _, former := range u.Acting {
		a.printf("\n代行 %s %s 的职责:", "\nacting for %s %s:", former.Unit, a.name(former.Name, former.NameEN))
		for _, t := range former.Tasks {
			a.taskStatus(t)
		}
	}
	a.printf("\n交办督办:未结 %d(超期 %d),办结 %d;催办 %d;通报 %d", "\ndirectives: %d open (%d overdue), %d done; reminders %d; notices %d",
		u.Directives.Open, u.Directives.Overdue, u.Directives.Done, u.Reminders, u.Notices)
	for _, state := range slices.Sorted(maps.Keys(u.Cards)) {
		a.printf("赋牌 %s:%d", "cards %s: %d", a.say(cardStates[state][0], cardStates[state][1]), u.Cards[state])
	}
	for year := range 3000 {
		if filed, owed := u.PlanFiled[year]; owed {
			a.printf("%d 年度工作计划:%s", "annual plan %d: %s", year, a.say(map[bool]string{true: "已报", false: "未报"}[filed], map[bool]string{true: "filed", false: "not filed"}[filed]))
		}
	}
	return nil
}

// taskStatus shows why a light is what it is.
func (a *app) taskStatus(t projections.TaskStatus) {
	fmt.Fprintf(a.Out, "\n%s %s  %s\n", t.Task, a.name(t.Name, t.NameEN), a.light(t))
	if names := a.aliases(t); names != "" {
		a.printf("  别名    %s", "  also     %s", names)
	}
	a.printf("  依据    %s", "  because  %s", a.language().FigureWords(t.Figures))
	if t.Expression != "" {
		a.printf("  口径    %s(第 %d 条)", "  policy   %s (record %d)", t.Expression, t.Policy)
	}
	var from []string
	for _, name := range []string{"planned", "actual", "late_days", "reports_late", "waited_days", "false_report"} {
		if s := t.Sources[name]; len(s) > 0 {
			from = append(from, fmt.Sprintf("%s %v", name, s))
		}
	}
	if len(from) > 0 {
		a.printf("  出处    %s", "  sources  %s", strings.Join(from, "  "))
	}
	for _, p := range t.Disputed {
		a.printf("  异议    责任单位 %s 对最近一期所报有异议(第 %d 号):%s", "  disputed by the responsible unit %s (record %d): %s", p.By, p.Sequence, a.shown(p.Note))
	}
	if t.Relapsed != nil {
		a.printf("  回头看  销号后发现反弹(第 %d 号),应重新立项", "  relapsed after it was closed (record %d): it is to be reopened", t.Relapsed.Sequence)
	}
	for _, d := range t.Doubts {
		a.printf("  存疑    %s", "  doubt    %s", d)
	}
}

func day(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04") }
