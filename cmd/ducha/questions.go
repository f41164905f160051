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

func (a *app) questionsCommand() *cobra.Command {
	var asOf string
	var open bool
	c := &cobra.Command{
		Use: "questions", Short: "待释义事项:方案未明之处,谁、何时、如何释义 what the plan leaves open", Args: cobra.NoArgs,
		Example: "  ducha questions\n  ducha questions --open --as-of 2024-03-31",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				q, err := l.Questions(c.Context(), asOf)
				if err != nil {
					return err
				}
				if open {
					q.Questions = waiting(q.Questions)
				}
				if a.json {
					return a.emit(q)
				}
				a.standing(q.Standing)
				a.questionTable(q.Questions)
				a.printf("共 %d 项,待释义 %d 项", "%d questions, %d open", len(q.Questions), q.Open)
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	c.Flags().BoolVar(&open, "open", false, "只看待释义的 only those that wait")
	return c
}

func waiting(list []projections.QuestionStatus) []projections.QuestionStatus {
	open := []projections.QuestionStatus{}
	for _, q := range list {
		if q.State == projections.QuestionOpen {
			open = append(open, q)
		}
	}
	return open
}

func (a *app) questionTable(list []projections.QuestionStatus) {
	t := a.table(a.say("编号", "id"), a.say("涉及", "about"), a.say("问题", "question"), a.say("状态", "state"), a.say("释义", "answer"), a.say("记录", "record"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft}, {Number: 5, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}})
	for _, q := range list {
		var about []string
		for _, id := range q.About {
			about = append(about, string(id))
		}
		row := table.Row{q.Question, strings.Join(about, " "), projections.Visible(q.Text), a.say("待释义", "open"), "", fmt.Sprint(q.Raised.Sequence)}
		if q.Settled != nil {
			row[3], row[4] = a.say("已释义", "settled"), projections.Visible(q.Answer)
			row[5] = fmt.Sprintf("%d, %s", q.Settled.Sequence, q.Settled.By)
			if len(q.Former) > 0 {
				row[3] = fmt.Sprintf(a.say("已释义(改 %d 次)", "settled (changed %d times)"), len(q.Former))
			}
		}
		t.AppendRow(row)
	}
	t.Render()
}
