package main

import (
	"fmt"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

var inspectionStates = map[projections.InspectionState][2]string{
	projections.InspectionPlanned: {"未开始", "planned"}, projections.InspectionRunning: {"进行中", "running"},
	projections.InspectionOver: {"期满未结", "over, not concluded"}, projections.InspectionConcluded: {"已结论", "concluded"},
}

func (a *app) inspectionCommand() *cobra.Command {
	c := &cobra.Command{Use: "inspection", Aliases: []string{"inspections"}, Short: "督查:立项、验码、发现与复核 inspections: authority, code, findings, review", Args: noCommand, RunE: help}
	c.AddCommand(a.inspectionListCommand(), a.inspectionVerifyCommand())
	return c
}

func (a *app) inspectionListCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "list", Short: "各项督查及其发现、结论、异议与时限 inspections with their findings, conclusions and clocks", Args: noCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				list, err := l.Inspections(c.Context(), asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(list)
				}
				a.standing(list.Standing)
				t := a.table(a.say("督查码", "code"), a.say("任务", "tasks"), a.say("起止", "term"), a.say("督查人员", "inspectors"), a.say("现状", "state"), a.say("发现", "findings"), a.say("结论与复核", "conclusion and review"))
				t.SetColumnConfigs([]table.ColumnConfig{{Number: 7, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
				for _, i := range list.Inspections {
					t.AppendRow(table.Row{i.Code, fmt.Sprint(i.Tasks), fmt.Sprintf("%s — %s", i.From, i.To), a.inspectors(i), a.say(inspectionStates[i.State][0], inspectionStates[i.State][1]),
						fmt.Sprintf(a.say("%d 项,未整改 %d", "%d, %d open"), len(i.Findings), i.Open), a.conclusion(i)})
				}
				t.Render()
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) inspectors(i projections.InspectionStatus) string {
	var names []string
	for _, n := range i.Inspectors {
		names = append(names, projections.Visible(n.Name))
	}
	return strings.Join(names, ", ")
}

func (a *app) conclusion(i projections.InspectionStatus) string {
	var parts []string
	add := func(when bool, zh, en string, args ...any) {
		if when {
			parts = append(parts, fmt.Sprintf(a.say(zh, en), args...))
		}
	}
	add(i.Concluded != nil, "结论:第 %d 条", "concluded: record %d", sequenceOf(i.Concluded))
	add(i.ContestBy != "" && len(i.Contested) == 0, "异议至 %s", "may be contested until %s", i.ContestBy)
	for _, c := range i.Contested {
		add(true, "%s 提出异议(第 %d 条)", "contested by %s (record %d)", c.Unit, c.Sequence)
	}
	add(i.ReviewBy != "" && i.Reviewed == nil, "复核应于 %s 前作出", "review due by %s", i.ReviewBy)
	add(i.Reviewed != nil, "复核:%s(第 %d 条)", "review: %s (record %d)", a.outcome(i.Outcome), sequenceOf(i.Reviewed))
	add(i.ReviewLate, "逾期", "late")
	return strings.Join(parts, ";")
}

func (a *app) inspectionVerifyCommand() *cobra.Command {
	var task, asOf string
	c := &cobra.Command{
		Use: "verify CODE", Short: "验码:开门之前,核对此督查是否有授权 check a code before you open the door", Args: exactly(1),
		Long: `一事一码。督查组到来时,单位先验码:有无授权、是否在期限内、是否含本任务、由何人实施。
没有码,或码不相符,可以谢绝;退出码为 1。

One code for one matter. No code, or one that does not fit: the unit may decline. The
exit code is 1 then.`,
		Example: "  ducha inspection verify DC-2024-01 --task T01",
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				check, err := l.CheckCode(c.Context(), args[0], task, asOf)
				if err != nil {
					return err
				}
				if a.json {
					if err := a.emit(check); err != nil {
						return err
					}
				} else {
					a.showCode(check.CodeCheck)
				}
				if !check.Good {
					return errFindings
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&task, "task", "", "所查任务 the task to be inspected")
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time (default: now)")
	return c
}

func (a *app) showCode(check projections.CodeCheck) {
	if check.Good {
		a.printf("相符:%s 可以实施", "good: %s may be carried out", check.Code)
	} else {
		a.printf("不相符:%s %s", "NOT GOOD: %s: %s", projections.Visible(string(check.Code)), a.say(check.WhyZH, check.WhyEN))
	}
	i := check.Inspection
	if i == nil {
		return
	}
	a.printf("  事项    %s", "  scope      %s", projections.Visible(i.Scope))
	a.printf("  任务    %v", "  tasks      %v", i.Tasks)
	a.printf("  起止    %s 至 %s", "  term       %s to %s", i.From, i.To)
	a.printf("  人员    %s", "  inspectors %s", a.inspectors(*i))
	a.printf("  依据    %s(第 %d 条,%s 签署)", "  authority  %s (record %d, signed by %s)", projections.Visible(i.Authority), i.Authorised.Sequence, i.Authorised.By)
}

func (a *app) sampleCommand() *cobra.Command {
	var asOf string
	var top int
	c := &cobra.Command{
		Use: "sample", Short: "抽查建议:先看哪里,为什么 where an inspection had better look, and why", Args: noCommand,
		Long: `按台账所载提示先查哪些任务:进度陡升、临期才报、文字或佐证雷同、完成而无佐证、久未核实、虚报之后的新报告。
只作参考,不据此认定任何事实。

Ranks the tasks by what speaks for a look: jumps, last-day reports, text or evidence used
again, done without evidence, long unverified, claims after a false one. A help, no finding.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				s, err := l.Samples(c.Context(), asOf)
				if err != nil {
					return err
				}
				if top > 0 && len(s.Samples) > top {
					s.Samples = s.Samples[:top]
				}
				if a.json {
					return a.emit(s)
				}
				a.standing(s.Standing)
				t := a.table(a.say("任务", "task"), "", a.say("牵头", "lead"), a.say("分", "score"), a.say("为什么", "why"), a.say("记录", "records"))
				t.SetColumnConfigs([]table.ColumnConfig{{Number: 5, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}, {Number: 6, WidthMax: 30, WidthMaxEnforcer: text.WrapSoft}})
				for _, x := range s.Samples {
					for i, r := range x.Reasons {
						row := table.Row{"", "", "", "", a.say(r.ZH, r.EN), strings.Trim(fmt.Sprint(r.Records), "[]")}
						if i == 0 {
							row[0], row[1], row[2], row[3] = x.Task, projections.Visible(x.Name), x.Lead, x.Score
						}
						t.AppendRow(row)
					}
					t.AppendSeparator()
				}
				t.Render()
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	c.Flags().IntVarP(&top, "top", "n", 0, "只列前几项 only so many")
	return c
}
