package commands

import (
	"fmt"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// MaxAhead is how far a signer's clock may run ahead of the ledger's.
const MaxAhead = 5 * time.Minute

// Submission is a statement whose signature has been verified, about to be recorded.
type Submission struct {
	ledger.Statement
	Signer   seal.KeyID
	Recorded time.Time // the writer's clock
}

// RecordedError says that a statement's id is on record already. It is no
// refusal: the door answers with the first receipt, if the bytes are the same.
type RecordedError struct{ Sequence uint64 }

func (e *RecordedError) Error() string { return fmt.Sprintf("recorded already as %d", e.Sequence) }

// Admit decides whether a statement may be recorded next. It changes nothing.
// The error is a *ledger.Error that names a rule, or a *RecordedError.
func Admit(c *projections.Campaign, s Submission) error {
	if e, ok := c.Index.Statements[s.ID]; ok {
		return &RecordedError{e.Sequence}
	}
	a := admission{Campaign: c, Submission: s, at: s.Recorded}
	if charter, ok := s.Body.(*ledger.CharterAdopted); ok {
		return a.charter(charter)
	}
	if c.Charter.Adopted.Sequence == 0 {
		return ledger.Refuse("charter.first", "a ledger without a charter", "charter.adopted.v1 as the first statement")
	}
	if c.Charter.Clock == ledger.ClockDeclared {
		a.at = projections.Declares(s.Statement)
	}
	for _, check := range []func() error{a.campaign, a.signer, a.time, a.parties, a.speaker, a.alive} {
		if err := check(); err != nil {
			return err
		}
	}
	return a.body()
}

// admission is a submission under examination, with the campaign it meets.
type admission struct {
	*projections.Campaign
	Submission
	at time.Time // the instant that the statement will count from
}

// latest is the latest instant that anything on record counts from, or this.
func (a *admission) latest() time.Time {
	if a.Index.Latest.After(a.at) {
		return a.Index.Latest
	}
	return a.at
}

func (a *admission) today() ledger.Date { return ledger.DateOf(a.at) }

// task is the task that the statement is about. It is there: parties has checked.
func (a *admission) task() *projections.Task { return a.Tasks[a.Task] }

func (a *admission) campaign() error {
	if a.Submission.Campaign != a.Charter.Campaign {
		return otherCampaign(a.Statement, a.Charter.Campaign)
	}
	return nil
}

func otherCampaign(s ledger.Statement, campaign ledger.LocalID) error {
	return ledger.Refuse("statement.campaign", fmt.Sprintf("a statement of campaign %s at the ledger of %s", s.Campaign, campaign),
		fmt.Sprintf("the ledger of %s, or source /%s/%s", s.Campaign, campaign, s.Source))
}

// signer holds the key against the keyring as it stands.
func (a *admission) signer() error {
	key, ok := a.Keyring.Keys[a.Signer]
	switch {
	case !ok:
		return ledger.Forbid("signer.unknown", fmt.Sprintf("key %s is not enrolled", a.Signer), "a key that the office enrolled with key.enrolled.v1")
	case key.Revoked != nil:
		return ledger.Forbid("signer.revoked", fmt.Sprintf("key %s of %s was revoked as record %d", a.Signer, key.Party, key.Revoked.Sequence), "a key that is in force")
	case key.Party != a.Source:
		return ledger.Forbid("signer.source", fmt.Sprintf("source %s signed with a key of %s", a.Source, key.Party), fmt.Sprintf("a key of %s, or source /%s/%s", a.Source, a.Submission.Campaign, key.Party))
	}
	return a.inDate(key)
}

func (a *admission) time() error {
	if limit := a.Recorded.Add(MaxAhead); a.Time.After(limit) {
		return ledger.Refuse("statement.time", fmt.Sprintf("time %s lies ahead of the ledger's clock, %s", a.Time.Format(time.RFC3339), a.Recorded.In(ledger.Shanghai).Format(time.RFC3339)), "the time at which it is said")
	}
	if last := uint64(len(a.Index.Statements)); a.Basis > last {
		return ledger.Refuse("statement.basis", fmt.Sprintf("basis %d, the ledger stands at %d", a.Basis, last), "the last sequence that you have seen")
	}
	return nil
}

// parties checks that the unit is registered, and that a task is on its lead
// unit's trail, where a trail of that unit will show it.
func (a *admission) parties() error {
	if _, ok := a.Units.Unit(a.Unit); !ok && a.Unit != ledger.HQ && a.Kind != "unit.registered.v1" {
		return unknownUnit(a.Unit)
	}
	if a.Task == "" || a.Kind == "task.assigned.v1" {
		return nil
	}
	t := a.task()
	if t == nil || t.Assigned.Sequence == 0 {
		return &ledger.Error{Class: ledger.NotFound, Rule: "task.known", Found: fmt.Sprintf("task %s", a.Task), Want: "a task that was assigned, such as one of `ducha status`"}
	}
	if t.Lead != a.Unit {
		return ledger.Refuse("task.unit", fmt.Sprintf("unit %s for task %s", a.Unit, a.Task), fmt.Sprintf("the unit that leads it: %s", t.Lead))
	}
	return nil
}

func unknownUnit(u ledger.UnitID) error {
	return &ledger.Error{Class: ledger.NotFound, Rule: "unit.known", Found: fmt.Sprintf("unit %s", u), Want: "a unit that is registered, or hq"}
}

// alive refuses work on a task that is closed or stands still by decision.
func (a *admission) alive() error {
	if a.Task == "" || a.task() == nil || a.Kind == "history.declared.v1" {
		return nil
	}
	switch a.Kind.Family() {
	case ledger.Plan, ledger.Progress, ledger.Dispatch:
	default:
		return nil
	}
	switch a.task().LifeAt(a.latest()) {
	case projections.Closed:
		return ledger.Refuse("task.closed", fmt.Sprintf("%s on task %s, which is closed", a.Kind, a.Task), "task.reopened.v1 by the office first")
	case projections.Suspended:
		return ledger.Refuse("task.suspended", fmt.Sprintf("%s on task %s, which is suspended", a.Kind, a.Task), "task.reopened.v1 by the office first")
	}
	return nil
}

// body is the rule of the kind itself; a kind without one is free once its
// signer may say it.
func (a *admission) body() error {
	switch b := a.Body.(type) {
	case *ledger.UnitRegistered:
		return a.unitRegistered(b)
	case *ledger.UnitRenamed:
		return a.unitRenamed(b)
	case *ledger.UnitSucceeded:
		return a.unitSucceeded(b)
	case *ledger.KeyEnrolled:
		return a.keyEnrolled(b)
	case *ledger.KeyRevoked:
		return a.keyRevoked(b)
	case *ledger.CertificateChecked:
		return a.certificateChecked(b)
	case *ledger.OfficeholderRecorded:
		return a.officeholderRecorded(b)
	case *ledger.RoleGranted:
		return a.roleGranted(b)
	case *ledger.RoleEnded:
		return a.roleEnded(b)
	case *ledger.DelegationRecorded:
		return a.delegationRecorded(b)
	case *ledger.PolicyAdopted:
		return a.policyAdopted(b)
	case *ledger.QuestionRaised:
		return a.questionRaised(b)
	case *ledger.ClarificationIssued:
		return a.clarificationIssued(b)

	case *ledger.TaskAssigned:
		return a.taskAssigned(b)
	case *ledger.ListFrozen:
		return a.listFrozen(b)
	case *ledger.TaskAmended:
		return a.taskAmended(b)
	case *ledger.TargetSet:
		return a.targetSet(b)
	case *ledger.AnnualPlanFiled:
		return a.annualPlanFiled(b)
	case *ledger.AnnualPlanApproved:
		return a.annualPlanDecided(b.Plan)
	case *ledger.AnnualPlanReturned:
		return a.annualPlanDecided(b.Plan)
	case *ledger.MilestoneSet:
		return a.milestoneSet(b)
	case *ledger.ExtensionRequested:
		return a.extensionRequested(b)
	case *ledger.ExtensionDecided:
		return a.extensionDecided(b)

	case *ledger.ProgressReported:
		return a.progressReported(b)
	case *ledger.ProgressConfirmed:
		return a.standing(b.Report)
	case *ledger.ProgressCorrected:
		return a.standing(b.Report)
	case *ledger.ProgressReturned:
		return a.standing(b.Report)
	case *ledger.IndicatorReported:
		return a.indicatorReported(b)
	case *ledger.IndicatorJudged:
		return a.indicatorJudged(b)
	case *ledger.HistoryDeclared:
		return a.historyDeclared(b)
	case *ledger.MilestoneReached:
		return a.milestoneReached(b)
	case *ledger.BlockerRaised:
		return a.blockerRaised(b)
	case *ledger.BlockerDecided:
		return a.blockerDecided(b)
	case *ledger.BlockerCleared:
		return a.blockerCleared(b)
	case *ledger.CompletionClaimed:
		return a.completionClaimed()

	case *ledger.DispatchLogged:
		return a.duringTerm(b.On)
	case *ledger.MeetingPacked:
		return a.meetingPacked(b)
	case *ledger.MeetingHeld:
		return a.meetingHeld(b)
	case *ledger.DirectiveIssued:
		return a.directiveIssued(b)
	case *ledger.DirectiveAcknowledged:
		return a.directive(b.Directive, projections.Issued)
	case *ledger.DirectiveAnswered:
		return a.directive(b.Directive, projections.Acknowledged, projections.Returned)
	case *ledger.DirectiveAccepted:
		return a.directive(b.Directive, projections.Answered)
	case *ledger.DirectiveReturned:
		return a.directiveReturned(b)

	case *ledger.InspectionAuthorised:
		return a.inspectionAuthorised(b)
	case *ledger.FindingRecorded:
		return a.findingRecorded(b)
	case *ledger.ProgressVerified:
		return a.progressVerified(b)
	case *ledger.ProgressDisputed:
		return a.verified(b.Report, b.Inspection)
	case *ledger.InspectionConcluded:
		return a.inspectionConcluded(b)
	case *ledger.FindingRechecked:
		return a.findingRechecked(b)
	case *ledger.ConclusionContested:
		return a.conclusionContested(b)
	case *ledger.ConclusionReviewed:
		return a.conclusionReviewed(b)

	case *ledger.TalkHeld:
		return a.duringTerm(b.On)
	case *ledger.NoticeDrafted:
		return a.noticeDrafted(b)
	case *ledger.NoticeCommented:
		return a.noticeCommented(b)
	case *ledger.NoticeIssued:
		return a.noticeIssued(b)
	case *ledger.NoticeAcknowledged:
		return a.noticeAcknowledged(b)
	case *ledger.CardProposed:
		return a.cardProposed(b)
	case *ledger.CardGranted:
		return a.cardGranted(b)
	case *ledger.CardRefused:
		return a.cardDecided(b.Proposal)
	case *ledger.CardReturned:
		return a.cardDecided(b.Proposal)
	case *ledger.ReviewRequested:
		return a.reviewRequested(b)
	case *ledger.ReviewDecided:
		return a.reviewDecided(b)
	case *ledger.CardRechecked:
		return a.cardRechecked(b)
	case *ledger.ToleranceClaimed:
		return a.toleranceClaimed(b)
	case *ledger.ToleranceJudged:
		return a.toleranceJudged(b)
	case *ledger.RectificationFiled:
		return a.answerable(b.Of)
	case *ledger.RectificationAccepted:
		return a.rectificationDecided(b.Rectification)
	case *ledger.RectificationReturned:
		return a.rectificationDecided(b.Rectification)
	case *ledger.RemovalApplied:
		return a.removalApplied(b)
	case *ledger.RemovalChecked:
		return a.removalChecked(b)
	case *ledger.CardRemoved:
		return a.cardRemoved(b)
	case *ledger.ConsequenceRecorded:
		return a.consequenceRecorded(b)
	case *ledger.PraiseRecorded:
		return a.praiseRecorded(b)

	case *ledger.TaskClosed:
		return a.taskClosed(b)
	case *ledger.TaskRechecked:
		return a.taskRechecked(b)
	case *ledger.TaskReopened:
		return a.life(projections.Claimed, projections.Closed, projections.Suspended)
	case *ledger.TaskSuspended:
		return a.taskSuspended(b)

	case *ledger.LedgerRecovered:
		return a.ledgerRecovered(b)
	case *ledger.ReportIssued:
		return a.reportIssued(b)
	case *ledger.ContentSealed:
		return a.contentSealed(b)
	}
	return nil
}

// refers checks that an id names a statement of a kind on record, and where both
// are about a task, about the same one.
func (a *admission) refers(id ledger.Ref, kind ledger.Kind) error {
	e, ok := a.Index.Statements[id]
	if !ok {
		return &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: fmt.Sprintf("no statement %s", id), Want: "the id of a " + string(kind)}
	}
	if e.Unread {
		return ledger.Refuse("reference.kind", fmt.Sprintf("%s is a %s that this version cannot read", id, e.Kind), "the id of a "+string(kind)+" that it can read")
	}
	if e.Kind != kind {
		return ledger.Refuse("reference.kind", fmt.Sprintf("%s is a %s", id, e.Kind), "the id of a "+string(kind))
	}
	if e.Task != "" && a.Task != "" && e.Task != a.Task {
		return ledger.Refuse("reference.task", fmt.Sprintf("%s is about task %s", id, e.Task), fmt.Sprintf("a %s about task %s", kind, a.Task))
	}
	if e.Unit != a.Unit && e.Unit != ledger.HQ && a.Unit != ledger.HQ {
		return ledger.Refuse("reference.unit", fmt.Sprintf("%s is about unit %s", id, e.Unit), fmt.Sprintf("a %s about unit %s", kind, a.Unit))
	}
	return nil
}

// notAhead refuses a day that has not come yet.
func (a *admission) notAhead(d ledger.Date) error {
	if d > a.today() {
		return ledger.Refuse("date.ahead", fmt.Sprintf("%s lies ahead", d), fmt.Sprintf("%s or earlier", a.today()))
	}
	return nil
}

// since refuses a day that has not come yet, and one before what it follows on.
func (a *admission) since(d, from ledger.Date, what string) error {
	if d < from {
		return ledger.Refuse("date.early", fmt.Sprintf("%s, before %s on %s", d, what, from), fmt.Sprintf("a day from %s to %s", from, a.today()))
	}
	return a.notAhead(d)
}

// duringTerm refuses a day before the campaign began.
func (a *admission) duringTerm(d ledger.Date) error {
	return a.since(d, a.Charter.From, "the campaign began")
}

// notPast refuses a limit that is over already.
func (a *admission) notPast(d ledger.Date) error {
	if d < a.today() {
		return ledger.Refuse("date.past", fmt.Sprintf("%s is over", d), fmt.Sprintf("%s or later", a.today()))
	}
	return nil
}
