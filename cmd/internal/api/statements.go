package api

import (
	"context"
	"net/http"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/danielgtaylor/huma/v2"
)

// Checked is a statement that would be recorded.
type Checked struct {
	Type    ledger.Kind `json:"type"`
	Name    string      `json:"name"`
	Subject string      `json:"subject"`
}

func (h *handlers) statements(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "submit-statement", Method: http.MethodPost, Path: "/api/v1/statements", DefaultStatus: http.StatusCreated,
		Summary: "提交签名记录 Submit a signed statement",
		Description: "The body is a DSSE envelope around a CloudEvents event. 201 with the receipt; 200 with the first receipt where the same statement is on record already. " +
			"With wait=sealed the receipt comes with the proof that the log holds the statement; where that takes too long it says sealed: false and Retry-After, and the statement is recorded all the same.",
		// A little more than an envelope may have, so that the refusal is the ledger's own.
		MaxBodyBytes: 2 * seal.MaxEnvelope,
		// The ledger reads the envelope itself, to the byte.
		SkipValidateBody: true,
		RequestBody:      &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: envelopeSchema()}}},
		Errors:           []int{400, 403, 404, 409, 413, 422, 503},
	}, func(ctx context.Context, in *struct {
		Wait
		RawBody []byte
	}) (*Receipt, error) {
		signed, replayed, err := h.node.Submit(ctx, in.RawBody)
		if err != nil {
			return nil, problem(err)
		}
		out := answer(signed)
		if replayed || in.Wait.Wait != "" {
			// It is recorded and signed for: whatever keeps it from being sealed, the
			// receipt is not held back.
			if r, err := h.node.Stream.Get(ctx, signed.Sequence); err == nil { // an SM2 envelope may differ from the first
				out, _ = h.receipt(ctx, signed, r.Envelope, in.Wait)
			}
		}
		out.Status = http.StatusCreated
		if replayed {
			out.Status = http.StatusOK
		}
		return out, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "check-statement", Method: http.MethodPost, Path: "/api/v1/checks",
		Summary:     "试提交 Whether a statement would be recorded, before it is signed",
		Description: "The body is a statement, unsigned; who asks has logged in with the key that is to sign it. Nothing is recorded.", Errors: []int{400, 401, 403, 404, 409, 413, 422, 503},
		MaxBodyBytes: seal.MaxEnvelope, SkipValidateBody: true,
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}},
	}, func(ctx context.Context, in *struct{ RawBody []byte }) (*struct{ Body Checked }, error) {
		if err := h.node.Fault(); err != nil {
			return nil, problem(err)
		}
		s, err := h.node.Door.Check(in.RawBody, access.From(ctx).Key, h.node.Clock())
		if err != nil {
			return nil, problem(err)
		}
		return &struct{ Body Checked }{Checked{s.Kind, s.Kind.Name(), s.Subject()}}, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-statement", Method: http.MethodGet, Path: "/api/v1/statements/{id}",
		Summary: "按编号查记录与回执 A statement by its id, with its receipt", Errors: []int{404, 503},
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" format:"uuid"`
	}) (*struct{ Body Statement }, error) {
		s, err := h.statement(ctx, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		return &struct{ Body Statement }{s}, nil
	})
}

// envelopeSchema describes a DSSE envelope with one signature.
func envelopeSchema() *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	one := 1
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"payload", "payloadType", "signatures"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{
			"payload":     text("the statement, a CloudEvents 1.0 event in JSON, as standard base64"),
			"payloadType": {Type: huma.TypeString, Enum: []any{seal.PayloadTypeStatement}},
			"signatures": {Type: huma.TypeArray, MinItems: &one, MaxItems: &one, Items: &huma.Schema{
				Type: huma.TypeObject, Required: []string{"keyid", "sig"}, AdditionalProperties: false,
				Properties: map[string]*huma.Schema{
					"keyid": text("SHA-256 of the public key's SPKI DER, lower-case hexadecimal"),
					"sig":   text("over DSSE's pre-authentication encoding; Ed25519, or SM2 with SM3 as ASN.1 DER; standard base64"),
				}}},
		}}
}

func (h *handlers) statement(ctx context.Context, id string) (Statement, error) {
	r, err := h.recorded(ctx, id)
	if err != nil {
		return Statement{}, err
	}
	s, err := h.show(r)
	if err != nil {
		return Statement{}, err
	}
	receipt, err := h.node.Door.Receipt(r)
	s.Receipt = &receipt
	return s, err
}
