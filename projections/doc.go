// Package projections gives facts their meaning: it folds records into what
// people look at, a task's progress, a unit's duties, the open directives, the
// cards in force.
//
// # The idea
//
// A [Projection] is a name, a version, an empty state and a function that adds
// one fact to it. That function cannot fail: what happened, happened. A [Fold]
// runs a projection over records and holds every one of them against the chain,
// so that a projection can prove that it skipped nothing. A [View] is a fold that
// follows the stream, is read under a lock, can be waited for, and snapshots
// itself. Rebuilding a view from sequence 1 gives the same hash as the live one.
//
// [Campaign] is the projection that the rules, the doors and the auditor's
// verifier all use; it is made of one read model a file.
//
// # As of a date
//
// State holds facts and the times they count from; a light is not stored but
// judged ([Campaign.Judge]) for an instant, with the policy that was in force
// then. [AsOf] folds only what counted by an instant: what was known then.
package projections
