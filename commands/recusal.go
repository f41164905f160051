package commands

import (
	"fmt"
	"maps"
	"slices"

	"ducha/ledger"
)

// Whoever took part does not judge (回避): decree 733 art. 17. Who took part is known
// by party; by the unit that acts for another since it succeeded it; and by person: one
// who signs for two parties is the same person with either key, see [admission.persons].

// recused refuses a signer who is one of those who took part in a matter that began
// with the record since.
func (a *admission) recused(since uint64, took ...ledger.PartyID) error {
	for _, p := range took {
		if a.is(p) {
			return ledger.Forbid("review.recusal", fmt.Sprintf("a review by %s, who took part", a.Source), "a review by one who took no part (decree 733 art. 17)")
		}
		if name, both := a.both(p, since); both {
			return ledger.Forbid("review.recusal", fmt.Sprintf("a review signed by %s, who signs for %s too, which took part", name, p), "a review signed by one who took no part (decree 733 art. 17)")
		}
	}
	return nil
}

// apart refuses one person who does two things that the rules give to two: whoever
// drafts does not approve, whoever proposes does not decide.
func (a *admission) apart(since uint64, did string, by ledger.PartyID) error {
	if name, both := a.both(by, since); both {
		return ledger.Forbid("person.twice", fmt.Sprintf("%s by %s, who signs for %s too, which %s", a.Kind, name, by, did), "one said by another person")
	}
	return nil
}

// is says whether the source is a party, or acts for it since it succeeded it.
func (a *admission) is(p ledger.PartyID) bool {
	if p == a.Source {
		return true
	}
	of, isUnit := p.Unit()
	by, speaks := a.Source.Unit()
	return isUnit && speaks && a.acting(of) == by
}

// both is the name of a person who stands behind the key that signs, and behind a key
// that another party had at some time since a record.
func (a *admission) both(p ledger.PartyID, since uint64) (string, bool) {
	signs := a.persons(a.Signer)
	for _, id := range slices.Sorted(maps.Keys(a.Keyring.Keys)) {
		k := a.Keyring.Keys[id]
		if len(signs) == 0 || k.Party != p || k.Revoked != nil && k.Revoked.Sequence < since {
			continue
		}
		for _, name := range a.persons(id) {
			if slices.Contains(signs, name) {
				return name, true
			}
		}
	}
	return "", false
}
