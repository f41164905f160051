package commands

import (
	"fmt"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// noticeDrafted: the facts go to the unit first, with time to answer.
func (a *admission) noticeDrafted(b *ledger.NoticeDrafted) error {
	if err := a.onTask(b.Evidence); err != nil {
		return err
	}
	policy, ok := a.Charter.PolicyAt(a.at)
	if !ok {
		return ledger.Refuse("policy.none", "no policy is in force", "policy.adopted.v1 first")
	}
	earliest, err := projections.CalendarOf(policy.PolicyAdopted).After(a.today(), policy.Clocks.Comment)
	if err != nil {
		return ledger.Refuse("policy.calendar", err.Error(), "a policy with that year's working-day calendar")
	}
	if err := a.noticeStep(b); err != nil {
		return err
	}
	if b.CommentBy < earliest {
		return ledger.Refuse("notice.term", fmt.Sprintf("comments asked for by %s", b.CommentBy), fmt.Sprintf("%s or later: the unit has %d working days", earliest, policy.Clocks.Comment))
	}
	return nil
}

// noticeStep: plan 四(三), a notice names a task that is slow, after a reminder or a talk
// since the last notice on it; what is skipped needs its reason on record.
func (a *admission) noticeStep(b *ledger.NoticeDrafted) error {
	if b.Skipped != "" {
		return nil
	}
	last := a.lastNotice()
	if !a.reminded(last) && !a.talked(last) {
		return ledger.Refuse("notice.step", "a notice drafted before anybody was reminded or talked to", "reminder.sent.v1 or talk.held.v1 on the task first, or the field skipped with the reason for skipping it")
	}
	if s := a.Judge(a.task(), a.at); !s.Slow && !s.Severe {
		return ledger.Refuse("notice.slow", fmt.Sprintf("task %s is %s and not slow by the policy in force", a.Task, s.Light), "a task that the policy finds slow, or the field skipped with the reason why it is named all the same")
	}
	return nil
}

// lastNotice is the record that drafted the last notice issued on the task, 0 without one.
func (a *admission) lastNotice() (sequence uint64) {
	for _, n := range a.Escalations.Notices {
		if n.Task == a.Task && n.Issued != nil {
			sequence = max(sequence, n.Sequence)
		}
	}
	return sequence
}

// reminded says whether somebody was reminded of the task since a record.
func (a *admission) reminded(since uint64) bool {
	return slices.ContainsFunc(a.Escalations.Reminders, func(r projections.Reminder) bool { return r.Task == a.Task && r.Sequence > since })
}

// talked says whether somebody was talked to about the task since a record.
func (a *admission) talked(since uint64) bool {
	return slices.ContainsFunc(a.Escalations.Talks, func(t projections.Talk) bool { return t.Task == a.Task && t.Sequence > since })
}

// noticeAcknowledged: an issued notice is signed for once.
func (a *admission) noticeAcknowledged(b *ledger.NoticeAcknowledged) error {
	n := a.Escalations.Issued(b.Notice)
	switch {
	case n == nil || n.Task != a.Task:
		return ledger.Refuse("notice.unissued", fmt.Sprintf("%s is no notice issued on task %s", b.Notice, a.Task), "the id of a notice.issued.v1")
	case n.Acknowledged != nil:
		return ledger.Refuse("notice.acknowledged", fmt.Sprintf("a notice that was signed for as record %d", n.Acknowledged.Sequence), "a notice that was not signed for")
	}
	return nil
}

// onTask checks that pieces of evidence are on record, about this task.
func (a *admission) onTask(ids []ledger.Ref) error {
	for _, id := range ids {
		e, ok := a.Index.Statements[id]
		if !ok {
			return &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: fmt.Sprintf("no statement %s", id), Want: "the ids of statements on record"}
		}
		if e.Task != a.Task {
			return ledger.Refuse("reference.task", fmt.Sprintf("%s is about %q", id, e.Task), fmt.Sprintf("statements about task %s: a notice or card names one task", a.Task))
		}
	}
	return nil
}

