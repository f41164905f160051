package main

import (
	"context"
	"fmt"
	"os"

	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections"

	"github.com/goccy/go-yaml"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) policyCommand() *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "口径:亮灯规则、时限与工作日历 the policy: lights, clocks and calendar", Args: noCommand, RunE: help}
	c.AddCommand(a.policyShowCommand(), a.policyTestCommand(), a.policyFiguresCommand())
	return c
}

func (a *app) policyShowCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "show", Short: "施行中的口径,YAML;改动后可试算 the policy in force, as YAML to change and try", Args: noCommand,
		Example: "  ducha policy show > policy.yaml\n  ducha policy test policy.yaml",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				p, err := l.Policy(c.Context(), asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(p)
				}
				data, err := yaml.MarshalWithOptions(p.PolicyAdopted, yaml.UseJSONMarshaler())
				if err != nil {
					return err
				}
				fmt.Fprintf(a.Out, "# %s\n%s", fmt.Sprintf(a.say("第 %d 条,%s 起施行", "record %d, in force from %s"), p.Policy.Sequence, p.InForce), data)
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) policyTestCommand() *cobra.Command {
	var daily, exit bool
	c := &cobra.Command{
		Use: "test FILE", Short: "试算口径:采用之前,哪些灯会变 which lights would change, before a policy is adopted", Args: exactly(1),
		Long: `读入一份口径(YAML 或 JSON,即 policy.adopted.v1 的数据),按它重新评判:今日,以及攻坚期内每月末
(--daily 每日),列出每一处与现行口径不同的灯。不写入任何记录。

Reads a policy, the data of a policy.adopted.v1 as YAML or JSON, and judges again by
it: today, and the last day of each month of the term (every day with --daily).
Nothing is recorded.`,
		Example: "  ducha policy show > policy.yaml\n  ducha policy test policy.yaml",
		RunE: func(c *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			if data, err = yaml.YAMLToJSON(data); err != nil {
				return ledger.Malform("policy.file", err.Error(), "YAML or JSON as `ducha policy show` writes it")
			}
			return a.ask(c.Context(), func(l *client.Client) error { return a.try(c.Context(), l, data, daily, exit) })
		},
	}
	c.Flags().BoolVar(&daily, "daily", false, "逐日,而非每月末 every day, not the last of each month alone")
	c.Flags().BoolVar(&exit, "exit-code", false, "有变化则以 1 退出 exit with 1 if a light would change")
	return c
}

func (a *app) try(ctx context.Context, l *client.Client, policy []byte, daily, exit bool) error {
	trial, err := l.Try(ctx, policy, daily)
	if err != nil {
		return err
	}
	changes := 0
	for _, d := range trial.Days {
		changes += len(d.Changes)
	}
	if a.json {
		if err := a.emit(trial); err != nil {
			return err
		}
	} else {
		a.standing(trial.Standing)
		a.trialTable(trial.Days)
		a.printf("试算“%s”:%d 日,%d 处不同;未写入任何记录", "tried %q: %d days, %d differences; nothing was recorded", trial.Policy, len(trial.Days), changes)
		for _, d := range trial.Doubts {
			a.printf("  存疑    %s", "  doubt    %s", d)
		}
	}
	if exit && changes > 0 {
		return errFindings
	}
	return nil
}

func (a *app) trialTable(days []projections.TrialDay) {
	t := a.table(a.say("日期", "day"), a.say("任务", "task"), "", a.say("现行", "now"), a.say("试算", "tried"), a.say("依据", "because"), a.say("试算口径", "expression"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 6, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}, {Number: 7, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	for _, d := range days {
		for _, c := range d.Changes {
			t.AppendRow(table.Row{d.On, c.Task, projections.Visible(c.Name), a.lightFound(c.From), a.lightFound(c.To),
				a.language().FigureWords(c.To.Figures), c.To.Expression})
		}
	}
	if t.Length() > 0 {
		t.Render()
	}
}

// lightFound is a light with what it means for whoever leads the task.
func (a *app) lightFound(j projections.Judged) string {
	colour, _ := a.language().LightWords(j.Light)
	switch {
	case j.Severe:
		return colour + a.say("(严重滞后)", " (severe)")
	case j.Slow:
		return colour + a.say("(较慢)", " (slow)")
	}
	return colour
}

func (a *app) policyFiguresCommand() *cobra.Command {
	return &cobra.Command{
		Use: "figures", Short: "口径表达式可用的数据,逐项说明 the figures that expressions are written over", Args: noCommand,
		RunE: func(*cobra.Command, []string) error {
			figures := projections.FigureBook()
			if a.json {
				return a.emit(figures)
			}
			t := a.table(a.say("名称", "name"), a.say("类型", "type"), a.say("含义", "meaning"))
			t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 70, WidthMaxEnforcer: text.WrapSoft}})
			for _, f := range figures {
				t.AppendRow(table.Row{f.Name, f.Type, a.say(f.ZH, f.EN)})
			}
			t.Render()
			return nil
		},
	}
}
