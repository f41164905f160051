package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// period are the flags of a review.
type period struct {
	from, to, asOf string
	sequence       uint64
	units          []string
	hindsight      bool
}

func (p *period) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.from, "from", "", "期间起日 first day, such as 2024-01-01")
	f.StringVar(&p.to, "to", "", "期间止日 last day, such as 2024-06-30")
	f.StringVar(&p.asOf, "as-of", "", "所知截至 what counts from later is not known (default: today)")
	f.Uint64Var(&p.sequence, "sequence", 0, "截至第几号记录 the last record that it rests on (default: the last)")
	f.BoolVar(&p.hindsight, "hindsight", false, "以事后所知评判期间各日 judge the days of the period with all that is known")
	f.StringSliceVar(&p.units, "unit", nil, "只看这些单位 these units only")
}

func (p *period) query() (projections.ReviewQuery, error) {
	q := projections.ReviewQuery{From: ledger.Date(p.from), To: ledger.Date(p.to), AsOf: ledger.Date(p.asOf), Sequence: p.sequence, Hindsight: p.hindsight}
	if err := errors.Join(required("from", p.from), required("to", p.to)); err != nil {
		return q, usageError{err}
	}
	for _, u := range p.units {
		q.Units = append(q.Units, ledger.UnitID(u))
	}
	return q, nil
}

func (a *app) reviewCommand() *cobra.Command {
	var p period
	var dir, issued string
	var html, xlsx bool
	c := &cobra.Command{
		Use: "review", Short: "督查报告:一段时期内各单位的状态、核实、时限、问责 a review of a period, every figure with its statements", Args: noCommand,
		Long: `督查报告。不带 -o 时打印概要;带 -o 时写出 review.json(其摘要由 ducha review issue 签署固定)、
review.html(可打印)、review.xlsx;--html --xlsx --json 只写所选的。

A review of a period. Prints the gist; with -o it writes review.json (whose digest
ducha review issue signs), review.html (to print) and review.xlsx, or those chosen.`,
		Example: "  ducha review --from 2024-01-01 --to 2024-06-30\n  ducha review --from 2024-01-01 --to 2024-06-30 --unit fgw -o 督查报告",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				q, err := a.asked(c.Context(), l, p, issued)
				if err != nil {
					return err
				}
				if dir != "" {
					return a.reviewFiles(c.Context(), l, q, dir, html, xlsx)
				}
				if html || xlsx {
					return usageError{errors.New("--html and --xlsx write files: name a folder with -o")}
				}
				return a.reviewGist(c.Context(), l, q)
			})
		},
	}
	p.flags(c)
	f := c.Flags()
	f.StringVarP(&dir, "output", "o", "", "输出目录 folder to write to")
	f.StringVar(&issued, "issued", "", "重建已出具的报告 build the review again that was issued with this id")
	f.BoolVar(&html, "html", false, "只写所选:网页 the page")
	f.BoolVar(&xlsx, "xlsx", false, "只写所选:工作簿 the workbook")
	c.AddCommand(a.reviewIssueCommand(), a.reviewVerifyCommand(), a.reviewScoreCommand())
	return c
}

// asked is the review that the flags ask for: a period, or one that was issued.
func (a *app) asked(ctx context.Context, l *client.Client, p period, issued string) (projections.ReviewQuery, error) {
	if issued == "" {
		return p.query()
	}
	if p.from != "" || p.to != "" || p.asOf != "" || p.sequence > 0 || len(p.units) > 0 || p.hindsight {
		return projections.ReviewQuery{}, usageError{errors.New("--issued says it all: leave the period out")}
	}
	list, err := l.Reviews(ctx)
	if err != nil {
		return projections.ReviewQuery{}, err
	}
	for _, r := range list.Reviews {
		if r.ID.String() == issued {
			q := projections.ReviewOf(r.Issued)
			q.AsOf = cmp.Or(q.AsOf, q.To)
			return q, nil
		}
	}
	return projections.ReviewQuery{}, &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: "no review " + issued, Want: "the id of a report.issued.v1, such as one of `ducha review verify --json`"}
}

