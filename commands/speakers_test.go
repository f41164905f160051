package commands_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ducha/commands"
	"ducha/ledger"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// capacities are the parties of the headquarters in testdata/given, and in what
// capacities each speaks on task T01, which fgw leads and sfj takes part in.
var capacities = map[ledger.PartyID][]commands.Speaker{
	"root":                 {commands.Root},
	"ledger":               {commands.Ledger},
	"units/gaige":          {commands.Office},
	"units/fgw":            {commands.Lead, commands.Unit},
	"units/sfj":            {commands.Responsible},
	"units/swj":            nil,
	"units/wlj":            nil,
	"officers/commander":   {commands.Commander},
	"officers/executive":   nil,
	"officers/deputy":      nil,
	"inspectors/ducha-1":   {commands.Inspector},
	"authorities/jiwei":    {commands.Authority},
	"authorities/zuzhibu":  {commands.Authority},
	"auditors/shenji":      nil,
	"inspectors/ducha-2":   {commands.Inspector},
	"units/nobody":         nil,
	"authorities/nobody":   nil,
	"officers/executive#2": {commands.Delegate}, // the executive deputy under a delegation
}

func TestEveryKindHasSpeakers(t *testing.T) {
	for _, s := range ledger.Kinds() {
		assert.NotEmpty(t, commands.Speakers[s.Kind], s.Kind)
	}
	assert.Len(t, commands.Speakers, len(ledger.Kinds()), "and no kind that does not exist")
}

// The table is what decides: for each kind and each party, whoever is not in it
// is refused as a speaker, and whoever is may be refused for another rule only.
func TestWhoMaySayWhat(t *testing.T) {
	w := newWorld(t)
	w.given("headquarters")
	w.clock = when(t, "2024-03-05T09:00")
	delegated := newWorld(t)
	delegated.given("headquarters")
	require.Contains(t, delegated.line(`2024-03-01T09:00 officers/commander delegation.recorded.v1 campaign {"to":"officers/executive","from":"2024-03-01","until":"2024-03-31","basis":"学习。"}`), "recorded")

	for _, spec := range ledger.Kinds() {
		if spec.Kind == "charter.adopted.v1" {
			continue // has rules of its own: see testdata/registry.txt
		}
		for party, as := range capacities {
			name, isDelegate := strings.CutSuffix(string(party), "#2")
			world := w
			if isDelegate {
				world = delegated
			}
			said := example(t, spec, ledger.PartyID(name))
			err := commands.Admit(world.fold.State, said)
			e, _ := err.(*ledger.Error)
			may := slices.ContainsFunc(as, func(s commands.Speaker) bool { return slices.Contains(commands.Speakers[spec.Kind], s) })
			assert.Equal(t, may, commands.MaySay(world.fold.State, said.Source, spec.Kind, said.Unit, said.Task, said.Recorded), "%s by %s: what is offered", spec.Kind, party)
			enrolled := !strings.HasSuffix(name, "/nobody")
			switch {
			case !enrolled:
				assert.ErrorIs(t, err, &ledger.Error{Rule: "signer.unknown"}, "%s by %s", spec.Kind, party)
			case may:
				assert.False(t, e != nil && strings.HasPrefix(e.Rule, "speaker."), "%s by %s: %v", spec.Kind, party, err)
			default:
				assert.ErrorIs(t, err, &ledger.Error{Rule: "speaker." + string(spec.Family)}, "%s by %s", spec.Kind, party)
				assert.Equal(t, ledger.Forbidden, ledger.ClassOf(err))
			}
		}
	}
}

// example is the example of a kind that package ledger keeps, said by a party.
func example(t *testing.T, spec ledger.Spec, by ledger.PartyID) commands.Submission {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("../ledger/testdata/kinds/%s.json", spec.Kind))
	require.NoError(t, err)
	s, err := ledger.Parse(data)
	require.NoError(t, err)
	s.Source, s.ID = by, uuid.MustParse("018e0b1c-eeee-7000-8000-000000000000")
	s.Basis = 0
	if spec.Scope == ledger.UnitScope {
		s.Unit = "fgw"
	}
	return commands.Submission{Statement: s, Signer: testKey(t, string(by)).Public().ID(), Recorded: when(t, "2024-03-05T10:00")}
}

// Plan 四(三) and domain rule 4 in one line each: no machine and no proposer decides.
func TestNobodyInsideDecidesACard(t *testing.T) {
	for _, kind := range []ledger.Kind{"card.granted.v1", "card.refused.v1", "card.returned.v1", "card.removed.v1", "review.decided.v1", "tolerance.judged.v1"} {
		assert.Equal(t, []commands.Speaker{commands.Authority}, commands.Speakers[kind], kind)
	}
	for kind, may := range commands.Speakers {
		assert.Equal(t, kind == "export.attested.v1" || kind == "ledger.recovered.v1", slices.Contains(may, commands.Ledger), "%s: the ledger's key attests and says nothing else", kind)
	}
}

func TestRulesSpeakToPeople(t *testing.T) {
	for id, r := range commands.Rules {
		assert.Regexp(t, `\p{Han}`, r.ZH, id)
		assert.Regexp(t, `^[a-zA-Z]`, r.EN, id)
		assert.Regexp(t, `^(plan |decree 733|signature law |GM/T |design )`, r.Cite, id)
	}
}
