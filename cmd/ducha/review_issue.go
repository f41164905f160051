package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func (a *app) reviewIssueCommand() *cobra.Command {
	var p period
	var keyFile, source, title, out string
	c := &cobra.Command{
		Use: "issue", Short: "出具督查报告:签署其摘要 issue a review: a signed statement fixes its digest", Args: cobra.NoArgs,
		Example: "  ducha review issue --key keys/units-ggb.pem --as units/ggb --from 2024-01-01 --to 2024-06-30 --title 2024年上半年督查报告 -o review.json",
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := p.query()
			if err := errors.Join(err, required("key", keyFile), required("as", source)); err != nil {
				return usageError{err}
			}
			key, err := node.ReadKey(keyFile)
			if err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				return a.issueReview(c.Context(), l, q, key, ledger.PartyID(source), title, out)
			})
		},
	}
	p.flags(c)
	f := c.Flags()
	f.StringVar(&keyFile, "key", "", "办公室私钥文件 the office's private key (PKCS#8 PEM)")
	f.StringVar(&source, "as", "", "以何主体出具 who issues it, such as units/ggb")
	f.StringVar(&title, "title", "", "标题 title (default: the period)")
	f.StringVarP(&out, "output", "o", "", "同时写出报告 file for the review itself")
	return c
}

func (a *app) issueReview(ctx context.Context, l *client.Client, q projections.ReviewQuery, key seal.PrivateKey, source ledger.PartyID, title, out string) error {
	data, r, err := a.review(ctx, l, q)
	if err != nil {
		return err
	}
	if title == "" {
		title = fmt.Sprintf("%s 至 %s 督查报告", r.From, r.To)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	s := ledger.Statement{ID: id, Kind: "report.issued.v1", Campaign: r.Campaign, Source: source, Unit: ledger.HQ, Basis: r.Sequence,
		Time: time.Now().In(ledger.Shanghai).Truncate(time.Second), Body: &ledger.ReportIssued{Title: ledger.Line(title), From: r.From, To: r.To, SHA256: r.Digest(),
			Sequence: r.Sequence, AsOf: r.AsOf, Units: q.Units, Format: projections.ReviewFormat, Hindsight: r.Hindsight}}
	payload := s.Encode()
	if _, err := ledger.Parse(payload); err != nil {
		return err
	}
	if out != "" { // before it is issued: what nobody has cannot be shown
		if err := writeNew(out, data); err != nil {
			return err
		}
	}
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, payload)
	if err != nil {
		return err
	}
	receipt, _, err := l.Submit(ctx, env.Encode())
	if err != nil {
		return err
	}
	if a.json {
		return a.emit(map[string]any{"id": receipt.ID, "sequence": receipt.Sequence, "sha256": r.Digest(), "rests_on": r.Sequence, "as_of": r.AsOf})
	}
	a.printf("已出具 %s\n记录    第 %d 号\n编号    %s\n摘要    %s\n依据    截至第 %d 号记录,所知截至 %s\n核验    ducha review verify %s",
		"issued %s\nrecord  %d\nid      %s\ndigest  %s\nrests on records up to %d, as of %s\nverify  ducha review verify %s",
		title, receipt.Sequence, receipt.ID, r.Digest(), r.Sequence, r.AsOf, receipt.ID)
	return nil
}

