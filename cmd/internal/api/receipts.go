package api

import (
	"context"
	"net/http"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// SealWait is how long an answer waits at most for the record to be sealed. The
// sealer is at most a second behind; a witness may be slow.
const SealWait = 10 * time.Second

// Wait says what a request waits for.
type Wait struct {
	Wait string `query:"wait" enum:"sealed" doc:"sealed: wait, for ten seconds at most, until the record is under a published checkpoint"`
}

// Receipt is what a statement is answered with.
type Receipt struct {
	Status     int
	RetryAfter string `header:"Retry-After" doc:"seconds after which to ask for the sealed receipt, where this one is not sealed yet"`
	Location   string `header:"Location" doc:"where the receipt is, sealed as soon as it can be"`
	Body       proof.SealedReceipt
}

func (h *handlers) receipts(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "get-receipt", Method: http.MethodGet, Path: "/api/v1/statements/{id}/receipt",
		Summary:     "回执 A statement's receipt, sealed as soon as it can be",
		Description: "sealed is true, with the statement and the proof, once the record is under a published checkpoint; until then the receipt is signed alone.",
		Errors:      []int{404, 503},
	}, func(ctx context.Context, in *struct {
		Wait
		ID string `path:"id" format:"uuid"`
	}) (*Receipt, error) {
		r, err := h.recorded(ctx, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		signed, err := h.node.Door.Receipt(r)
		if err != nil {
			return nil, problem(err)
		}
		out, err := h.receipt(ctx, signed, r.Envelope, in.Wait)
		return out, problem(err)
	})
}

// answer is the answer with a receipt that is only signed.
func answer(signed ledger.SignedReceipt) *Receipt {
	return &Receipt{Status: http.StatusOK, Location: "/api/v1/statements/" + signed.ID.String() + "/receipt", RetryAfter: "1", Body: proof.SealedReceipt{SignedReceipt: signed}}
}

// receipt is the answer with a receipt: sealed if the record is, and after waiting
// for it when asked to. That it is not sealed yet is no error; where there is one,
// the answer holds the signed receipt all the same.
func (h *handlers) receipt(ctx context.Context, signed ledger.SignedReceipt, envelope []byte, wait Wait) (*Receipt, error) {
	out := answer(signed)
	if wait.Wait != "" {
		waiting, cancel := context.WithTimeout(ctx, h.options.SealWait)
		defer cancel()
		if err := h.node.Seal(waiting, signed.Sequence); err != nil && h.node.Fault() != nil {
			return out, err
		}
	}
	i, err := h.node.Archive().Prove(ctx, signed.Sequence)
	if err != nil {
		if ledger.ClassOf(err) == ledger.NotFound {
			err = nil
		}
		return out, err
	}
	if h.hidden(signed.ID) { // its holder has it
		envelope = nil
	}
	out.Body, out.RetryAfter = out.Body.Seal(envelope, i), ""
	return out, nil
}

// recorded is a statement's record, by its id.
func (h *handlers) recorded(ctx context.Context, id string) (ledger.Record, error) {
	ref, err := uuid.Parse(id)
	if err != nil {
		return ledger.Record{}, ledger.Malform("statement.id", id, "a UUID")
	}
	sequence, ok := h.node.Door.Recorded(ref)
	if !ok {
		return ledger.Record{}, &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: "no statement " + id, Want: "the id of a statement on record"}
	}
	return h.node.Stream.Get(ctx, sequence)
}