func (a *admission) draft(id ledger.Ref) (*projections.Notice, error) {
	if err := a.refers(id, "notice.drafted.v1"); err != nil {
		return nil, err
	}
	n := a.Escalations.Notices[id]
	if n.Issued != nil {
		return nil, ledger.Refuse("notice.issued", fmt.Sprintf("a notice that was issued as record %d", n.Issued.Sequence), "a draft")
	}
	return n, nil
}

func (a *admission) noticeCommented(b *ledger.NoticeCommented) error {
	_, err := a.draft(b.Notice)
	return err
}

// noticeIssued: plan 四(三); whoever is named was heard, or had the time.
func (a *admission) noticeIssued(b *ledger.NoticeIssued) error {
	n, err := a.draft(b.Notice)
	if err != nil {
		return err
	}
	if err := a.apart(n.Sequence, "drafted it", n.By); err != nil {
		return err
	}
	if slices.ContainsFunc(n.Comments, func(c projections.Comment) bool { return !c.Accepts }) && b.Answer == "" {
		return ledger.Refuse("notice.answered", "a notice issued without a word on the comment of the unit, which does not accept the facts", "the field answer: what of the comment was followed, and why the rest was not")
	}
	if len(n.Comments) == 0 && !a.at.After(n.CommentBy.End()) {
		return ledger.Refuse("notice.heard", "a notice issued before the unit commented", fmt.Sprintf("the unit's comment, or %s to pass", n.CommentBy))
	}
	return nil
}

// cardProposed: plan 四(三). The ledger finds who is severely behind; a step
// that is skipped needs its reason on record.
func (a *admission) cardProposed(b *ledger.CardProposed) error {
	if err := a.onTask(b.Evidence); err != nil {
		return err
	}
	for _, id := range b.Notices {
		if n := a.Escalations.Issued(id); n == nil || n.Task != a.Task || n.Revoked != nil {
			return ledger.Refuse("card.notice", fmt.Sprintf("%s is no notice that stands on task %s", id, a.Task), "notices that were issued on the task and not revoked")
		}
	}
	for _, c := range a.Escalations.Cards {
		if c.Task == a.Task && (c.State == projections.CardProposed || c.State == projections.CardInForce) {
			return ledger.Refuse("card.open", fmt.Sprintf("record %d is a card %s on task %s", c.Sequence, c.State, a.Task), "no second card while one is open")
		}
	}
	if err := a.proposedAgain(b.Again); err != nil {
		return err
	}
	if (b.Dossier == "") != (b.AsOf == "") || b.AsOf >= a.today() {
		return ledger.Refuse("card.dossier", fmt.Sprintf("the dossier %.8q as of %q", b.Dossier, b.AsOf), fmt.Sprintf("its digest and the day, before %s, that it is as of (ducha dossier %s --as-of DAY), or neither", a.today(), a.Task))
	}
	if b.Skipped != "" {
		return nil
	}
	if len(b.Notices) == 0 {
		return ledger.Refuse("card.step", "a card proposed without a notice before it", "the notice that was issued, or the field skipped with the reason for skipping it")
	}
	if !a.talked(a.lastRemoved()) {
		return ledger.Refuse("card.step", "a card proposed before anybody was talked to", "talk.held.v1 (约谈) on the task first, or the field skipped with the reason for skipping it")
	}
	if err := a.reasonsJudged(); err != nil {
		return err
	}
	if s := a.Judge(a.task(), a.at); !s.Severe {
		return ledger.Refuse("card.severe", fmt.Sprintf("task %s is %s and not severely behind by the policy in force", a.Task, s.Light), "a task that the policy finds severely behind, or the field skipped with its reason")
	}
	return nil
}

// lastRemoved is the record that ended the last card on the task, 0 without one: the
// steps before a card are gone through anew for the next one.
func (a *admission) lastRemoved() (sequence uint64) {
	for _, c := range a.Escalations.Cards {
		if c.Task == a.Task && c.Removed != nil {
			sequence = max(sequence, c.Removed.Sequence)
		}
	}
	return sequence
}

