package commands_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ducha/commands"
	"ducha/ledger"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table of kinds by states. testdata/table/states.txt says how a campaign
// comes to each state, kinds.txt has one good statement of each kind, and
// table.txt, made from both, says for each kind in which states that statement is
// recorded and by which rule it is refused in every other; who else may say it;
// and what becomes of it with a wrong date, number, word or reference in any of
// its fields. Run with -update it is written anew, to be read like code. The laws
// below hold whatever is written there.

const tableAt = "2024-06-03T10:00" // a Monday; every state is reached before

// nowhere is what a name stands for in a state that has no such statement.
var nowhere = uuid.MustParse("018e0b1c-ffff-7000-8000-000000000000")

// state is how a campaign comes to where it stands: its parent's steps, then its own.
type state struct {
	name, parent string
	steps        []string
}

func readStates(t *testing.T) []state {
	t.Helper()
	text, err := os.ReadFile("testdata/table/states.txt")
	require.NoError(t, err)
	var states []state
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "== "):
			name, parent, _ := strings.Cut(strings.TrimPrefix(line, "== "), " < ")
			states = append(states, state{name: name, parent: parent})
		default:
			s := &states[len(states)-1]
			s.steps = append(s.steps, line)
		}
	}
	return states
}

// reach brings a campaign to a state.
func reach(t *testing.T, states []state, name string) *world {
	t.Helper()
	i := slices.IndexFunc(states, func(s state) bool { return s.name == name })
	require.GreaterOrEqual(t, i, 0, "state %s", name)
	w := newWorld(t)
	if states[i].parent != "" {
		w = reach(t, states, states[i].parent)
	}
	for _, step := range states[i].steps {
		if given, ok := strings.CutPrefix(step, "given "); ok {
			w.given(given)
			continue
		}
		answer := w.line(step)
		require.True(t, strings.HasPrefix(answer, "recorded"), "state %s: %s\n%s", name, step, answer)
	}
	return w
}

// good is a statement that is right in its place.
type good struct{ by, kind, about, data string }

func readGoods(t *testing.T) map[ledger.Kind]good {
	t.Helper()
	text, err := os.ReadFile("testdata/table/kinds.txt")
	require.NoError(t, err)
	goods := map[ledger.Kind]good{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, " ", 4)
		require.Len(t, f, 4, line)
		goods[ledger.Kind(f[1])] = good{f[0], f[1], f[2], f[3]}
	}
	return goods
}

var named = regexp.MustCompile(`\$[a-z][A-Za-z0-9]*`)

// try answers a statement without recording it: recorded, or the rule.
func (w *world) try(g good) string {
	for _, name := range named.FindAllString(g.data, -1) {
		if _, ok := w.ids[name[1:]]; !ok && name != "$key" && name != "$keyid" {
			w.ids[name[1:]] = nowhere
		}
	}
	s := w.step(strings.Join([]string{tableAt, g.by, g.kind, g.about, g.data}, " "))
	s.id = uuid.MustParse("018e0b1c-eeee-7000-8000-000000000000")
	payload := idAttribute.ReplaceAll(s.payload, []byte(`"id":"`+s.id.String()+`"`))
	statement, err := ledger.Parse(payload)
	if err == nil {
		err = commands.Admit(w.fold.State, commands.Submission{Statement: statement, Signer: s.key.Public().ID(), Recorded: s.now})
	}
	if err == nil {
		return "recorded"
	}
	w.refusal(err) // names a rule that exists, what was found, what would be accepted
	return ruleOf(err)
}

var idAttribute = regexp.MustCompile(`"id":"[0-9a-f-]{36}"`)

// worlds are the campaigns of all states, in the order of the file.
type worlds struct {
	order []string
	by    map[string]*world
}

func reachAll(t *testing.T) worlds {
	t.Helper()
	states := readStates(t)
	all := worlds{by: map[string]*world{}}
	for _, s := range states {
		require.NotContains(t, all.by, s.name, "one state of a name")
		all.order = append(all.order, s.name)
		all.by[s.name] = reach(t, states, s.name)
	}
	return all
}

