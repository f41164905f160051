package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ducha/cmd/internal/tables"
	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Deadlines is the answer for deadlines.
type Deadlines struct {
	Standing
	Deadlines []tables.Deadline `json:"deadlines"`
}

// TableQuery says as of when a table is, in which form and language. It is exported for
// huma, which reads no parameters of an embedded type that is not.
type TableQuery struct {
	AsOf
	Format string `query:"format" enum:"json,csv,xlsx" default:"json"`
	Lang   string `query:"lang" enum:"zh,en" default:"zh"`
}

// answer gives a table in the form that was asked for.
func (q TableQuery) answer(t tables.Table, name string) (*huma.StreamResponse, error) {
	var data []byte
	var err error
	switch q.Format {
	case "csv":
		data, err = t.CSV()
		return file("text/csv; charset=utf-8", name+".csv", data), err
	case "xlsx":
		data, err = t.XLSX()
		return file(mediaXLSX, name+".xlsx", data), err
	}
	data, err = json.Marshal(t)
	return file("application/json", "", data), err
}

func (h *handlers) tables(mux *http.ServeMux, a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "get-table", Method: http.MethodGet, Path: "/api/v1/tables/{table}", Errors: []int{400, 404, 503},
		Summary: "清单 A list as a table: " + strings.Join(tables.Names(), ", "), Responses: binary("text/csv", mediaXLSX),
	}, func(ctx context.Context, in *struct {
		TableQuery
		Table string `path:"table" example:"tasks"`
	}) (*huma.StreamResponse, error) {
		var t tables.Table
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			var ok bool
			if t, ok = tables.Of(in.Table, c, s.AsOf, projections.Lang(in.Lang)); !ok {
				return &ledger.Error{Class: ledger.NotFound, Rule: "table.known", Found: "table " + in.Table, Want: "one of " + strings.Join(tables.Names(), ", ")}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return in.answer(t, string(h.node.Campaign())+"-"+in.Table)
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-ledger-table", Method: http.MethodGet, Path: "/api/v1/ledger", Errors: []int{400, 404, 503},
		Summary: "台账 The statements about a unit or a task, as a table", Responses: binary("text/csv", mediaXLSX),
	}, func(ctx context.Context, in *struct {
		TableQuery
		Unit string `query:"unit" example:"fgw"`
		Task string `query:"task" example:"T06"`
	}) (*huma.StreamResponse, error) {
		t, name, err := h.ledgerTable(ctx, in.AsOf, in.Unit, in.Task, projections.Lang(in.Lang))
		if err != nil {
			return nil, err
		}
		return in.answer(t, string(h.node.Campaign())+"-"+name)
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-deadlines", Method: http.MethodGet, Path: "/api/v1/deadlines", Errors: []int{400, 404, 503},
		Summary: "时限 What is owed by when; as iCalendar with format=ics", Responses: binary("text/calendar"),
	}, func(ctx context.Context, in *struct {
		Asked
		Format string `query:"format" enum:"json,ics" default:"json"`
		Lang   string `query:"lang" enum:"zh,en" default:"zh"`
	}) (*huma.StreamResponse, error) {
		var out Deadlines
		name := string(h.node.Campaign())
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			unit, err := in.unit(c)
			if err != nil {
				return err
			}
			if unit != "" {
				name += "-" + string(unit)
			}
			list := slices.DeleteFunc(tables.Deadlines(c, unit, s.AsOf, projections.Lang(in.Lang)), func(d tables.Deadline) bool { return !sight.Either(d.Unit, d.Task) })
			out = Deadlines{s, list}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if in.Format == "ics" {
			return file("text/calendar; charset=utf-8", name+".ics", tables.Calendar(h.node.Campaign(), name, out.Deadlines)), nil
		}
		data, err := json.Marshal(out)
		return file("application/json", "", data), err
	})
	mux.HandleFunc("GET /api/v1/events.ndjson", h.guarded("stream-events", h.events))
	a.OpenAPI().AddOperation(&huma.Operation{OperationID: "stream-events", Method: http.MethodGet, Path: "/api/v1/events.ndjson", Summary: "全部记录,每行一条 Every statement, a line each",
		Parameters: []*huma.Param{{Name: "after", In: "query", Description: "the last sequence that the reader has", Schema: &huma.Schema{Type: huma.TypeInteger}}}, Responses: binary("application/x-ndjson")})
}

// ledgerTable is the 台账 of a unit or of a task.
func (h *handlers) ledgerTable(ctx context.Context, in AsOf, unit, task string, l projections.Lang) (t tables.Table, name string, err error) {
	if (unit == "") == (task == "") {
		return t, "", problem(ledger.Malform("table.of", "the statements of neither or of both", "exactly one of unit and task"))
	}
	var about string
	var sequences []uint64
	sight := h.sight(ctx)
	err = h.look(ctx, in, func(c *projections.Campaign, s Standing) error {
		if task != "" {
			found, err := sight.FindTask(c, task)
			if err != nil {
				return err
			}
			name, about, sequences = string(found.ID), string(found.ID)+" "+found.NameAt(s.AsOf), slices.Clone(found.Sequences)
			return nil
		}
		u, err := sight.FindUnit(c, unit)
		if err == nil {
			p, _ := c.Units.Unit(u)
			name, about, sequences = string(u), p.NameAt(ledger.DateOf(s.AsOf)), slices.Clone(c.Units.Trails[u])
		}
		return err
	})
	if err != nil {
		return t, "", err
	}
	events := make([]ledger.Event, 0, len(sequences))
	for _, sequence := range sequences {
		r, err := h.node.Stream.Get(ctx, sequence)
		if err != nil {
			return t, "", problem(err)
		}
		e, err := r.Read()
		if err != nil {
			return t, "", problem(err)
		}
		events = append(events, e)
	}
	err = h.look(ctx, in, func(c *projections.Campaign, s Standing) error {
		t = tables.Ledger(about+l.Pick(" 台账", " register"), c, s.AsOf, events, l)
		return nil
	})
	return t, strings.ToLower(name), err
}

// events streams every statement after a sequence, a JSON object a line, up to what
// is on record when it begins. A reader that was cut off goes on after the last
// sequence that it has.
func (h *handlers) events(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if err != nil && r.URL.Query().Get("after") != "" {
		write(w, ledger.Malform("http.request", fmt.Sprintf("after=%.40q", r.URL.Query().Get("after")), "the last sequence that the reader has"))
		return
	}
	last := h.node.View.Sequence()
	w.Header().Set("Content-Type", "application/x-ndjson")
	if after >= last {
		return
	}
	var line bytes.Buffer
	for record, err := range h.node.Stream.Read(r.Context(), after) {
		if err != nil {
			panic(http.ErrAbortHandler) // the reader must not take it for all there is
		}
		s, err := h.show(record)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		line.Reset()
		if err := json.NewEncoder(&line).Encode(s); err != nil {
			panic(http.ErrAbortHandler)
		}
		if _, err := io.Copy(w, &line); err != nil || record.Sequence >= last {
			return
		}
	}
}