func (a *app) reviewVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify [ID|FILE]", Short: "核验督查报告:由台账重建并比对摘要 build reviews again from the ledger alone, and compare",
		Long: `由台账记录重建督查报告并与签署的摘要比对。不指明时核验全部;可给出出具记录的编号,或 review.json 文件。
不一致时列出所见,退出码 1。

Builds reviews again from the records alone and compares with what was issued: all
of them, the one with an ID, or that of a review.json. Exit code 1 where one differs.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error { return a.verifyReviews(c.Context(), l, args) })
		},
	}
}

func (a *app) verifyReviews(ctx context.Context, l *client.Client, args []string) error {
	list, err := l.Reviews(ctx)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		if _, err := uuid.Parse(args[0]); err != nil {
			return a.verifyFile(ctx, l, args[0], list.Reviews)
		}
		list.Reviews = []node.IssuedReview{{}}
		if list.Reviews[0].ID, err = uuid.Parse(args[0]); err != nil {
			return usageError{err}
		}
	}
	good := true
	var checked []node.IssuedReview
	for _, r := range list.Reviews {
		if r, err = l.VerifyReview(ctx, r.ID.String()); err != nil {
			return err
		}
		checked = append(checked, r)
		good = good && r.Same
		if !a.json {
			a.verified(r)
		}
	}
	if a.json {
		if err := a.emit(map[string]any{"reviews": checked, "ok": good}); err != nil {
			return err
		}
	} else if len(checked) == 0 {
		a.printf("台账中尚无督查报告", "no review is on record")
	}
	if !good {
		return errFindings
	}
	return nil
}

func (a *app) verified(r node.IssuedReview) {
	about := fmt.Sprintf(a.say("%s(第 %d 号,%s 至 %s)", "%s (record %d, %s to %s)"), projections.Visible(string(r.Issued.Title)), r.Sequence, r.Issued.From, r.Issued.To)
	switch {
	case r.Same:
		a.printf("✓ %s\n  由截至第 %d 号的记录重建,摘要一致 %s", "✓ %s\n  built again from the records up to %d: the same digest %s", about, r.Issued.Sequence, r.Issued.SHA256)
	case r.Fault != "":
		a.printf("✗ %s\n  无法重建:%s", "✗ %s\n  it cannot be built again: %s", about, r.Fault)
	default:
		a.printf("✗ %s\n  签署的摘要 %s\n  重建的摘要 %s", "✗ %s\n  issued with the digest %s\n  built again it has     %s", about, r.Issued.SHA256, r.Found)
	}
}

// verifyFile holds a review.json against what the ledger gives, and against the
// reviews that were issued.
func (a *app) verifyFile(ctx context.Context, l *client.Client, path string, issued []node.IssuedReview) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: path + " is no file and no id of a review", Want: "a review.json, or the id of a report.issued.v1"}
	}
	if err != nil {
		return usageError{err}
	}
	var r projections.PeriodReview
	if err := json.Unmarshal(data, &r); err != nil || r.Version != projections.ReviewFormat {
		return ledger.Malform("review.form", fmt.Sprintf("%s: version %q", path, r.Version), "a review.json of the format "+projections.ReviewFormat)
	}
	again, err := l.Review(ctx, queryOf(r), "json", a.lang)
	if err != nil {
		return err
	}
	same := bytes.Equal(data, again)
	digest := projections.DigestOf(data)
	i := slices.IndexFunc(issued, func(x node.IssuedReview) bool { return x.Issued.SHA256 == digest })
	differ := projections.ReviewDifferences(data, again)
	if a.json {
		out := map[string]any{"ok": same && i >= 0, "same": same, "sha256": digest, "differences": differ}
		if i >= 0 {
			out["issued"] = issued[i].ID
		}
		if err := a.emit(out); err != nil {
			return err
		}
	} else {
		a.saidOfFile(same, digest, differ, issued, i)
	}
	if !same || i < 0 {
		return errFindings
	}
	return nil
}

func (a *app) saidOfFile(same bool, digest ledger.Digest, differ []string, issued []node.IssuedReview, i int) {
	if same {
		a.printf("✓ 与台账重建的逐字节一致,摘要 %s", "✓ byte for byte what the ledger gives: %s", digest)
	} else {
		a.printf("✗ 与台账重建的不一致:%d 处", "✗ it differs from what the ledger gives in %d places", len(differ))
		for _, d := range differ[:min(len(differ), 20)] {
			fmt.Fprintln(a.Out, "  "+projections.Visible(d))
		}
	}
	if i >= 0 {
		a.printf("✓ 摘要由第 %d 号记录签署固定(%s)", "✓ its digest was issued as record %d (%s)", issued[i].Sequence, issued[i].ID)
	} else {
		a.printf("✗ 台账中没有签署过这一摘要的督查报告", "✗ no review with this digest was issued")
	}
}

// queryOf is what a review answers, by its own words.
func queryOf(r projections.PeriodReview) projections.ReviewQuery {
	q := projections.ReviewQuery{From: r.From, To: r.To, AsOf: r.AsOf, Sequence: r.Sequence, Hindsight: r.Hindsight}
	for _, u := range r.Units {
		q.Units = append(q.Units, u.Unit)
	}
	return q
}
