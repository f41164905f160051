package console

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"
)

// reviewRow (督查报告) is a review on record, and where it is made again.
type reviewRow struct {
	node.IssuedReview
	ByName, HTML, XLSX string
}

// reviewDraft is a review that was made just now, and is not issued.
type reviewDraft struct {
	HTML, XLSX string
	Digest     ledger.Digest
	Issued     uint64 // the record that issued the very same, 0 when none did
	Issue      string // the form to issue it by, empty where that is not the reader's
}

// period reads the period that a review is asked for; by itself the last half year.
func (b *inspectionsBody) period(q *request) error {
	today := ledger.DateOf(q.At)
	b.To = ledger.Date(cmp.Or(q.FormValue("to"), string(today.Month().Add(-1).Last())))
	b.From = ledger.Date(cmp.Or(q.FormValue("from"), string(b.To.Month().Add(-5).First())))
	for _, d := range []ledger.Date{b.From, b.To} {
		if _, err := ledger.ParseDate(string(d)); err != nil {
			return err
		}
	}
	return nil
}

// inspected adds the reviews on record, which are made again from the records alone, and
// makes the one that is asked for.
func inspected(ctx context.Context, s *site, q *request, body any) error {
	b := body.(*inspectionsBody)
	if !b.All {
		return nil
	}
	list, err := s.node.Reviews(ctx)
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(list) {
		if x := r.Issued; !q.Past || x.AsOf <= ledger.DateOf(q.At) {
			html, xlsx := reviewPaths(q, projections.ReviewOf(x))
			b.Reviews = append(b.Reviews, reviewRow{r, "", html, xlsx})
		}
	}
	err = s.read(q, func(c *projections.Campaign) {
		for i := range b.Reviews {
			b.Reviews[i].ByName = partyName(q, c, b.Reviews[i].By)
		}
	})
	if err != nil || q.Past || q.FormValue("from") == "" {
		return err
	}
	return b.draft(ctx, s, q)
}

func (b *inspectionsBody) draft(ctx context.Context, s *site, q *request) error {
	r, err := s.node.Review(ctx, projections.ReviewQuery{From: b.From, To: b.To})
	if err != nil {
		return err
	}
	x := r.Review
	d := &reviewDraft{Digest: x.Digest()}
	query := projections.ReviewQuery{From: x.From, To: x.To, AsOf: x.AsOf, Sequence: x.Sequence}
	d.HTML, d.XLSX = reviewPaths(q, query)
	if r.Issued != nil {
		d.Issued = r.Issued.Sequence
	} else if b.mayIssue {
		d.Issue = formOf("report.issued.v1", ledger.HQ, "", "title", string(x.From)+"至"+string(x.To)+"督查报告", "from", string(x.From), "to", string(x.To),
			"sha256", string(d.Digest), "sequence", itoa(x.Sequence), "as_of", string(x.AsOf), "format", projections.ReviewFormat)
	}
	b.Draft = d
	return nil
}

// reviewPaths are where a review is made again: to read and print, and as a workbook.
func reviewPaths(q *request, x projections.ReviewQuery) (html, xlsx string) {
	v := url.Values{"from": {string(x.From)}, "to": {string(x.To)}, "as_of": {string(x.AsOf)}, "sequence": {itoa(x.Sequence)}, "lang": {string(q.Lang)}}
	for _, u := range x.Units {
		v.Add("unit", string(u))
	}
	if x.Hindsight {
		v.Set("hindsight", "true")
	}
	v.Set("format", "html")
	html = "/api/v1/review?" + v.Encode()
	v.Set("format", "xlsx")
	return html, "/api/v1/review?" + v.Encode()
}