// reasonsJudged: severely behind without good reason (无正当理由). A reason that the unit
// gave is judged before a card is proposed, not passed over.
func (a *admission) reasonsJudged() error {
	waits := func(what string, sequence uint64, want string) error {
		return ledger.Refuse("card.reason", fmt.Sprintf("%s of record %d, which waits to be judged", what, sequence), want+" first, or the field skipped with the reason for skipping it")
	}
	for _, e := range a.task().Extensions {
		if e.Decided == nil {
			return waits("the reason for an extension", e.Sequence, "extension.decided.v1")
		}
	}
	for _, b := range a.task().Blockers {
		if b.Decided == nil && b.Cleared == nil {
			return waits("the blocker", b.Sequence, "blocker.decided.v1")
		}
	}
	for _, c := range a.Escalations.Claims {
		if c.Task == a.Task && c.Judged == nil {
			return waits("the claim of tolerance", c.Sequence, "tolerance.judged.v1")
		}
	}
	return nil
}

// proposedAgain: where the last proposal was returned, the next one is its better
// version and names it; no other does.
func (a *admission) proposedAgain(again *ledger.Ref) error {
	var last *projections.Card
	for _, c := range a.Escalations.Cards {
		if c.Task == a.Task && (last == nil || c.Sequence > last.Sequence) {
			last = c
		}
	}
	returned := last != nil && last.State == projections.CardReturned
	switch {
	case returned && (again == nil || *again != last.ID):
		return ledger.Refuse("card.again", fmt.Sprintf("record %d on task %s was returned for a better dossier", last.Sequence, a.Task), fmt.Sprintf("the field again with its id, %s", last.ID))
	case !returned && again != nil:
		return ledger.Refuse("card.again", fmt.Sprintf("%s is not the last proposal on task %s, or was not returned", *again, a.Task), "a proposal that was returned")
	}
	return nil
}

// cardDecided: whoever proposes does not decide, by whatever key.
func (a *admission) cardDecided(proposal ledger.Ref) error {
	if err := a.refers(proposal, "card.proposed.v1"); err != nil {
		return err
	}
	c := a.Escalations.Cards[proposal]
	if c.State != projections.CardProposed {
		return ledger.Refuse("card.decided", fmt.Sprintf("a proposal that is %s", c.State), "a proposal that waits")
	}
	return a.apart(c.Sequence, "proposed it", c.By)
}

func (a *admission) cardGranted(b *ledger.CardGranted) error {
	if err := a.cardDecided(b.Proposal); err != nil {
		return err
	}
	if err := a.known(b.Accepts); err != nil {
		return err
	}
	if !a.Keyring.Has(b.Accepts, ledger.RoleOffice) && !a.Keyring.Has(b.Accepts, ledger.RoleAuthority) {
		return ledger.Refuse("card.accepts", fmt.Sprintf("%s as the one who accepts", b.Accepts), "the office or an outside authority, who can say rectification.accepted.v1")
	}
	return a.notPast(b.Until)
}

// answerable checks that an id names an issued notice or a card in force on this
// task: what a unit can answer, contest, or make good.
func (a *admission) answerable(id ledger.Ref) error {
	if n := a.Escalations.Issued(id); n != nil && n.Task == a.Task && n.Revoked == nil {
		return nil
	}
	if c := a.Escalations.Card(id); c != nil && c.Task == a.Task && c.State == projections.CardInForce {
		return nil
	}
	return ledger.Refuse("reference.answerable", fmt.Sprintf("%s is no notice issued and no card in force on task %s", id, a.Task), "the id of one of these")
}

// served is when a notice was issued or a card granted.
func (a *admission) served(id ledger.Ref) projections.Stamp {
	if n := a.Escalations.Issued(id); n != nil {
		return *n.Issued
	}
	return *a.Escalations.Card(id).Decided
}

// began is the record with which a notice or a card began.
func (a *admission) began(id ledger.Ref) uint64 {
	if n := a.Escalations.Issued(id); n != nil {
		return n.Sequence
	}
	return a.Escalations.Card(id).Sequence
}

// same says whether two ids mean one notice or one card: each has the id of its
// beginning and the id of the decision.
func (a *admission) same(x, y ledger.Ref) bool {
	if n := a.Escalations.Issued(x); n != nil {
		return n == a.Escalations.Issued(y)
	}
	c := a.Escalations.Card(x)
	return c != nil && c == a.Escalations.Card(y)
}

