package commands

import (
	"slices"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// MaySay reports whether a party is one of those that may say a kind about a unit and a
// task, by the table of speakers alone: whether what it says would be admitted is for
// [Admit]. Without a task, what is said about tasks is said by nobody. It is what doors
// offer people by; nothing is admitted for it.
func MaySay(c *projections.Campaign, party ledger.PartyID, kind ledger.Kind, unit ledger.UnitID, task ledger.TaskID, at time.Time) bool {
	a := admission{Campaign: c, at: at, Submission: Submission{Recorded: at, Statement: ledger.Statement{Kind: kind, Source: party, Unit: unit, Task: task}}}
	return party != "" && slices.ContainsFunc(Speakers[kind], a.speaksAs)
}
