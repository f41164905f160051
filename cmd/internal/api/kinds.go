package api

import (
	"context"
	"encoding/json"
	"net/http"

	"ducha/commands"
	"ducha/ledger"

	"github.com/danielgtaylor/huma/v2"
)

// Kind describes a kind of statement.
type Kind struct {
	Type    ledger.Kind        `json:"type"`
	Family  ledger.Family      `json:"family"`
	Name    string             `json:"name" doc:"the field's term, Chinese"`
	Signers []commands.Speaker `json:"signers" doc:"who may say it"`
}

func (h *handlers) kinds(a huma.API) {
	type kinds struct {
		Kinds []Kind `json:"kinds"`
	}
	huma.Register(a, huma.Operation{
		OperationID: "list-kinds", Method: http.MethodGet, Path: "/api/v1/kinds", Summary: "记录种类 Kinds of statements",
	}, func(context.Context, *struct{}) (*struct{ Body kinds }, error) {
		out := &struct{ Body kinds }{}
		for _, s := range ledger.Kinds() {
			out.Body.Kinds = append(out.Body.Kinds, Kind{s.Kind, s.Family, s.Name, commands.Speakers[s.Kind]})
		}
		return out, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-kind-schema", Method: http.MethodGet, Path: "/api/v1/kinds/{type}/schema",
		Summary: "记录格式 JSON Schema of a kind's data", Errors: []int{404},
	}, func(_ context.Context, in *struct {
		Type string `path:"type" example:"progress.reported.v1"`
	}) (*struct{ Body json.RawMessage }, error) {
		s, ok := ledger.Kind(in.Type).Spec()
		if !ok {
			return nil, problem(&ledger.Error{Class: ledger.NotFound, Rule: "statement.type", Found: "kind " + in.Type, Want: "a kind of /api/v1/kinds"})
		}
		return &struct{ Body json.RawMessage }{s.Schema()}, nil
	})
}
