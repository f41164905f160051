package main

import (
	"fmt"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) diffCommand() *cobra.Command {
	var from, to string
	c := &cobra.Command{
		Use: "diff UNIT|TASK", Short: "两日对比:新增了哪些记录,什么变成了什么 what changed between two days", Args: exactly(1),
		Long: `对比一个单位或任务在两个日期各自"当日所知"的全部内容:新增的记录、灯、数据、节点时限、目标读数、交办、通报、
赋牌、清单、口径。台账没有删除:删除一栏恒为空,否则即为损坏。

Compares all that the ledger knew of a unit or a task on each of two days. Nothing is
ever deleted: the list of what is gone is empty, or the ledger is damaged.`,
		Example: "  ducha diff fgw --from 2024-06-30 --to 2024-08-15\n  ducha diff T06 --from 2024-06-30",
		RunE: func(c *cobra.Command, args []string) error {
			if err := required("from", from); err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				what := "unit"
				if _, err := l.Task(c.Context(), args[0], to); err == nil {
					what = "task"
				}
				d, err := l.Diff(c.Context(), what, args[0], from, to)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(d)
				}
				a.showDiff(d)
				if len(d.Deleted) > 0 {
					return errFindings
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&from, "from", "", "自 the first day (required)")
	c.Flags().StringVar(&to, "to", "", "至 the second day (default: now)")
	return c
}

func (a *app) showDiff(d api.Diff) {
	a.printf("%s  %s 至 %s:新增记录 %d 条,删除 %d 条,变化 %d 处", "%s  %s to %s: %d records added, %d deleted, %d changes",
		d.Campaign, day(d.From), day(d.To), len(d.Added), len(d.Deleted), len(d.Changes))
	if len(d.Added) > 0 {
		t := a.table(a.say("序号", "seq"), a.say("任务", "task"), a.say("记录", "statement"), a.say("提交", "by"))
		for _, e := range d.Added {
			t.AppendRow(table.Row{e.Sequence, e.Task, a.say(e.Kind.Name(), string(e.Kind)), e.By})
		}
		t.Render()
	}
	for _, id := range d.Deleted {
		a.printf("删除:%s(台账已损坏)", "deleted: %s (the ledger is damaged)", id)
	}
	if len(d.Changes) == 0 {
		return
	}
	t := a.table(a.say("内容", "what"), a.say("原", "from"), a.say("现", "to"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 1, WidthMax: 60, WidthMaxEnforcer: text.WrapHard}, {Number: 2, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}, {Number: 3, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	for _, c := range d.Changes {
		t.AppendRow(table.Row{projections.Visible(c.Path), a.changed(c.From), a.changed(c.To)})
	}
	t.Render()
}

func (a *app) changed(v any) string {
	if v == nil {
		return "—"
	}
	return projections.Visible(fmt.Sprint(v))
}