// reviewFiles writes the review's files: all of one state of the ledger.
func (a *app) reviewFiles(ctx context.Context, l *client.Client, q projections.ReviewQuery, dir string, html, xlsx bool) error {
	data, r, err := a.review(ctx, l, q)
	if err != nil {
		return err
	}
	q.Sequence, q.AsOf = r.Sequence, r.AsOf
	files := map[string][]byte{}
	if all := !html && !xlsx && !a.json; all || a.json {
		files["review.json"] = data
		html, xlsx = html || all, xlsx || all
	}
	for format, wanted := range map[string]bool{"html": html, "xlsx": xlsx} {
		if !wanted {
			continue
		}
		if files["review."+format], err = l.Review(ctx, q, format, a.lang); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usageError{err}
	}
	var written []string
	for _, name := range []string{"review.json", "review.html", "review.xlsx"} {
		if files[name] == nil {
			continue
		}
		path := filepath.Join(dir, name)
		if err := writeNew(path, files[name]); err != nil {
			return err
		}
		written = append(written, path)
	}
	if a.json {
		return a.emit(map[string]any{"files": written, "sha256": r.Digest(), "sequence": r.Sequence, "as_of": r.AsOf})
	}
	a.printf("已写出 %s\n摘要 %s(截至第 %d 号记录,所知截至 %s)", "wrote %s\ndigest %s (up to record %d, as of %s)", strings.Join(written, " "), r.Digest(), r.Sequence, r.AsOf)
	return nil
}

// review asks for a review and reads it; its digest is that of the bytes.
func (a *app) review(ctx context.Context, l *client.Client, q projections.ReviewQuery) ([]byte, projections.PeriodReview, error) {
	var r projections.PeriodReview
	data, err := l.Review(ctx, q, "json", a.lang)
	if err != nil {
		return nil, r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, r, fmt.Errorf("review: %w", err)
	}
	if string(r.Encode()) != string(data) {
		return nil, r, &ledger.Error{Class: ledger.Malformed, Rule: "review.form", Found: "a review that this version would write otherwise", Want: "a server of the same format, " + projections.ReviewFormat}
	}
	return data, r, nil
}

func (a *app) reviewGist(ctx context.Context, l *client.Client, q projections.ReviewQuery) error {
	data, r, err := a.review(ctx, l, q)
	if err != nil {
		return err
	}
	if a.json {
		_, err := fmt.Fprintf(a.Out, "%s\n", data)
		return err
	}
	a.printf("督查报告  %s 至 %s  所知截至 %s  台账第 %d 条", "review  %s to %s  as of %s  ledger at %d", r.From, r.To, r.AsOf, r.Sequence)
	t := a.table(a.say("单位", "unit"), a.say("任务", "task"), a.say("期初→期末", "light"), a.say("所报", "claimed"), a.say("核实", "verified"),
		a.say("月报 按期/迟/缺", "reports on time/late/missed"), a.say("节点 按期/逾期/未完成", "milestones on time/late/missed"),
		a.say("交办 未结/超期", "directives open/overdue"), a.say("通报", "notices"), a.say("赋牌", "cards"))
	for _, u := range r.Units {
		if u.NoLeadTask {
			t.AppendRow(table.Row{a.name(u.Name, u.NameEN), a.say("无牵头任务", "no lead task")})
		}
		for _, x := range u.Tasks {
			t.AppendRow(a.reviewRow(u, x))
		}
	}
	t.Render()
	a.printf("摘要 %s", "digest %s", r.Digest())
	return nil
}

func (a *app) reviewRow(u projections.ReviewUnit, x projections.ReviewTask) table.Row {
	before := "—"
	if x.Before != nil {
		before, _ = a.language().LightWords(x.Before.Light)
	}
	after, _ := a.language().LightWords(x.Status.Light)
	claimed, verified := "—", a.say("未核实", "not verified")
	if p := x.Progress.Claimed; p != nil {
		claimed = fmt.Sprintf("%g%%", p.Percent)
	}
	if p := x.Progress.Verified; p != nil {
		verified = fmt.Sprintf(a.say("%g%%(%s,差 %g)", "%g%% (%s, gap %g)"), p.Percent, p.Period, p.Gap)
	}
	three := func(on, late, missed projections.Tally) string {
		return fmt.Sprintf("%d / %d / %d", on.Count, late.Count, missed.Count)
	}
	return table.Row{a.name(u.Name, u.NameEN), string(x.Task) + " " + a.name(x.Name, x.NameEN), before + " → " + after, claimed, verified,
		three(x.Reports.OnTime, x.Reports.Late, x.Reports.Missed), three(x.Milestones.OnTime, x.Milestones.Late, x.Milestones.Missed),
		fmt.Sprintf("%d / %d", x.Directives.Open.Count, x.Directives.Overdue.Count), x.Measures.Notices.Count, x.Measures.Granted.Count}
}
