package console

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ducha/ledger"
	"ducha/projections"

	"github.com/google/uuid"
)

// keyKinds are about a key, whose holder's unit they are about.
var keyKinds = map[ledger.Kind]bool{"key.revoked.v1": true, "certificate.checked.v1": true}

// choices are ids other than statements', by the field that wants one: of parties,
// units, tasks, milestones, targets.
func (d *formData) choices(q *request, c *projections.Campaign) {
	var parties, units, tasks, milestones, targets, measures, inspectors, authorities []labelled
	d.Names = map[string]string{string(ledger.HQ): q.T("指挥部", "headquarters")}
	for _, id := range slices.Sorted(maps.Keys(c.Units.Parties)) {
		l := labelled{string(id), partyName(q, c, id)}
		parties = append(parties, l)
		d.Names[l.ID] = l.Name
		if u, ok := id.Unit(); ok {
			d.Names[string(u)] = l.Name
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
		tasks = append(tasks, labelled{string(t.ID), q.nameOf(t)})
		d.Names[string(t.ID)] = q.nameOf(t)
		if t.ID != d.Task {
			continue
		}
		for _, m := range t.Milestones {
			milestones = append(milestones, labelled{string(m.ID), m.Name})
		}
		for _, x := range t.Targets {
			targets = append(targets, labelled{string(x.Target), string(x.Subject)})
			for _, m := range x.Measures {
				measures = append(measures, labelled{string(m.ID), string(m.Name)})
			}
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
		if len(measures) > 0 {
			d.Choices["measure"] = measures
		}
	}
	if d.Kind == "clarification.issued.v1" {
		d.Choices["question"] = questions(q, c)
	}
	if keyKinds[d.Kind] {
		d.keys(q, c)
	}
	if d.Kind == "notice.commented.v1" || d.Kind == "blocker.decided.v1" || d.Kind == "tolerance.judged.v1" {
		delete(d.Choices, "accepts") // yes or no
	}
}

// trim leaves out choices for fields that the kind has not.
func (d *formData) trim(fields []string) {
	maps.DeleteFunc(d.Choices, func(name string, _ []labelled) bool {
		head, _, _ := strings.Cut(name, ".")
		return !slices.Contains(fields, head)
	})
}

// keys are those that are in force, and the unit that each is about.
func (d *formData) keys(q *request, c *projections.Campaign) {
	d.Places = map[string]string{}
	for _, k := range c.KeyList(q.At) {
		if k.Revoked != 0 || k.Party == "root" || k.Party == "ledger" {
			continue
		}
		unit := ledger.HQ
		if u, ok := k.Party.Unit(); ok {
			unit = u
		}
		d.Places[string(k.Key)] = string(unit)
		d.Choices["key"] = append(d.Choices["key"], labelled{string(k.Key), partyName(q, c, k.Party) + " · " + k.Holder + " · " + string(k.Key[:8]) + "…"})
	}
	slices.SortFunc(d.Choices["key"], func(a, b labelled) int { return cmp.Compare(a.Name, b.Name) })
}

// questions are those that were raised.
func questions(q *request, c *projections.Campaign) (list []labelled) {
	for _, x := range c.QuestionList(q.At) {
		list = append(list, labelled{string(x.Question), clipped(x.Text, gistShown)})
	}
	return list
}

// defaults fill in what is nearly always so.
func (d *formData) defaults(q *request, c *projections.Campaign) {
	switch d.Kind {
	case "card.proposed.v1":
		yesterday := ledger.DateOf(q.At).Add(-1) // a day that is over: its dossier is made again to the byte
		if x, err := c.Dossier(d.Task, yesterday.End()); d.Filled["dossier"] == nil && err == nil && !c.Sealings.Since(yesterday.End()) {
			d.Filled["dossier"], d.Filled["dossier_as_of"] = []string{string(x.Digest())}, []string{string(yesterday)}
		}
	case "progress.reported.v1":
		if d.Filled["period"] == nil {
			d.Filled["period"] = []string{string(ledger.MonthOf(q.At))}
			if t, ok := c.Tasks[d.Task]; ok {
				d.Filled["percent"] = []string{strconv.FormatFloat(c.Judge(t, q.At).Figures.Claimed, 'f', -1, 64)}
			}
		}
	case "notice.issued.v1":
		d.notice(q, c)
	case "policy.adopted.v1": // one is seldom another from the ground up
		if p, ok := c.Charter.PolicyAt(q.At); ok {
			next := p.PolicyAdopted
			next.InForce, next.Basis = ledger.DateOf(q.At), ""
			d.Values = next
			d.Notice = q.T("已填入现行口径,请只改要改的;从现行口径起,自施行日生效,不溯及既往。", "The policy in force is filled in: change what is to be another. It rules from its day on, and not before.")
		}
	case "key.enrolled.v1":
		d.request(q, c)
	}
}

// notice fills in the next number, and the facts that the draft has, which the unit was heard on.
func (d *formData) notice(q *request, c *projections.Campaign) {
	set := func(name, value string) {
		if d.Filled[name] == nil && value != "" {
			d.Filled[name] = []string{value}
		}
	}
	set("number", nextNumber(c, q.At))
	if id, err := uuid.Parse(q.FormValue("notice")); err == nil && !c.Sealings.Statement(id) {
		if n := c.Escalations.Notices[id]; n != nil && n.Task == d.Task {
			set("text", text(n.Facts))
		}
	}
}

// request fills in what a request to be enrolled says: its key as a code has it, and the
// party by whatever name the officer gave.
func (d *formData) request(q *request, c *projections.Campaign) {
	if short := q.FormValue("public_key"); short != "" && len(short) < 256 {
		if text, err := publicPEM(short); err == nil {
			d.Filled["public_key"] = []string{text}
		}
	}
	asked := q.FormValue("party")
	if asked == "" {
		return
	}
	delete(d.Filled, "party")
	if id := partyCalled(c, asked); id != "" {
		d.Filled["party"] = []string{id}
		d.Notice = q.T("申请表写的单位:", "The request names: ") + asked + q.T("。请逐组核对指纹与盖章的申请表一致,再签署。", ". Compare the fingerprint with the stamped sheet, group by group, before you sign.")
	} else {
		d.Notice = q.T("申请表写的单位:", "The request names: ") + asked + q.T("。在册主体中没有或不止一个,请核实后选择;未登记的单位须先登记。", ". No party, or more than one, is called so: choose it yourself; one that is not registered is to be registered first.")
	}
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }
