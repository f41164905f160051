package console

import (
	"net/url"

	"ducha/commands"
	"ducha/ledger"
	"ducha/projections"
)

// Move is where the reader says something: the form of a kind about a unit and a task,
// with fields filled in, given as name and value in turn; one that is given twice is a list. It is empty where it is not
// the reader's to say, or an earlier day is looked at.
func (q *request) Move(c *projections.Campaign, kind ledger.Kind, unit ledger.UnitID, task ledger.TaskID, fields ...string) string {
	if q.Past || !commands.MaySay(c, q.Reader.Party, kind, unit, task, q.At) {
		return ""
	}
	return formOf(kind, unit, task, fields...)
}

// formOf is the path of a form that is filled in.
func formOf(kind ledger.Kind, unit ledger.UnitID, task ledger.TaskID, fields ...string) string {
	v := url.Values{"unit": {string(unit)}}
	if task != "" {
		v.Set("task", string(task))
	}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return "/submit/" + string(kind) + "?" + v.Encode()
}
