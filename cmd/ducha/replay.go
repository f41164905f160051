package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) replayCommand() *cobra.Command {
	var asOf, about string
	c := &cobra.Command{
		Use: "replay TASK", Short: "回放任务:到某日为止的每一条记录与当日的灯 replay a task to any date",
		Example: "  ducha replay T06 --as-of 2024-08-15", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error { return a.replay(c.Context(), l, args[0], asOf, 0, about) })
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至该日所知 what was known on a day, month or time (default: now)")
	c.Flags().StringVar(&about, "about", "", "以所知评判那一日 judge that day with all that was known by --as-of, or is now")
	return c
}

// replay shows a task's history up to an instant and the light of that instant;
// with last above 0, only so many of the last statements.
func (a *app) replay(ctx context.Context, l *client.Client, id, asOf string, last int, about ...string) error {
	task, err := l.Task(ctx, id, asOf, about...)
	if err != nil {
		return err
	}
	history, err := l.History(ctx, id, asOf)
	if err != nil {
		return err
	}
	if a.json {
		return a.emit(map[string]any{"task": task, "statements": history.Statements})
	}
	a.standing(task.Standing)
	t := a.statements()
	shown := history.Statements
	if last > 0 && len(shown) > last {
		a.printf("(共 %d 条,显示最后 %d 条)", "(%d statements, the last %d shown)", len(shown), last)
		shown = shown[len(shown)-last:]
	}
	for _, s := range shown {
		t.AppendRow(a.statementRow(s))
	}
	t.Render()
	a.taskStatus(task.TaskStatus)
	return nil
}

// statements is a table with a statement a row.
func (a *app) statements() table.Writer {
	t := a.table(a.say("序号", "seq"), a.say("任务", "task"), a.say("所称时间", "claimed"), a.say("记录时间", "recorded"), a.say("记录", "statement"), a.say("提交", "by"), a.say("内容", "says"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 7, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	return t
}

func (a *app) statementRow(s api.Statement) table.Row {
	return table.Row{s.Sequence, s.Task, day(s.Time), day(s.Recorded), a.say(s.Name, string(s.Type)), a.signer(s), brief(s.Data)}
}

// brief gives the gist of a statement's data on one line: its texts and figures.
func brief(data any) string {
	raw, err := json.Marshal(data)
	if err != nil {
		return ""
	}
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil {
		return projections.Visible(string(raw))
	}
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		switch v := fields[name].(type) {
		case string:
			if len(v) == 36 && strings.Count(v, "-") == 4 || strings.HasPrefix(v, "-----BEGIN") {
				continue // an id or a key says little here
			}
			parts = append(parts, name+"="+v)
		case float64, bool:
			parts = append(parts, fmt.Sprintf("%s=%v", name, v))
		}
	}
	return projections.Visible(text.Trim(strings.Join(parts, " "), 160))
}
