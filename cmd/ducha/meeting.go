package main

import (
	"context"
	"fmt"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) meetingCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "meeting", Short: "会议:例会材料、会议、议定事项 meetings: packs, minutes, items carried until done", Args: noCommand, RunE: help,
	}
	c.AddCommand(a.meetingPackCommand(), a.meetingListCommand(), a.meetingShowCommand(), a.meetingItemsCommand())
	return c
}

func (a *app) meetingListCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "list", Short: "已召开的会议 meetings, the latest first", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				m, err := l.Meetings(c.Context(), asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(m)
				}
				a.standing(m.Standing)
				t := a.table(a.say("记录", "record"), a.say("日期", "on"), a.say("层级", "tier"), a.say("召集", "called by"), a.say("到会/缺席", "attended/absent"), a.say("材料", "pack"),
					a.say("议定/未结", "items/open"), a.say("交办", "directives"), a.say("议题", "agenda"))
				t.SetColumnConfigs([]table.ColumnConfig{{Number: 9, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft}})
				for _, x := range m.Meetings {
					pack := "—"
					if x.Pack != nil {
						pack = fmt.Sprint(x.Pack.Sequence)
					}
					t.AppendRow(table.Row{x.Sequence, x.On, a.tier(x.Tier), x.By, fmt.Sprintf("%d / %d", len(x.Attended), len(x.Absent)), pack,
						fmt.Sprintf("%d / %d", len(x.Items), x.Open), len(x.Asked), projections.Visible(lines(x.Agenda))})
				}
				t.Render()
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func lines(list []ledger.Line) string {
	var parts []string
	for _, l := range list {
		parts = append(parts, string(l))
	}
	return strings.Join(parts, ";")
}

func (a *app) tier(t ledger.MeetingTier) string {
	if t == ledger.TierMonthly {
		return a.say("月度例会", "monthly")
	}
	return a.say("调度会", "as needed")
}

func (a *app) meetingShowCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "show [RECORD|ID]", Short: "一次会议:到会、纪要、议定事项及其落实 one meeting, by its record or id (default: the latest)", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				m, err := a.findMeeting(c.Context(), l, args, asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(m)
				}
				a.showMeeting(m)
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) findMeeting(ctx context.Context, l *client.Client, args []string, asOf string) (projections.MeetingStatus, error) {
	list, err := l.Meetings(ctx, asOf)
	if err != nil {
		return projections.MeetingStatus{}, err
	}
	found := "no meeting"
	for _, m := range list.Meetings {
		if len(args) == 0 || args[0] == m.ID.String() || args[0] == fmt.Sprint(m.Sequence) {
			return m, nil
		}
		found = "no meeting " + args[0]
	}
	return projections.MeetingStatus{}, &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: found, Want: "the record or the id of a meeting.held.v1, such as one of `ducha meeting list`"}
}

func (a *app) showMeeting(m projections.MeetingStatus) {
	a.printf("第 %d 号  %s  %s  召集 %s", "record %d  %s  %s  called by %s", m.Sequence, m.On, a.tier(m.Tier), m.By)
	a.printf("到会    %s", "attended  %s", spaced(m.Attended))
	if len(m.Absent) > 0 {
		a.printf("缺席    %s", "absent    %s", spaced(m.Absent))
	}
	a.printf("议题    %s", "agenda    %s", projections.Visible(lines(m.Agenda)))
	if m.Pack != nil {
		a.printf("材料    第 %d 号,%s 至 %s,摘要 %s", "pack      record %d, %s to %s, digest %s", m.Pack.Sequence, m.Pack.Frozen.From, m.Pack.Frozen.Cutoff, m.Pack.Frozen.SHA256)
	}
	for _, d := range m.Decisions {
		a.printf("决定    %s", "decision  %s", projections.Visible(string(d)))
	}
	if m.Minutes != "" {
		a.printf("纪要    %s", "minutes   %s", projections.Visible(m.Minutes))
	}
	for _, d := range m.Done {
		a.printf("前次议定已办结  %s:%s", "found done      %s: %s", d.Item, projections.Visible(string(d.Note)))
	}
	if len(m.Items) > 0 {
		a.itemTable(m.Items)
	}
	if len(m.Asked) > 0 {
		a.printf("会上交办 第 %v 号", "directives it issued: records %v", m.Asked)
	}
}

func spaced[T ~string](list []T) string {
	var parts []string
	for _, x := range list {
		parts = append(parts, string(x))
	}
	return strings.Join(parts, " ")
}

func (a *app) meetingItemsCommand() *cobra.Command {
	var unit, asOf string
	var open bool
	c := &cobra.Command{
		Use: "items", Short: "议定事项及其落实,未办结的逐次结转 what meetings settled, carried until done", Args: cobra.NoArgs,
		Example: "  ducha meeting items --open\n  ducha meeting items --unit gzw --as-of 2024-12-31",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				i, err := l.Items(c.Context(), client.Narrow(unit, asOf, map[string]bool{"open": open}))
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(i)
				}
				a.standing(i.Standing)
				a.itemTable(i.Items)
				a.printf("未办结 %d 项", "%d open", i.Open)
				return nil
			})
		},
	}
	c.Flags().StringVar(&unit, "unit", "", "只看此单位 this unit only")
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	c.Flags().BoolVar(&open, "open", false, "只看未办结的 only those not done yet")
	return c
}

func (a *app) itemTable(list []projections.ItemStatus) {
	t := a.table(a.say("会议", "meeting"), a.say("编号", "item"), a.say("议定事项", "what was settled"), a.say("单位", "unit"), a.say("任务", "task"), a.say("时限", "due"), a.say("结转", "carried"), a.say("落实", "state"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}, {Number: 8, WidthMax: 30, WidthMaxEnforcer: text.WrapSoft}})
	for _, i := range list {
		state := a.say("未办结", "open")
		switch {
		case i.Done != nil && i.Note != "":
			state = fmt.Sprintf(a.say("第 %d 号办结:%s", "done, record %d: %s"), i.Done.Sequence, projections.Visible(i.Note))
		case i.Done != nil:
			state = fmt.Sprintf(a.say("第 %d 号办结", "done, record %d"), i.Done.Sequence)
		case i.Overdue:
			state = a.say("已过时限", "past its day")
		}
		t.AppendRow(table.Row{fmt.Sprintf("%d (%s)", i.Sequence, i.On), i.Item, a.shown(i.Text), i.Unit, i.Task, i.Due, i.Carried, state})
	}
	t.Render()
}
