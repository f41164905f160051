package api

import (
	"context"
	"net/http"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Tasks is the answer for all tasks.
type Tasks struct {
	Standing
	Tasks []projections.TaskStatus `json:"tasks"`
}

// Task is the answer for one task.
type Task struct {
	Standing
	projections.TaskStatus
	Last uint64 `json:"last" doc:"the last sequence on the task: the basis of whoever has seen it all"`
}

// Why is what a task's light rests on.
type Why struct {
	Standing
	projections.Explanation
}

// Statements is a task's history.
type Statements struct {
	Standing
	Statements []Statement `json:"statements"`
}

// Statement is a record with what it says, and the envelope as it was signed.
type Statement struct {
	Campaign     ledger.LocalID        `json:"campaign"`
	Sequence     uint64                `json:"sequence"`
	Recorded     time.Time             `json:"recorded" doc:"the ledger's time"`
	ID           string                `json:"id"`
	Type         ledger.Kind           `json:"type"`
	Name         string                `json:"name" doc:"the field's term, Chinese"`
	Source       ledger.PartyID        `json:"source" doc:"who speaks"`
	Unit         ledger.UnitID         `json:"unit" doc:"who is held to account"`
	Task         ledger.TaskID         `json:"task,omitempty"`
	Time         time.Time             `json:"time" doc:"the signer's claim"`
	Basis        uint64                `json:"basis"`
	Data         any                   `json:"data"`
	Key          string                `json:"key" doc:"the id of the key that signed"`
	Signer       *projections.Signer   `json:"signer,omitempty" doc:"who stood behind the key on that day, and the key's certificate with its status when it signed"`
	TaskVersion  uint64                `json:"task_version,omitempty"`
	TrailVersion uint64                `json:"trail_version"`
	Head         string                `json:"head" doc:"of the unit's trail"`
	Envelope     string                `json:"envelope,omitempty" doc:"as it was signed"`
	Sealed       bool                  `json:"sealed,omitempty" doc:"its text was sealed by two persons: place and digests stay, data and envelope are not shown"`
	Receipt      *ledger.SignedReceipt `json:"receipt,omitempty"`
}

// show shows a record; the text of a sealed one (密封) is left out.
//
// BUG(export): an exported trail still holds it: the chain needs the envelope.
func (h *handlers) show(r ledger.Record) (Statement, error) {
	e, err := r.Read()
	if err != nil {
		return Statement{}, err
	}
	s := Statement{
		Campaign: e.Campaign, Sequence: e.Sequence, Recorded: e.Recorded, ID: e.ID.String(), Type: e.Kind, Name: e.Kind.Name(), Source: e.Source,
		Unit: e.Statement.Unit, Task: e.Statement.Task, Time: e.Time, Basis: e.Basis, Data: e.Body, Key: string(e.Signer),
		TaskVersion: e.TaskVersion, TrailVersion: e.TrailVersion, Head: e.Head.String(), Envelope: string(e.Record.Envelope),
	}
	h.node.View.Read(func(c *projections.Campaign, _ uint64) {
		if _, ok := c.Keyring.Keys[e.Signer]; ok {
			signer := c.SignerOfEvent(e)
			s.Signer = &signer
		}
	})
	if s.Sealed = h.hidden(e.ID); s.Sealed {
		s.Data, s.Envelope = nil, ""
	}
	return s, nil
}

// hidden reports whether two persons sealed a statement's text.
func (h *handlers) hidden(id ledger.Ref) (hidden bool) {
	h.node.View.Read(func(c *projections.Campaign, _ uint64) { hidden = c.Sealings.Statement(id) })
	return hidden
}

// get shows the record with a sequence.
func (h *handlers) get(ctx context.Context, sequence uint64) (Statement, error) {
	r, err := h.node.Stream.Get(ctx, sequence)
	if err != nil {
		return Statement{}, err
	}
	return h.show(r)
}

func (h *handlers) tasks(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-tasks", Method: http.MethodGet, Path: "/api/v1/tasks", Summary: "各任务状态 All tasks", Errors: []int{400, 503},
	}, func(ctx context.Context, in *Moment) (*struct{ Body Tasks }, error) {
		out := &struct{ Body Tasks }{}
		sight := h.sight(ctx)
		err := h.moment(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body.Standing, out.Body.Tasks = s, []projections.TaskStatus{}
			for _, t := range c.TaskList() {
				if !sight.Task(t.ID) {
					continue
				}
				out.Body.Tasks = append(out.Body.Tasks, s.task(c, t))
			}
			return nil
		})
		return out, err
	})
	type judged struct {
		Moment
		Task string `path:"task" example:"T01"`
	}
	type one struct {
		AsOf
		Task string `path:"task" example:"T01"`
	}
	huma.Register(a, huma.Operation{
		OperationID: "get-task", Method: http.MethodGet, Path: "/api/v1/tasks/{task}", Summary: "任务状态 One task", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *judged) (*struct{ Body Task }, error) {
		out := &struct{ Body Task }{}
		sight := h.sight(ctx)
		err := h.moment(ctx, in.Moment, func(c *projections.Campaign, s Standing) error {
			t, err := sight.FindTask(c, in.Task)
			if err != nil {
				return err
			}
			out.Body = Task{s, s.task(c, t), t.Sequences[len(t.Sequences)-1]}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "explain-task", Method: http.MethodGet, Path: "/api/v1/tasks/{task}/why",
		Summary:     "为何亮此灯 Why a task has its light",
		Description: "The policy's expression clause by clause, and every figure with each statement that it came from.", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *one) (*struct{ Body Why }, error) {
		out := &struct{ Body Why }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			t, err := sight.FindTask(c, in.Task)
			if err == nil {
				out.Body = Why{s, c.Explain(t, s.AsOf)}
			}
			return err
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-task-statements", Method: http.MethodGet, Path: "/api/v1/tasks/{task}/statements",
		Summary: "任务全部记录 A task's history", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *one) (*struct{ Body Statements }, error) {
		out := &struct{ Body Statements }{}
		var sequences []uint64
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			t, err := sight.FindTask(c, in.Task)
			if err != nil {
				return err
			}
			out.Body.Standing, sequences = s, append([]uint64(nil), t.Sequences...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, sequence := range sequences {
			s, err := h.get(ctx, sequence)
			if err != nil {
				return nil, problem(err)
			}
			out.Body.Statements = append(out.Body.Statements, s)
		}
		return out, nil
	})
}
