package projections

import (
	"fmt"
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
