package seeds

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var rehearsed = time.Date(2026, 2, 2, 1, 0, 0, 0, time.UTC)

func TestTheExampleOpensALedger(t *testing.T) {
	p, err := ParsePlan(Example())
	require.NoError(t, err)
	charter := p.Charter()
	assert.Equal(t, ledger.Date("2026-01-01"), charter.From)
	require.NoError(t, Rehearse(p, charter, rehearsed))
	kinds := map[ledger.Kind]int{}
	for _, s := range Opening(p, charter, "") {
		kinds[ledger.KindOf(s.Body)]++
		assert.Positive(t, p.line(s.At), "%s has its line", s.At)
	}
	assert.Equal(t, map[ledger.Kind]int{"charter.adopted.v1": 1, "unit.registered.v1": 11, "key.enrolled.v1": 1, "role.granted.v1": 7, "officeholder.recorded.v1": 1,
		"policy.adopted.v1": 1, "question.raised.v1": 1, "task.assigned.v1": 2, "target.set.v1": 3, "milestone.set.v1": 2, "list.frozen.v1": 1}, kinds)
	for _, s := range Opening(p, charter, "") {
		if u, ok := s.Body.(*ledger.UnitRegistered); ok && u.Party == "units/dsj" {
			assert.False(t, u.Member, "a responsible unit is no member")
		}
	}
}

func TestTheJiAnPlanOpensALedger(t *testing.T) {
	charter := JiAn().Charter()
	charter.From, charter.To = "2026-01-01", "2027-12-31"
	require.NoError(t, Rehearse(JiAn(), charter, rehearsed))
}

// What is accepted fits the schema, and what editors are told is what is accepted.
func TestPlansFitTheirSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("ducha:///plan", doc))
	schema, err := c.Compile("ducha:///plan")
	require.NoError(t, err)
	for name, data := range map[string][]byte{"example": Example(), "ja2023": ja2023} {
		text, err := yaml.YAMLToJSON(data)
		require.NoError(t, err)
		plan, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(plan), name)
		without, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(text, []byte(`"campaign"`), []byte(`"campain"`), 1)))
		require.NoError(t, err)
		assert.Error(t, schema.Validate(without), "an unknown field")
	}
}

// Every fault is named by the line that it is in, with what was found and what would pass.
func TestAPlanOfOnesOwnWithFaults(t *testing.T) {
	good := string(Example())
	for name, c := range map[string]struct{ old, new, says string }{
		"a day that is none":         {"due: 2026-06-30", "due: 2026-06-31", "2026-06-31"},
		"a milestone twice":          {"{id: M2, task: T01", "{id: M1, task: T01", "milestone T01/M1: the id is a milestone's already"},
		"a milestone of no task":     {"{id: M2, task: T01", "{id: M2, task: T09", `milestone M2 is of task "T09"`},
		"over a hundred":             {"percent: 60", "percent: 160", "data/percent"},
		"a person of another class":  {"officers/changwu", "units/changwu", "want an id that begins with officers/"},
		"a role of no person":        {"role: auditor", "role: lead", `has the role "lead": want commander`},
		"a responsible unit unknown": {"responsible: [dsj", "responsible: [nobody", `names the responsible unit "nobody"`},
		"a term backwards":           {"  to: 2027-12-31", "  to: 2025-12-31", "want an end that is not before its beginning"},
		"a clock of its own":         {"clock: recorded", "clock: mine", `clock is "mine": want recorded`},
		"a policy that says nothing": {"slow: gap >", "slow: gapp >", "undeclared reference to 'gapp'"},
		"an id with blanks":          {"{id: jrj,", "{id: j r j,", `found unit "j r j": want the id`},
		"a name too long":            {"name: 市金融办", "name: " + strings.Repeat("长", 201), "data/name"},
		"a holder before the last":   {"      - {name: 张某, post: 局长, from: 2024-03-01}", "      - {name: 张某, post: 局长, from: 2024-03-01}\n      - {name: 李某, post: 局长, from: 2024-02-01}", "officeholder.order"},
		"a field that is none":       {"people:", "peple:", `unknown field "peple"`},
		"a list that does not end":   {"aliases: [市行政审批局]", "aliases: [市行政审批局", "want YAML"},
		"a campaign id of blanks":    {"campaign: shili2026", "campaign: shili 2026", "statement.source"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, c.old)
			before, _, _ := strings.Cut(good, c.old)
			p, err := ParsePlan([]byte(strings.Replace(good, c.old, c.new, 1)))
			if err == nil {
				err = Rehearse(p, p.Charter(), rehearsed)
			}
			require.ErrorContains(t, err, c.says)
			switch name {
			case "a list that does not end", "a policy that says nothing", "a term backwards", "a holder before the last", "a responsible unit unknown", "a campaign id of blanks":
				assert.Regexp(t, `line \d+: `, err.Error()) // an entry that begins elsewhere
			default:
				assert.Contains(t, err.Error(), "line "+strconv.Itoa(1+strings.Count(before, "\n"))+": ")
			}
		})
	}
}
