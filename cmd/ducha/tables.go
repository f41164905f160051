package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/tables"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// tableFlags are those of every command that gives a table.
type tableFlags struct{ format, out, asOf string }

func (t *tableFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&t.format, "format", "", "csv|xlsx;不给则显示 csv or xlsx; shown if not given")
	c.Flags().StringVarP(&t.out, "out", "o", "", "写入新文件 a new file")
	c.Flags().StringVar(&t.asOf, "as-of", "", "截至 as of a day, month or time")
}

// show fetches a table and shows it or writes it.
func (a *app) showTable(c *cobra.Command, t tableFlags, path string, q url.Values) error {
	if t.format == "" && strings.HasSuffix(t.out, ".xlsx") {
		t.format = "xlsx"
	}
	if t.format == "" && t.out != "" {
		t.format = "csv"
	}
	if t.format == "xlsx" && t.out == "" {
		return usageError{fmt.Errorf("--format xlsx: give a file with -o")}
	}
	q.Set("lang", a.lang)
	if t.asOf != "" {
		q.Set("as_of", t.asOf)
	}
	if t.format != "" {
		q.Set("format", t.format)
	}
	return a.ask(c.Context(), func(l *client.Client) error {
		data, err := l.Bytes(c.Context(), path, q)
		if err != nil {
			return err
		}
		switch {
		case t.out != "":
			if err := writeNew(t.out, data); err != nil {
				return err
			}
			a.printf("已写入 %s(%d 字节)", "wrote %s (%d bytes)", t.out, len(data))
			return nil
		case t.format != "" || a.json:
			_, err = a.Out.Write(data)
			return err
		}
		var rows tables.Table
		if err := json.Unmarshal(data, &rows); err != nil {
			return err
		}
		a.printf("%s", "%s", projections.Visible(rows.Title))
		var heads []any
		for _, h := range rows.Heads {
			heads = append(heads, h)
		}
		view := a.table(heads...)
		for _, r := range rows.Rows {
			var row table.Row
			for _, cell := range r {
				if cell == nil {
					cell = ""
				}
				row = append(row, projections.Visible(fmt.Sprint(cell)))
			}
			view.AppendRow(row)
		}
		view.Render()
		return nil
	})
}

func (a *app) tableCommand() *cobra.Command {
	var t tableFlags
	c := &cobra.Command{
		Use: "table " + strings.Join(tables.Names(), "|"), Short: "清单:任务、单位、节点、目标、交办、赋牌,可存为 XLSX、CSV lists, to XLSX or CSV", Args: exactly(1),
		Example: "  ducha table tasks -o 任务.xlsx\n  ducha table milestones --format csv",
		RunE: func(c *cobra.Command, args []string) error {
			return a.showTable(c, t, "/api/v1/tables/"+url.PathEscape(args[0]), url.Values{})
		},
	}
	t.register(c)
	return c
}

func (a *app) ledgerCommand() *cobra.Command {
	var t tableFlags
	var task bool
	c := &cobra.Command{
		Use: "ledger UNIT|TASK", Short: "台账:一个单位(或 --task 任务)的全部记录,可存为 XLSX、CSV every statement about a unit or a task, to XLSX or CSV", Args: exactly(1),
		Example: "  ducha ledger fgw -o 市发改委台账.xlsx\n  ducha ledger --task T06 --format csv",
		RunE: func(c *cobra.Command, args []string) error {
			what := "unit"
			if task {
				what = "task"
			}
			return a.showTable(c, t, "/api/v1/ledger", url.Values{what: {args[0]}})
		},
	}
	c.Flags().BoolVar(&task, "task", false, "所给为任务 it is a task")
	t.register(c)
	return c
}

func (a *app) calendarCommand() *cobra.Command {
	var out, asOf string
	c := &cobra.Command{
		Use: "calendar [UNIT]", Short: "时限日历(iCalendar):节点、月报、交办、复核、复查 deadlines as a calendar to subscribe to",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("%d units: %s", len(args), c.UseLine())}
			}
			return nil
		},
		Example: "  ducha calendar fgw -o fgw.ics",
		RunE: func(c *cobra.Command, args []string) error {
			q := client.Narrow(strings.Join(args, ""), asOf, nil)
			q.Set("lang", a.lang)
			if !a.json {
				q.Set("format", "ics")
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				data, err := l.Bytes(c.Context(), "/api/v1/deadlines", q)
				if err != nil {
					return err
				}
				if out == "" {
					_, err = a.Out.Write(data)
					return err
				}
				if err := writeNew(out, data); err != nil {
					return err
				}
				a.printf("已写入 %s", "wrote %s", out)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "写入新文件 a new file")
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}
