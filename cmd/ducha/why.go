package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) whyCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "why TASK", Short: "为何亮此灯:口径逐句,数据项逐一列出依据的记录 why a task has its light, down to each statement",
		Example: "  ducha why T06 --as-of 2024-08-15", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				why, err := l.Why(c.Context(), args[0], asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(why)
				}
				a.standing(why.Standing)
				a.explain(why.Explanation)
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至该日所知 what was known on a day, month or time (default: now)")
	return c
}

// explain shows the clauses of the expression that held, then every figure that says
// something, with the records that it came from.
func (a *app) explain(x projections.Explanation) {
	colour, means := a.language().LightWords(x.Light)
	fmt.Fprintf(a.Out, "%s %s  %s %s\n", x.Task, projections.Visible(x.Name), colour, means)
	a.printf("口径(第 %d 条)", "policy (record %d)", x.Policy)
	for _, clause := range x.Clauses {
		mark := "✗"
		if clause.Holds {
			mark = "✓"
		}
		fmt.Fprintf(a.Out, "  %s %s\n", mark, projections.Visible(clause.Expression))
	}
	book := projections.FigureBook()
	t := a.table(a.say("数据项", "figure"), a.say("值", "value"), a.say("含义", "means"), a.say("出处", "records"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft}, {Number: 4, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	for _, f := range x.Figures {
		if !f.Says() {
			continue
		}
		i := slices.IndexFunc(book, func(b projections.Figure) bool { return b.Name == f.Name })
		records := make([]string, len(f.Records))
		for i, n := range f.Records {
			records[i] = strconv.FormatUint(n, 10)
		}
		t.AppendRow(table.Row{f.Name, f.Value, a.say(book[i].ZH, book[i].EN), strings.Join(records, " ")})
	}
	t.Render()
	for _, doubt := range x.Doubts {
		fmt.Fprintln(a.Out, projections.Visible(doubt))
	}
}
