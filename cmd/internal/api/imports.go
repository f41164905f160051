package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"ducha/cmd/internal/imports"
	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// MaxBatch is how many statements may come as one.
const MaxBatch = imports.MaxStatements

// Import is what was read from a form: what is wrong or doubtful, and the statements
// that it would make.
type Import struct {
	Campaign   ledger.LocalID     `json:"campaign"`
	Form       imports.Form       `json:"form"`
	Rows       int                `json:"rows"`
	Problems   []imports.Doubtful `json:"problems"`
	Statements []ImportStatement  `json:"statements"`
}

// ImportStatement is a statement that waits for a signer.
type ImportStatement struct {
	Cell string          `json:"cell" doc:"where it comes from"`
	Type ledger.Kind     `json:"type"`
	Unit ledger.UnitID   `json:"unit"`
	Task ledger.TaskID   `json:"task"`
	Data json.RawMessage `json:"data"`
}

// Batch is the answer for many statements.
type Batch struct {
	Replayed bool                   `json:"replayed" doc:"all of them were on record already"`
	Dry      bool                   `json:"dry" doc:"nothing was recorded"`
	Receipts []ledger.SignedReceipt `json:"receipts,omitempty"`
}

func (h *handlers) imports(a huma.API) {
	xlsx := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{mediaXLSX: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}, "text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}
	huma.Register(a, huma.Operation{
		OperationID: "read-form", Method: http.MethodPost, Path: "/api/v1/imports", Summary: "导入预检 Read a filled form",
		Description:  "A workbook or a table in text (CSV; UTF-8, UTF-16 or GB18030), as ducha template writes it. A dry run: every bad cell and every doubt is named. Nothing is recorded; the statements come back to be signed by whoever imports them, and go to /api/v1/batches.",
		MaxBodyBytes: 16 << 20, SkipValidateBody: true, RequestBody: xlsx, Errors: []int{400, 413, 503},
	}, func(ctx context.Context, in *struct{ RawBody []byte }) (*struct{ Body Import }, error) {
		out := &struct{ Body Import }{}
		file, err := imports.Open(in.RawBody) // before the ledger waits for it
		if err != nil {
			return nil, problem(err)
		}
		var sheet imports.Sheet
		err = h.look(ctx, AsOf{}, func(c *projections.Campaign, s Standing) error {
			known := imports.KnownOf(c, s.AsOf)
			if c.Charter.Clock == ledger.ClockRecorded {
				known.Today = ledger.DateOf(h.node.Clock())
			}
			out.Body.Campaign, sheet = s.Campaign, file.Read(known)
			return nil
		})
		if err != nil {
			return nil, err
		}
		out.Body.Form, out.Body.Rows, out.Body.Problems, out.Body.Statements = sheet.Form, sheet.Rows, sheet.Problems, []ImportStatement{}
		for _, s := range sheet.Said {
			data, err := json.Marshal(s.Body)
			if err != nil {
				return nil, problem(err)
			}
			out.Body.Statements = append(out.Body.Statements, ImportStatement{s.Cell, ledger.KindOf(s.Body), s.Unit, s.Task, data})
		}
		return out, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "submit-batch", Method: http.MethodPost, Path: "/api/v1/batches", Summary: "整批提交 Submit many signed statements, all or none",
		Description:  "The body is an envelope a line. They are recorded in their order with nothing between, as one atomic write, or none of them is. With dry=true the rules decide and nothing is recorded.",
		MaxBodyBytes: MaxBatch * seal.MaxEnvelope, SkipValidateBody: true, Errors: []int{400, 403, 404, 409, 413, 422, 503},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}}}},
	}, func(ctx context.Context, in *struct {
		Dry     bool `query:"dry"`
		RawBody []byte
	}) (*struct{ Body Batch }, error) {
		var envelopes [][]byte
		for line := range bytes.Lines(in.RawBody) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				envelopes = append(envelopes, line)
			}
		}
		switch {
		case len(envelopes) == 0:
			return nil, problem(ledger.Malform("batch.empty", "no envelope", "an envelope a line"))
		case len(envelopes) > MaxBatch:
			return nil, problem(&ledger.Error{Class: ledger.TooLarge, Rule: "batch.size", Found: fmt.Sprintf("%d statements", len(envelopes)), Want: fmt.Sprintf("at most %d of them at once", MaxBatch)})
		}
		receipts, replayed, err := h.node.SubmitAll(ctx, envelopes, in.Dry)
		if one, ok := errors.AsType[*commands.BatchError](err); ok {
			// The error is the one statement's own, and says which it is.
			if e, ok := errors.AsType[*ledger.Error](one.Err); ok {
				named := *e
				named.Found = fmt.Sprintf("statement %d: %s", one.Index+1, e.Found)
				err = &commands.BatchError{Index: one.Index, Err: &named}
			}
		}
		if err != nil {
			return nil, problem(err)
		}
		return &struct{ Body Batch }{Batch{replayed, in.Dry, receipts}}, nil
	})
}
