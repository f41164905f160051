package ledger_test

import (
	"bytes"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contract is the table of kinds as the design has it, family by family, without
// the version that each of them ends in.
const contract = `
registry:   charter.adopted, unit.registered, unit.renamed, unit.succeeded, key.enrolled, key.revoked, certificate.checked, officeholder.recorded, role.granted, role.ended, delegation.recorded, policy.adopted, question.raised, clarification.issued
plan:       task.assigned, list.frozen, task.amended, target.set, annualplan.filed, annualplan.approved, annualplan.returned, milestone.set, extension.requested, extension.decided
progress:   progress.reported, progress.confirmed, progress.corrected, progress.returned, indicator.reported, indicator.judged, milestone.reached, blocker.raised, blocker.decided, blocker.cleared, completion.claimed, history.declared
dispatch:   dispatch.logged, meeting.packed, meeting.held, directive.issued, directive.acknowledged, directive.answered, directive.accepted, directive.returned
inspection: inspection.authorised, finding.recorded, progress.verified, progress.disputed, inspection.concluded, finding.rechecked, conclusion.contested, conclusion.reviewed
escalation: reminder.sent, talk.held, notice.drafted, notice.commented, notice.issued, notice.acknowledged, card.proposed, card.granted, card.refused, card.returned, card.rechecked, review.requested, review.decided, tolerance.claimed, tolerance.judged, rectification.filed, rectification.accepted, rectification.returned, removal.applied, removal.checked, card.removed, consequence.recorded, praise.recorded
closing:    task.closed, task.rechecked, task.reopened, task.suspended
audit:      export.attested, ledger.recovered, report.issued, content.sealed
`

func TestKindsAreThoseOfTheContract(t *testing.T) {
	type place struct {
		kind   ledger.Kind
		family ledger.Family
	}
	var want, got []place
	for line := range strings.Lines(strings.TrimSpace(contract)) {
		family, kinds, _ := strings.Cut(line, ":")
		for k := range strings.SplitSeq(kinds, ",") {
			want = append(want, place{ledger.Kind(strings.TrimSpace(k) + ".v1"), ledger.Family(family)})
		}
	}
	names := map[string]ledger.Kind{}
	for _, s := range ledger.Kinds() {
		got = append(got, place{s.Kind, s.Family})
		assert.Regexp(t, `^\p{Han}+$`, s.Name, "%s has its term of the field", s.Kind)
		assert.Empty(t, names[s.Name], "%s has a name of its own", s.Kind)
		names[s.Name] = s.Kind

		assert.Equal(t, s.Name, s.Kind.Name())
		assert.Equal(t, s.Family, s.Kind.Family())
		found, ok := s.Kind.Spec()
		assert.True(t, ok)
		assert.Equal(t, s.Kind, found.Kind)
	}
	assert.Equal(t, want, got)
}

func TestUnknownKind(t *testing.T) {
	k := ledger.Kind("budget.moved.v1")
	_, ok := k.Spec()
	assert.False(t, ok)
	assert.Equal(t, ledger.Other, k.Family())
	assert.Equal(t, "budget.moved.v1", k.Name())
	assert.Panics(t, func() { ledger.KindOf("text") })
	assert.Equal(t, ledger.Kind("task.closed.v1"), ledger.KindOf(ledger.TaskClosed{}))
}

func TestKindsCannotBeChangedFromOutside(t *testing.T) {
	ledger.Kinds()[0].Name = "?"
	assert.NotEqual(t, "?", ledger.Kinds()[0].Name)
}

// Every schema is itself valid against the schema of draft 2020-12, refuses what it does
// not name, and gives each member a title to show in a form.
func TestSchemas(t *testing.T) {
	meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	require.NoError(t, err)
	for _, s := range ledger.Kinds() {
		t.Run(string(s.Kind), func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.Schema()))
			require.NoError(t, err)
			require.NoError(t, meta.Validate(doc))

			schema := doc.(map[string]any)
			assert.Equal(t, "https://json-schema.org/draft/2020-12/schema", schema["$schema"])
			assert.Equal(t, s.Name, schema["title"])
			assert.Equal(t, "object", schema["type"])
			assert.Equal(t, false, schema["additionalProperties"])
			for name, p := range schema["properties"].(map[string]any) {
				assert.NotEmpty(t, p.(map[string]any)["title"], "%s has a title", name)
			}
			c := jsonschema.NewCompiler()
			require.NoError(t, c.AddResource("kind", doc))
			_, err = c.Compile("kind")
			require.NoError(t, err)
		})
	}
}
