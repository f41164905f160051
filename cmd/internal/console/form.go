package console

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// formPage is the form of one kind, made in the browser from the kind's schema: what is
// filled in is put into the statement's bytes there, shown, and signed there.
var formPage = page{path: "/submit/{kind}", scope: access.Anyone, name: "form", fill: form, load: formLoaded}

// formBody is what static/submit.js makes the form of.
type formBody struct {
	Spec ledger.Spec
	Name string
	JSON string

	data   *formData
	places map[string]place // of the candidates, by their id
}

// formData says what there is to fill in, and with what.
type formData struct {
	Kind     ledger.Kind            `json:"kind"`
	Name     string                 `json:"name"`
	Scope    string                 `json:"scope"`   // campaign, unit, task or any
	ByParty  bool                   `json:"byParty"` // the unit follows from the party, or the key, that it is about
	Places   map[string]string      `json:"places"`  // the unit of a key
	Free     bool                   `json:"free"`    // it makes the task that it is about
	Campaign ledger.LocalID         `json:"campaign"`
	Party    ledger.PartyID         `json:"party"`
	Speaks   string                 `json:"speaks"` // the party's name
	Names    map[string]string      `json:"names"`  // of parties, units and tasks, by their id
	Key      string                 `json:"key"`    // of the session
	Lang     projections.Lang       `json:"lang"`
	Schema   json.RawMessage        `json:"schema"`
	Units    []labelled             `json:"units"`
	Tasks    []taskChoice           `json:"tasks"`
	Unit     ledger.UnitID          `json:"unit"`
	Task     ledger.TaskID          `json:"task"`
	Basis    uint64                 `json:"basis"`
	Refs     map[string][]candidate `json:"refs"`    // by the field
	Choices  map[string][]labelled  `json:"choices"` // ids that are not statements, by the field
	Filled   map[string][]string    `json:"filled"`
	Values   any                    `json:"values,omitempty"` // a whole body to begin with
	Notice   string                 `json:"notice,omitempty"` // what is to be seen before anything is filled in
	Limits   limits                 `json:"limits"`
	Declared bool                   `json:"declared"` // the signer's time is what counts
	Now      string                 `json:"now"`      // the day that a declared clock stands at
}

func form(q *request, c *projections.Campaign) (any, error) {
	spec, ok := ledger.Kind(q.PathValue("kind")).Spec()
	if !ok {
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "statement.type", Found: "kind " + q.PathValue("kind"), Want: "a kind of /submit"}
	}
	if q.Reader.Party == "" {
		return nil, &ledger.Error{Class: ledger.Nobody, Rule: "read.login", Found: "a form without a login", Want: "a login with the key that signs"}
	}
	d := &formData{Kind: spec.Kind, Name: kindName(q, spec), Scope: scopeName(spec.Scope), Campaign: c.Charter.Campaign, Party: q.Reader.Party, Key: string(q.Reader.Key), Lang: q.Lang,
		Schema: spec.Schema(), Free: spec.Kind == "task.assigned.v1", Filled: map[string][]string{}, Declared: c.Charter.Clock == ledger.ClockDeclared, Now: q.At.Format("2006-01-02T15:04")}
	d.Units, d.Tasks = subjects(q, c, spec)
	if len(d.Units)+len(d.Tasks) == 0 {
		return nil, ledger.Forbid("read.role", string(q.Reader.Party)+" asks for the form of "+string(spec.Kind), "a kind that it may sign: /submit")
	}
	top, err := topFields(spec)
	if err != nil {
		return nil, err
	}
	d.Speaks = partyName(q, c, d.Party)
	d.ByParty = slices.Contains(top.all, "party") || keyKinds[spec.Kind]
	if err := d.subject(q, c); err != nil {
		return nil, err
	}
	refs, places := candidates(q, c, spec.Kind, d.Unit, d.Task, top.refs)
	d.Refs = refs
	d.choices(q, c)
	d.trim(top.all)
	for name, values := range q.URL.Query() {
		if slices.Contains(top.all, strings.SplitN(name, ".", 2)[0]) {
			d.Filled[name] = values
		}
	}
	d.defaults(q, c)
	return &formBody{Spec: spec, Name: d.Name, data: d, places: places}, nil
}

// formLoaded adds to the candidates what each of them says.
func formLoaded(ctx context.Context, s *site, q *request, body any) error {
	b := body.(*formBody)
	for _, list := range b.data.Refs {
		for i := range list {
			if err := list[i].say(ctx, s, q, b.places[list[i].Value], b.data.Declared); err != nil {
				return err
			}
		}
	}
	b.data.Limits = evidenceLimits(s)
	data, err := json.Marshal(b.data)
	b.JSON = string(data)
	return err
}

func scopeName(s ledger.Scope) string {
	return map[ledger.Scope]string{ledger.CampaignScope: "campaign", ledger.UnitScope: "unit", ledger.TaskScope: "task", ledger.AnyScope: "any"}[s]
}

// subject settles which unit and task the form is about: what was asked for, where the
// reader may say this kind about it, or the only ones that there are.
func (d *formData) subject(q *request, c *projections.Campaign) error {
	if asked := q.FormValue("task"); asked != "" && !d.Free {
		t, err := c.FindTask(ledger.TaskID(asked))
		if err != nil {
			return err
		}
		d.Task = t.ID
	} else if len(d.Tasks) == 1 && len(d.Units) == 0 {
		d.Task = ledger.TaskID(d.Tasks[0].ID)
	}
	if i := slices.IndexFunc(d.Tasks, func(t taskChoice) bool { return t.ID == string(d.Task) }); i >= 0 {
		d.Unit, d.Basis = d.Tasks[i].Unit, d.Tasks[i].Basis
		return nil
	}
	if d.Task != "" && len(d.Tasks) > 0 {
		return d.foreign("task " + string(d.Task))
	}
	if asked := q.FormValue("unit"); asked != "" && asked != string(ledger.HQ) {
		id, err := c.FindUnit(asked)
		if err != nil {
			return err
		}
		d.Unit = id
	} else if asked != "" || len(d.Units) > 0 {
		d.Unit = ledger.UnitID(d.Units[0].ID)
	}
	return nil
}

// foreign refuses a form about what the reader may not say this kind about.
func (d *formData) foreign(what string) error {
	return ledger.Forbid("read.role", string(d.Party)+" asks for the form of "+string(d.Kind)+" about "+what, "what it may say this about: /submit/"+string(d.Kind))
}

// fields are the names of a kind's fields, and of those that name statements.
type fieldNames struct{ all, refs []string }

// topFields reads the names off a kind's schema; one within another is written with a
// dot between.
func topFields(spec ledger.Spec) (f fieldNames, err error) {
	type node struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Items      json.RawMessage            `json:"items"`
		Pattern    string                     `json:"pattern"`
	}
	var walk func(raw json.RawMessage, path string) error
	walk = func(raw json.RawMessage, path string) error {
		var n node
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
		if strings.HasPrefix(n.Pattern, "^[0-9a-f]{8}-") {
			f.refs = append(f.refs, path)
		}
		if n.Items != nil {
			return walk(n.Items, path)
		}
		for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
			inner := name
			if path != "" {
				inner = path + "." + name
			} else {
				f.all = append(f.all, name)
			}
			if err := walk(n.Properties[name], inner); err != nil {
				return err
			}
		}
		return nil
	}
	return f, walk(spec.Schema(), "")
}
