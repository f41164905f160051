package main

import (
	_ "embed"
	"fmt"
	"os"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections"

	"github.com/goccy/go-yaml"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

//go:embed scheme.yaml
var exampleScheme []byte

func (a *app) reviewScoreCommand() *cobra.Command {
	var p period
	var file string
	var example bool
	c := &cobra.Command{
		Use: "score", Short: "考核得分表:按自备细则由记录折算,每一分列出依据 points by a scheme of one's own, each with its statements", Args: noCommand,
		Long: `台账本身不打分,也不带任何细则。确需折算得分的,自备细则(YAML,写明依据),由督查报告的计数逐项折算,
每一项列出所依据的记录;按单位编号列出,不排名;得分不入台账,不作为任何赋牌的依据。

The ledger gives no points and has no scheme. Whoever must have a scoring sheet brings a
scheme (YAML, with its basis); a review's counts are worth what it says, each with its
statements. Units stand in their order and not in that of their points; nothing is recorded.`,
		Example: "  ducha review score --example > 细则.yaml\n  ducha review score --from 2025-01-01 --to 2025-06-30 --scheme 细则.yaml",
		RunE: func(c *cobra.Command, _ []string) error {
			if example {
				_, err := a.Out.Write(exampleScheme)
				return err
			}
			q, err := p.query()
			if err != nil {
				return err
			}
			if err := required("scheme", file); err != nil {
				return usageError{err}
			}
			scheme, err := readScheme(file)
			if err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				_, r, err := a.review(c.Context(), l, q)
				if err != nil {
					return err
				}
				return a.scored(scheme, r)
			})
		},
	}
	p.flags(c)
	c.Flags().StringVar(&file, "scheme", "", "考核细则(YAML)the scheme (required)")
	c.Flags().BoolVar(&example, "example", false, "写出示例细则 write a scheme to begin with")
	return c
}

func readScheme(file string) (s projections.Scheme, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return s, usageError{err}
	}
	if err := yaml.UnmarshalWithOptions(data, &s, yaml.Strict()); err != nil {
		return s, ledger.Malform("score.scheme", yaml.FormatError(err, false, false), "a scheme: ducha review score --example")
	}
	return s, nil
}

func (a *app) scored(s projections.Scheme, r projections.PeriodReview) error {
	list, err := s.Score(r)
	if err != nil {
		return err
	}
	if a.json {
		return a.emit(map[string]any{"scheme": s, "from": r.From, "to": r.To, "sequence": r.Sequence, "review": r.Digest(), "units": list})
	}
	a.printf("%s(依据:%s)  %s 至 %s  据督查报告 %.12s", "%s (basis: %s)  %s to %s  of the review %.12s", projections.Visible(s.Name), projections.Visible(s.Basis), r.From, r.To, r.Digest())
	t := a.table(a.say("单位", "unit"), a.say("得分", "points"), a.say("事项", "item"), a.say("件数", "count"), a.say("分", "points"), a.say("记录", "records"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 6, WidthMax: 50, WidthMaxEnforcer: text.WrapSoft}})
	for _, u := range list {
		t.AppendRow(table.Row{projections.Visible(u.Name), fmt.Sprintf("%g", u.Score)})
		for _, i := range u.Items {
			t.AppendRow(table.Row{"", "", projections.Visible(i.Name), i.Count, fmt.Sprintf("%+g", i.Points), strings.Trim(fmt.Sprint(i.From), "[]")})
		}
	}
	t.Render()
	a.printf("得分由自备细则折算,不入台账,不排名", "by a scheme that somebody brought: not on record, and no ranking")
	return nil
}
