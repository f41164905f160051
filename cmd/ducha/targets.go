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

func (a *app) targetsCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "targets [TASK]", Short: "目标:按各自类型评判,所报与核定分开 targets, each after its shape, claim and verification apart",
		Long: `每个目标按其类型评判:名次、比率、年度计数、累计、年均增长、双翻番(各翻一番)、恰为、嵌套计数、逐个达到、
通过与否、区段。所报与核定分列;无证据、未设节点各为一种状态;待明确事项与其释义一并列出。

Each target is read after its shape: rank, ratio, count a year, count, average growth,
doubled, exactly, nested count, each, pass or fail, band. What is claimed and what others
found stand apart; "no evidence" and 未设节点 are states of their own.`,
		Example: "  ducha targets\n  ducha targets T07 --as-of 2025-06-30",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("%d tasks: %s", len(args), c.UseLine())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				targets, err := l.Targets(c.Context(), strings.Join(args, ""), asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(targets)
				}
				a.standing(targets.Standing)
				a.targetTable(targets.Targets)
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) targetTable(targets []projections.TargetStatus) {
	t := a.table(a.say("目标", "target"), a.say("任务", "task"), a.say("对象", "subject"), a.say("要求", "goal"), a.say("所报", "claimed"), a.say("核定", "verified"), a.say("读数", "figure"), a.say("待明确", "open"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 30, WidthMaxEnforcer: text.WrapSoft}, {Number: 8, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	for _, x := range targets {
		task := string(x.Task)
		if x.Inferred {
			task += a.say("(推断)", " (inferred)")
		}
		t.AppendRow(table.Row{x.Target, task, projections.Visible(x.Subject), projections.Visible(x.Goal), a.language().TargetWords(x.Claimed),
			a.language().TargetWords(x.Verified), projections.Visible(x.Figure), a.questions(x)})
	}
	t.Render()
}

// questions says what is open about a target, and what was settled by which record.
func (a *app) questions(x projections.TargetStatus) string {
	var parts []string
	for _, q := range x.Open {
		switch {
		case q.Settled > 0:
			parts = append(parts, fmt.Sprintf(a.say("%s 已释义(第 %d 条)", "%s settled (record %d)"), q.Question, q.Settled))
		default:
			parts = append(parts, fmt.Sprintf(a.say("%s 待释义", "%s open"), q.Question))
		}
	}
	if len(x.Open) == 0 {
		parts = x.Notes
	}
	return projections.Visible(strings.Join(parts, ";"))
}

func (a *app) listsCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "lists", Short: "任务清单:每次冻结的版本,以及此后公开的变动 the frozen lists, every version, and what changed since", Args: noCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				lists, err := l.Lists(c.Context(), asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(lists)
				}
				a.standing(lists.Standing)
				for _, y := range lists.Lists {
					a.showList(y)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) showList(y projections.ListStatus) {
	for i, v := range y.Versions {
		a.printf("%d 年清单 第 %d 版:%d 项任务,%s 签署(第 %d 条) %s", "list of %d, version %d: %d tasks, signed by %s (record %d) %s", y.Year, i+1, len(v.Tasks), v.By, v.Record, projections.Visible(v.Basis))
		if i > 0 {
			a.printf("  增 %v 减 %v 事由 %s", "  added %v, removed %v, because %s", v.Added, v.Removed, projections.Visible(v.Reason))
		}
	}
	if len(y.Since) == 0 {
		a.printf("  此后没有变动", "  nothing changed since")
		return
	}
	t := a.table(a.say("序号", "seq"), a.say("任务", "task"), a.say("变动", "change"), a.say("内容", "what"), a.say("提交", "by"))
	for _, c := range y.Since {
		t.AppendRow(table.Row{c.Record, c.Task, a.say(c.Kind.Name(), string(c.Kind)), projections.Visible(c.Text), c.By})
	}
	t.Render()
}
