package node

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// Reviewed is a review of a period with what its readers want to see of the
// statements that it rests on.
type Reviewed struct {
	Review   projections.PeriodReview
	Campaign *projections.Campaign // as the review knew it
	Events   []ledger.Event        // that some figure names, in order
	Sealed   map[ledger.Ref]bool   // what these say is not to be shown today
	Issued   *ledger.Event         // the first statement that fixes its digest, where there is one
}

// Review makes a review of a period. Where the query names no sequence, it rests on
// all that is on record; where it names no day, on all that counts until today.
func (n *Node) Review(ctx context.Context, q projections.ReviewQuery) (Reviewed, error) {
	if err := n.Fault(); err != nil {
		return Reviewed{}, err
	}
	if q.AsOf != "" {
		if _, err := ledger.ParseDate(string(q.AsOf)); err != nil {
			return Reviewed{}, err
		}
	}
	if now := ledger.DateOf(n.Clock()); q.AsOf > now {
		return Reviewed{}, ledger.Refuse("date.ahead", fmt.Sprintf("%s lies ahead", q.AsOf), fmt.Sprintf("%s or earlier", now))
	}
	var today ledger.Date
	var latest time.Time
	var sealed map[ledger.Ref]bool
	n.View.Read(func(c *projections.Campaign, sequence uint64) {
		if q.Sequence == 0 {
			q.Sequence = sequence
		}
		today, latest = ledger.DateOf(c.Now(n.Clock())), c.Index.Latest
		sealed = hidden(c)
	})
	if q.AsOf == "" {
		q.AsOf = today
	}
	fold, err := n.known(ctx, q, latest)
	if err != nil {
		return Reviewed{}, err
	}
	r := Reviewed{Campaign: fold.State, Sealed: sealed}
	if r.Review, err = fold.State.Review(q); err != nil {
		return r, err
	}
	n.redact(fold.State) // the review has no words that can be sealed; its readers look them up here
	if r.Events, err = n.cited(ctx, r.Review.Cited()); err != nil {
		return r, err
	}
	issued, err := n.issued(ctx)
	digest := r.Review.Digest()
	for _, e := range issued {
		if b, ok := e.Body.(*ledger.ReportIssued); ok && b.SHA256 == digest && r.Issued == nil {
			r.Issued = &e
		}
	}
	return r, err
}

// issued are the statements that issued reviews, in order.
func (n *Node) issued(ctx context.Context) ([]ledger.Event, error) {
	var sequences []uint64
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		for _, e := range c.Index.Statements {
			if e.Kind == "report.issued.v1" {
				sequences = append(sequences, e.Sequence)
			}
		}
	})
	slices.Sort(sequences)
	return n.cited(ctx, sequences)
}

// known folds what a review's query knows: from a snapshot where that is all there is,
// from the first record otherwise.
func (n *Node) known(ctx context.Context, q projections.ReviewQuery, latest time.Time) (*projections.Fold[projections.Campaign], error) {
	if !latest.After(q.AsOf.End()) {
		if fold, err := n.fold(ctx); err != nil || fold.Chain.Sequence() == q.Sequence && !fold.State.Index.Latest.After(q.AsOf.End()) {
			return fold, err
		}
	}
	return q.Fold(n.Stream.Read(ctx, 0))
}

// hidden are the statements that two persons sealed.
func hidden(c *projections.Campaign) map[ledger.Ref]bool {
	list := map[ledger.Ref]bool{}
	for _, id := range c.Sealings.Texts() {
		list[id] = true
	}
	return list
}

func (n *Node) cited(ctx context.Context, sequences []uint64) ([]ledger.Event, error) {
	var list []ledger.Event
	for _, sequence := range sequences {
		r, err := n.Stream.Get(ctx, sequence)
		if err != nil {
			return nil, err
		}
		e, err := r.Read()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// IssuedReview is a review on record, and what was found when it was built again
// from the ledger alone.
type IssuedReview struct {
	ID       ledger.Ref          `json:"id"`
	Sequence uint64              `json:"sequence"` // of the statement
	By       ledger.PartyID      `json:"by"`
	Issued   ledger.ReportIssued `json:"issued"`
	Found    ledger.Digest       `json:"found,omitempty"` // the digest of what was built
	Same     bool                `json:"same"`
	Fault    string              `json:"fault,omitempty"` // why it could not be built
}

// Reviews lists the reviews on record, the oldest first. They are not built.
func (n *Node) Reviews(ctx context.Context) ([]IssuedReview, error) {
	events, err := n.issued(ctx)
	if err != nil {
		return nil, err
	}
	list := []IssuedReview{}
	var sealed map[ledger.Ref]bool
	n.View.Read(func(c *projections.Campaign, _ uint64) { sealed = hidden(c) })
	for _, e := range events {
		if b, ok := e.Body.(*ledger.ReportIssued); ok {
			if sealed[e.ID] {
				b.Title = projections.SealedText
			}
			list = append(list, IssuedReview{ID: e.ID, Sequence: e.Sequence, By: e.Source, Issued: *b})
		}
	}
	return list, nil
}

// VerifyReview builds a review that was issued again, from the records alone, and
// holds it against the digest that its statement fixes.
func (n *Node) VerifyReview(ctx context.Context, id ledger.Ref) (IssuedReview, error) {
	list, err := n.Reviews(ctx)
	if err != nil {
		return IssuedReview{}, err
	}
	i := slices.IndexFunc(list, func(r IssuedReview) bool { return r.ID == id })
	if i < 0 {
		return IssuedReview{}, &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: fmt.Sprintf("no review %s", id), Want: "the id of a report.issued.v1, such as one of `ducha review verify`"}
	}
	r := list[i]
	switch {
	case r.Issued.Sequence == 0:
		r.Fault = "the statement names no record that the review rests on"
		return r, nil
	case r.Issued.Format != projections.ReviewFormat:
		r.Fault = fmt.Sprintf("its format is %q, this version writes %s", r.Issued.Format, projections.ReviewFormat)
		return r, nil
	}
	again, err := projections.ReviewOf(r.Issued).Rebuild(n.Stream.Read(ctx, 0))
	if err != nil {
		return r, err
	}
	r.Found = again.Digest()
	r.Same = r.Found == r.Issued.SHA256
	return r, nil
}
