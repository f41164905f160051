package console

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// formPage is the form of one kind, made in the browser from the kind's schema: what is
// filled in is put into the statement's bytes there, shown, and signed there.
var formPage = page{path: "/submit/{kind}", scope: access.Anyone, name: "form", fill: form}

// formBody is what static/submit.js makes the form of.
type formBody struct {
	Spec ledger.Spec
	Name string
	JSON string
}

// formData says what there is to fill in, and with what.
type formData struct {
	Kind     ledger.Kind            `json:"kind"`
	Name     string                 `json:"name"`
	Scope    string                 `json:"scope"`   // campaign, unit, task or any
	ByParty  bool                   `json:"byParty"` // the unit follows from the party that it is about
	Free     bool                   `json:"free"`    // it makes the task that it is about
	Campaign ledger.LocalID         `json:"campaign"`
	Party    ledger.PartyID         `json:"party"`
	Key      string                 `json:"key"` // of the session
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
	d := formData{Kind: spec.Kind, Name: kindName(q, spec), Scope: scopeName(spec.Scope), Campaign: c.Charter.Campaign, Party: q.Reader.Party, Key: string(q.Reader.Key), Lang: q.Lang,
		Schema: spec.Schema(), Free: spec.Kind == "task.assigned.v1", Filled: map[string][]string{}, Declared: c.Charter.Clock == ledger.ClockDeclared, Now: q.At.Format("2006-01-02T15:04")}
	d.Units, d.Tasks = subjects(q, c, spec)
	if len(d.Units)+len(d.Tasks) == 0 {
		return nil, ledger.Forbid("read.role", string(q.Reader.Party)+" asks for the form of "+string(spec.Kind), "a kind that it may sign: /submit")
	}
	top, err := topFields(spec)
	if err != nil {
		return nil, err
	}
	d.ByParty = slices.Contains(top.all, "party")
	if err := d.subject(q, c); err != nil {
		return nil, err
	}
	d.Refs = candidates(q, c, spec.Kind, d.Unit, d.Task, top.refs)
	d.choices(q, c)
	for name, values := range q.URL.Query() {
		if slices.Contains(top.all, strings.SplitN(name, ".", 2)[0]) {
			d.Filled[name] = values
		}
	}
	d.defaults(q, c)
	data, err := json.Marshal(d)
	return formBody{Spec: spec, Name: d.Name, JSON: string(data)}, err
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

// choices are ids other than statements', by the field that wants one: of parties,
// units, tasks, milestones, targets.
func (d *formData) choices(q *request, c *projections.Campaign) {
	var parties, units, tasks, milestones, targets, inspectors, authorities []labelled
	for _, id := range slices.Sorted(maps.Keys(c.Units.Parties)) {
		l := labelled{string(id), partyName(q, c, id)}
		parties = append(parties, l)
		if u, ok := id.Unit(); ok {
			units = append(units, labelled{string(u), l.Name})
		}
		if c.Keyring.Has(id, ledger.RoleInspector) {
			inspectors = append(inspectors, l)
		}
		if c.Keyring.Has(id, ledger.RoleAuthority) || c.Keyring.Has(id, ledger.RoleOffice) {
			authorities = append(authorities, l)
		}
	}
	for _, t := range c.TaskList() {
		tasks = append(tasks, labelled{string(t.ID), t.NameAt(q.At)})
		if t.ID != d.Task {
			continue
		}
		for _, m := range t.Milestones {
			milestones = append(milestones, labelled{string(m.ID), m.Name})
		}
		for _, x := range t.Targets {
			targets = append(targets, labelled{string(x.Target), string(x.Subject)})
		}
	}
	d.Choices = map[string][]labelled{
		"responsible": units, "attended": units, "absent": units, "items.unit": units, "units": units, "items.task": tasks, "tasks": tasks, "key_tasks.task": tasks,
		"asks": parties, "inspectors": inspectors, "accepts": authorities, "to": parties,
	}
	switch d.Kind {
	case "unit.succeeded.v1":
		d.Choices["by"] = units
	case "unit.registered.v1":
	case "extension.decided.v1", "extension.requested.v1", "task.amended.v1":
		delete(d.Choices, "to") // a day, or words
	default:
		d.Choices["party"] = parties
	}
	if d.Kind == "extension.requested.v1" || d.Kind == "milestone.reached.v1" {
		d.Choices["milestone"] = milestones
	}
	if d.Kind == "indicator.reported.v1" {
		d.Choices["target"] = targets
	}
	if d.Kind == "notice.commented.v1" || d.Kind == "blocker.decided.v1" || d.Kind == "tolerance.judged.v1" {
		delete(d.Choices, "accepts") // yes or no
	}
}

// defaults fill in what is nearly always so.
func (d *formData) defaults(q *request, c *projections.Campaign) {
	if d.Kind == "card.proposed.v1" && d.Filled["dossier"] == nil {
		yesterday := ledger.DateOf(q.At).Add(-1) // a day that is over: its dossier is made again to the byte
		if x, err := c.Dossier(d.Task, yesterday.End()); err == nil && !c.Sealings.Since(yesterday.End()) {
			d.Filled["dossier"], d.Filled["dossier_as_of"] = []string{string(x.Digest())}, []string{string(yesterday)}
		}
	}
	if d.Kind == "progress.reported.v1" && d.Filled["period"] == nil {
		d.Filled["period"] = []string{string(ledger.MonthOf(q.At))}
		if t, ok := c.Tasks[d.Task]; ok {
			d.Filled["percent"] = []string{strconv.FormatFloat(c.Judge(t, q.At).Figures.Claimed, 'f', -1, 64)}
		}
	}
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }
