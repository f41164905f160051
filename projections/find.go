package projections

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ducha/ledger"
)

// FindUnit is a unit by its id, or by a name that it has or had, or by an alias
// (别名). Words that more than one unit answers to are refused: doubts are decided
// by people.
func (c *Campaign) FindUnit(words string) (ledger.UnitID, error) {
	if _, ok := c.Units.Unit(ledger.UnitID(words)); ok {
		return ledger.UnitID(words), nil
	}
	var found []string
	for _, id := range c.UnitList() {
		if p, _ := c.Units.Unit(id); p.Called(words) {
			found = append(found, string(id))
		}
	}
	if err := one("unit", words, found); err != nil {
		return "", err
	}
	return ledger.UnitID(found[0]), nil
}

// FindTask is a task by its id, its name or an alias (别名).
func (c *Campaign) FindTask(words ledger.TaskID) (*Task, error) {
	if t := c.Tasks[words]; t != nil {
		return t, nil
	}
	var found []string
	for _, t := range c.TaskList() {
		if t.Called(string(words)) {
			found = append(found, string(t.ID))
		}
	}
	if err := one("task", string(words), found); err != nil {
		return nil, err
	}
	return c.Tasks[ledger.TaskID(found[0])], nil
}

func one(what, words string, found []string) error {
	switch len(found) {
	case 1:
		return nil
	case 0:
		return &ledger.Error{Class: ledger.NotFound, Rule: what + ".known", Found: what + " " + words, Want: fmt.Sprintf("a %s that is on record, by its id, its name or an alias, such as one of `ducha status`", what)}
	}
	return &ledger.Error{Class: ledger.NotFound, Rule: what + ".known", Found: fmt.Sprintf("%d %ss called %s", len(found), what, words), Want: "one of them by its id: " + strings.Join(found, ", ")}
}

// Called reports whether words are a name or an alias of the party, of whatever day.
func (p Party) Called(words string) bool {
	return words != "" && words == p.NameEN || slices.ContainsFunc(p.Names, func(n DatedName) bool { return n.Name == words }) || slices.Contains(p.Aliases, ledger.Line(words))
}

// Called reports whether words are the task's name, its heading in English or an alias.
func (t *Task) Called(words string) bool {
	return words == string(t.Given.Name) || words != "" && words == string(t.Given.NameEN) || slices.Contains(t.Given.Aliases, ledger.Line(words))
}

// NearUnits are the units that somebody may have meant by words that name none, the
// nearest first, at most three: 市发改委(fgw).
func (c *Campaign) NearUnits(words string) []string {
	names := map[string][]string{}
	for _, id := range c.UnitList() {
		p, _ := c.Units.Unit(id)
		label := p.Names[len(p.Names)-1].Name + "(" + string(id) + ")"
		names[label] = append(names[label], string(id), p.NameEN)
		for _, n := range p.Names {
			names[label] = append(names[label], n.Name)
		}
		for _, a := range p.Aliases {
			names[label] = append(names[label], string(a))
		}
	}
	return near(words, names)
}

// NearTasks are the tasks that somebody may have meant: see [Campaign.NearUnits].
func (c *Campaign) NearTasks(words string) []string {
	names := map[string][]string{}
	for _, t := range c.TaskList() {
		label := string(t.ID) + " " + string(t.Given.Name)
		names[label] = append(names[label], string(t.ID), string(t.Given.Name), string(t.Given.NameEN))
		for _, a := range t.Given.Aliases {
			names[label] = append(names[label], string(a))
		}
	}
	return near(words, names)
}

// near are the labels of whose names one is like the words.
func near(words string, names map[string][]string) []string {
	like := map[string]float64{}
	for label, of := range names {
		for _, name := range of {
			if l := likeness(strings.ToLower(words), strings.ToLower(name)); l >= 0.5 && l > like[label] {
				like[label] = l
			}
		}
	}
	labels := slices.SortedFunc(maps.Keys(like), func(a, b string) int { return cmp.Or(cmp.Compare(like[b], like[a]), strings.Compare(a, b)) })
	return labels[:min(3, len(labels))]
}

// likeness is the share of characters that two words have in common (Dice), 0 to 1.
func likeness(a, b string) float64 {
	x, y := []rune(a), []rune(b)
	if len(x)+len(y) == 0 {
		return 0
	}
	count, common := map[rune]int{}, 0
	for _, r := range x {
		count[r]++
	}
	for _, r := range y {
		if count[r] > 0 {
			count[r]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}