// reviewRequested: decree 733 art. 17, within 30 days.
func (a *admission) reviewRequested(b *ledger.ReviewRequested) error {
	if err := a.answerable(b.Of); err != nil {
		return err
	}
	for _, r := range a.Escalations.Reviews {
		if a.same(r.Of, b.Of) {
			return ledger.Refuse("review.once", fmt.Sprintf("a review was asked for as record %d", r.Sequence), "one review of each decision")
		}
	}
	return a.reviewTerm(a.served(b.Of).At)
}

// reviewTerm refuses a review that is asked for later than the policy's term allows.
func (a *admission) reviewTerm(served time.Time) error {
	policy, ok := a.Charter.PolicyAt(a.at)
	if !ok {
		return nil
	}
	if last := ledger.DateOf(served).Add(policy.Clocks.ReviewAsk); a.today() > last {
		return ledger.Refuse("review.term", fmt.Sprintf("a review asked for on %s", a.today()), fmt.Sprintf("%s or earlier: %d days from service", last, policy.Clocks.ReviewAsk))
	}
	return nil
}

func (a *admission) reviewDecided(b *ledger.ReviewDecided) error {
	if err := a.refers(b.Request, "review.requested.v1"); err != nil {
		return err
	}
	r := a.Escalations.Reviews[b.Request]
	if r.Decided != nil {
		return ledger.Refuse("review.decided", fmt.Sprintf("a review that was decided as record %d", r.Decided.Sequence), "a review that waits")
	}
	if err := a.recused(a.began(r.Of), a.TookPart(r.Of)...); err != nil {
		return err
	}
	switch changes := b.Colour != "" || b.Until != ""; {
	case b.Outcome == ledger.Changed && !changes && a.Escalations.Card(r.Of) != nil:
		return ledger.Refuse("review.changed", "a card changed into what it was", "the colour or the term that it has from now on")
	case changes && (b.Outcome != ledger.Changed || a.Escalations.Card(r.Of) == nil):
		return ledger.Refuse("review.changed", fmt.Sprintf("a new colour or term with the outcome %s", b.Outcome), "these for a card that is changed, and for no other")
	case b.Until != "":
		return a.notPast(b.Until)
	}
	return nil
}

// toleranceClaimed: all six conditions are answered.
func (a *admission) toleranceClaimed(b *ledger.ToleranceClaimed) error {
	if err := a.answerable(b.Of); err != nil {
		return err
	}
	if b.Tests == nil {
		return ledger.Refuse("tolerance.tests", "a claim that does not answer the six conditions", "the field tests with all of them: lawful, reform, diligent, no_gain, procedure, corrected")
	}
	return nil
}

func (a *admission) toleranceJudged(b *ledger.ToleranceJudged) error {
	if err := a.refers(b.Claim, "tolerance.claimed.v1"); err != nil {
		return err
	}
	if c := a.Escalations.Claims[b.Claim]; c.Judged != nil {
		return ledger.Refuse("tolerance.judged", fmt.Sprintf("a claim that was judged as record %d", c.Judged.Sequence), "a claim that waits")
	}
	return nil
}

func (a *admission) rectificationDecided(id ledger.Ref) error {
	if err := a.refers(id, "rectification.filed.v1"); err != nil {
		return err
	}
	r := a.Escalations.Repairs[id]
	if r.Accepted != nil || r.Returned != nil {
		return ledger.Refuse("rectification.decided", "a rectification that was decided already", "a rectification that waits")
	}
	if c := a.Escalations.Card(r.Of); c != nil && c.Grant != nil && !a.is(c.Grant.Accepts) {
		return ledger.Forbid("rectification.accepts", fmt.Sprintf("%s on the rectification of a card", a.Source), fmt.Sprintf("%s, whom the grant names", c.Grant.Accepts))
	}
	return nil
}

