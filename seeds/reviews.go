package seeds

import (
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

// reviews puts a review (督查报告) of every half-year on the agenda: the office looks
// back once what was due has come or is known not to. The last one is written before
// the term ends.
func (w *world) reviews() {
	for i := 5; i < months; i += 6 {
		day := w.workday(w.month(i).Last(), 6)
		if i == months-1 {
			day = w.workday(w.month(i).Last(), -1)
		}
		w.on(day, func() { w.review(i) })
	}
}

// review issues the review of the half-year that ends with the i-th month: of all
// that was said so far, with the digest that anybody finds who builds it again.
func (w *world) review(i int) {
	q := projections.ReviewQuery{From: w.month(i - 5).First(), To: w.month(i).Last(), AsOf: w.today(), Sequence: uint64(len(w.steps))}
	r, err := w.campaign().Review(q)
	if err != nil {
		panic(fmt.Sprintf("seeds: the review of %s to %s: %v", q.From, q.To, err)) // a period of the term
	}
	say(w, office, ledger.HQ, "", ledger.ReportIssued{Title: ledger.Line(period(w.month(i-5)) + "至" + period(w.month(i)) + "督查报告"), From: q.From, To: q.To,
		SHA256: r.Digest(), Sequence: q.Sequence, AsOf: q.AsOf, Format: projections.ReviewFormat}, "a review that can be made again, bit for bit")
}
