package commands

import (
	"fmt"

	"ducha/ledger"
)

// officeholderRecorded: those who held a post follow one another, so that each
// day has one of them. A post that several hold is named for each. From the same
// day on is a correction, or the end of a term that nobody follows.
func (a *admission) officeholderRecorded(b *ledger.OfficeholderRecorded) error {
	if err := a.known(b.Party); err != nil {
		return err
	}
	if last, ok := a.Units.Parties[b.Party].LastHolder(string(b.Post)); ok && b.From < last.From {
		return ledger.Refuse("officeholder.order", fmt.Sprintf("a holder of the post %s from %s, the last one holds it from %s", b.Post, b.From, last.From),
			"the same day, to correct it or to end the term, or a later one; several holders of one post have posts of their own, such as 副主任(一)")
	}
	return a.about(b.Party)
}