// removalApplied: every criterion fixed at the grant is answered, and the
// rectification was accepted before.
func (a *admission) removalApplied(b *ledger.RemovalApplied) error {
	c := a.Escalations.Card(b.Card)
	if c == nil || c.Task != a.Task || c.State != projections.CardInForce {
		return ledger.Refuse("removal.card", fmt.Sprintf("%s is no card in force on task %s", b.Card, a.Task), "a card in force")
	}
	if len(b.Answers) != len(c.Grant.Criteria) {
		return ledger.Refuse("removal.criteria", fmt.Sprintf("%d answers to %d criteria", len(b.Answers), len(c.Grant.Criteria)), "one answer to each criterion of the grant, in their order")
	}
	for _, r := range a.Escalations.Repairs {
		if r.Accepted != nil && a.Escalations.Card(r.Of) == c {
			return nil
		}
	}
	return ledger.Refuse("removal.rectified", "no rectification of this card was accepted", "rectification.filed.v1 and its acceptance first")
}

func (a *admission) cardRemoved(b *ledger.CardRemoved) error {
	c, err := a.applied(b.Application)
	if err != nil {
		return err
	}
	if !c.Checked.All() {
		return ledger.Refuse("removal.checked", "a removal before every criterion was found met", "removal.checked.v1 on this application, with each criterion met")
	}
	return nil
}

func (a *admission) applied(application ledger.Ref) (*projections.Card, error) {
	if err := a.refers(application, "removal.applied.v1"); err != nil {
		return nil, err
	}
	if c := a.Escalations.Applied(application); c != nil {
		return c, nil
	}
	return nil, ledger.Refuse("removal.waiting", "an application that is not the one that waits", "the last application on a card in force")
}

// removalChecked: a card goes on application after a check, criterion by criterion.
func (a *admission) removalChecked(b *ledger.RemovalChecked) error {
	c, err := a.applied(b.Application)
	if err != nil {
		return err
	}
	if err := a.checks(c); err != nil {
		return err
	}
	if len(b.Met) != len(c.Grant.Criteria) {
		return ledger.Refuse("removal.criteria", fmt.Sprintf("%d answers to %d criteria", len(b.Met), len(c.Grant.Criteria)), "one answer to each criterion of the grant, in their order")
	}
	return a.since(b.On, ledger.DateOf(c.Application.At), "it was applied for")
}

// checks: whoever the grant names looks at a card, or an inspector.
func (a *admission) checks(c *projections.Card) error {
	if a.speaksAs(Inspector) || a.is(c.Grant.Accepts) {
		return nil
	}
	return ledger.Forbid("card.checker", fmt.Sprintf("%s on a card that %s accepts", a.Source, c.Grant.Accepts), fmt.Sprintf("%s, whom the grant names, or an inspector", c.Grant.Accepts))
}

// cardRechecked: a card in force is looked at again.
func (a *admission) cardRechecked(b *ledger.CardRechecked) error {
	c := a.Escalations.Card(b.Card)
	if c == nil || c.Task != a.Task || c.State != projections.CardInForce {
		return ledger.Refuse("removal.card", fmt.Sprintf("%s is no card in force on task %s", b.Card, a.Task), "a card in force")
	}
	if err := a.checks(c); err != nil {
		return err
	}
	return a.since(b.On, ledger.DateOf(c.Decided.At), "the card was granted")
}

// consequenceRecorded: of something that was issued, granted or concluded.
func (a *admission) consequenceRecorded(b *ledger.ConsequenceRecorded) error {
	e, ok := a.Index.Statements[b.Of]
	switch {
	case !ok:
		return &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: fmt.Sprintf("no statement %s", b.Of), Want: "the id of a notice, a card or a conclusion"}
	case e.Kind != "notice.issued.v1" && e.Kind != "card.granted.v1" && e.Kind != "inspection.concluded.v1":
		return ledger.Refuse("reference.kind", fmt.Sprintf("%s is a %s", b.Of, e.Kind), "the id of a notice.issued.v1, card.granted.v1 or inspection.concluded.v1")
	case e.Task != "" && e.Task != a.Task:
		return ledger.Refuse("reference.task", fmt.Sprintf("%s is about task %s", b.Of, e.Task), fmt.Sprintf("what was issued or granted on task %s", a.Task))
	}
	return nil
}

func (a *admission) praiseRecorded(b *ledger.PraiseRecorded) error { return a.onTask(b.Evidence) }