func TestTable(t *testing.T) {
	all, goods := reachAll(t), readGoods(t)
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Kinds by states, made by TestTable from kinds.txt and states.txt: %d kinds, %d states.\n", len(ledger.Kinds()), len(all.order))
	for _, spec := range ledger.Kinds() {
		g, ok := goods[spec.Kind]
		require.True(t, ok, "kinds.txt has no %s", spec.Kind)
		fmt.Fprintf(&out, "\n== %s %s\n", spec.Kind, spec.Name)
		home := inStates(t, &out, all, spec, g)
		byParties(t, &out, all.by[home], g)
		inFields(t, &out, all.by[home], spec, g)
	}
	for kind := range goods {
		_, ok := kind.Spec()
		assert.True(t, ok, "kinds.txt has %s, which is no kind", kind)
	}
	const file = "testdata/table/table.txt"
	if *update {
		require.NoError(t, os.WriteFile(file, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

// inStates writes where the statement is recorded and what refuses it elsewhere;
// home is the first state that takes it.
func inStates(t *testing.T, out *bytes.Buffer, all worlds, spec ledger.Spec, g good) (home string) {
	t.Helper()
	refused := map[string][]string{}
	var recorded []string
	for _, name := range all.order {
		answer := all.by[name].try(g)
		lawful(t, name, spec, answer)
		if answer == "recorded" {
			recorded = append(recorded, name)
		} else {
			refused[answer] = append(refused[answer], name)
		}
	}
	require.NotEmpty(t, recorded, "%s is recorded in no state: %v", g.kind, refused)
	require.NotEmpty(t, refused, "%s is refused in no state", g.kind)
	refused["recorded"] = recorded
	most := slices.MaxFunc(slices.Sorted(maps.Keys(refused)), func(a, b string) int { return cmp.Compare(len(refused[a]), len(refused[b])) })
	for _, answer := range slices.Sorted(maps.Keys(refused)) {
		if answer == most {
			line(out, answer, []string{fmt.Sprintf("in the other %d", len(refused[answer]))})
			continue
		}
		line(out, answer, refused[answer])
	}
	return recorded[0]
}

// lawful holds what is true of every kind in every state, whatever the table says.
func lawful(t *testing.T, state string, spec ledger.Spec, answer string) {
	t.Helper()
	charter := spec.Kind == "charter.adopted.v1"
	switch state {
	case "nothing":
		want := "charter.first"
		if charter {
			want = "recorded"
		}
		assert.Equal(t, want, answer, "%s before there is a charter", spec.Kind)
	case "charter":
		assert.True(t, answer != "recorded" || spec.Kind.Family() == ledger.Audit, "%s when nobody but the two keys of the charter is known", spec.Kind)
	case "closed", "suspended":
		switch spec.Family {
		case ledger.Plan, ledger.Progress, ledger.Dispatch:
			if spec.Scope == ledger.TaskScope && spec.Kind != "task.assigned.v1" && spec.Kind != "history.declared.v1" {
				assert.Equal(t, "task."+state, answer, "%s on a task that is %s", spec.Kind, state)
			}
		}
	}
}

func line(out *bytes.Buffer, head string, words []string) {
	fmt.Fprintf(out, "%-28s %s\n", head, strings.Join(words, " "))
}

// byParties has everybody else say it too. Whoever says it in none of the
// capacities that the one table gives to the kind is refused as a speaker.
func byParties(t *testing.T, out *bytes.Buffer, w *world, g good) {
	t.Helper()
	answers := map[string][]string{}
	for _, party := range slices.Sorted(maps.Keys(capacities)) {
		party, _, extra := strings.Cut(string(party), "#")
		if extra || party == g.by {
			continue
		}
		other := g
		other.by = party
		answer := w.try(other)
		may := slices.ContainsFunc(commands.Speakers[ledger.Kind(g.kind)], func(s commands.Speaker) bool { return slices.Contains(capacities[ledger.PartyID(party)], s) })
		assert.False(t, answer == "recorded" && !may, "%s says %s, which the table of speakers does not give to it", party, g.kind)
		answers[answer] = append(answers[answer], party)
	}
	for _, answer := range slices.Sorted(maps.Keys(answers)) {
		line(out, "by others: "+answer, answers[answer])
	}
	var refused int
	for answer, parties := range answers {
		if answer != "recorded" {
			refused += len(parties)
		}
	}
	require.NotZero(t, refused, "%s may be said by anybody", g.kind)
}

func ruleOf(err error) string {
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		return e.Rule
	}
	return fmt.Sprint(err)
}
