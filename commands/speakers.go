package commands

import (
	"fmt"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// Speaker is in what capacity a party says something.
type Speaker string

const (
	Root        Speaker = "root key"                            // 根密钥
	Ledger      Speaker = "ledger key"                          // 台账密钥
	Office      Speaker = "office"                              // 指挥部办公室
	Commander   Speaker = "commander"                           // 指挥长
	Delegate    Speaker = "executive deputy under a delegation" // 受委托的常务副指挥长
	Lead        Speaker = "lead unit"                           // 牵头单位 of the task
	Responsible Speaker = "responsible unit"                    // 责任单位 of the task
	Unit        Speaker = "unit itself"                         // the unit that is held to account
	Inspector   Speaker = "inspector"                           // 督查组
	Authority   Speaker = "outside authority"                   // 有权机关
)

var (
	registrar    = []Speaker{Office, Root}
	headquarters = []Speaker{Office, Commander}
	conveners    = []Speaker{Office, Commander, Delegate}
)

// Speakers says who may say what: the one table. Plan 四(一) to 四(三).
var Speakers = map[ledger.Kind][]Speaker{
	"charter.adopted.v1":       {Root},
	"unit.registered.v1":       registrar,
	"unit.renamed.v1":          registrar,
	"unit.succeeded.v1":        registrar,
	"key.enrolled.v1":          registrar,
	"key.revoked.v1":           registrar,
	"certificate.checked.v1":   registrar,
	"officeholder.recorded.v1": registrar,
	"role.granted.v1":          registrar,
	"role.ended.v1":            registrar,
	"delegation.recorded.v1":   {Commander},
	"policy.adopted.v1":        headquarters,
	"question.raised.v1":       registrar,
	"clarification.issued.v1":  headquarters,

	"task.assigned.v1":       {Office},
	"list.frozen.v1":         headquarters,
	"task.amended.v1":        headquarters,
	"target.set.v1":          {Office},
	"annualplan.filed.v1":    {Unit},
	"annualplan.approved.v1": {Office},
	"annualplan.returned.v1": {Office},
	"milestone.set.v1":       {Office},
	"extension.requested.v1": {Lead},
	"extension.decided.v1":   headquarters,

	"progress.reported.v1":  {Lead},
	"progress.confirmed.v1": {Responsible},
	"progress.corrected.v1": {Lead},
	"progress.returned.v1":  {Office},
	"indicator.reported.v1": {Lead, Responsible},
	"indicator.judged.v1":   {Inspector, Office},
	"milestone.reached.v1":  {Lead},
	"blocker.raised.v1":     {Lead, Responsible},
	"blocker.decided.v1":    conveners,
	"blocker.cleared.v1":    {Lead, Office, Commander, Delegate},
	"completion.claimed.v1": {Lead},
	"history.declared.v1":   {Office, Lead},

	"dispatch.logged.v1":        {Lead},
	"meeting.packed.v1":         conveners, // which tier whose: convenes
	"meeting.held.v1":           conveners,
	"directive.issued.v1":       conveners,
	"directive.acknowledged.v1": {Lead},
	"directive.answered.v1":     {Lead},
	"directive.accepted.v1":     conveners,
	"directive.returned.v1":     conveners,

	"inspection.authorised.v1": headquarters,
	"finding.recorded.v1":      {Inspector},
	"progress.verified.v1":     {Inspector},
	"progress.disputed.v1":     {Inspector},
	"inspection.concluded.v1":  {Inspector},
	"finding.rechecked.v1":     {Inspector, Office},
	"conclusion.contested.v1":  {Unit},
	"conclusion.reviewed.v1":   {Authority, Inspector},

	"reminder.sent.v1":          {Office},
	"talk.held.v1":              headquarters,
	"notice.drafted.v1":         {Office},
	"notice.commented.v1":       {Lead},
	"notice.issued.v1":          {Commander, Delegate},
	"notice.acknowledged.v1":    {Lead},
	"card.proposed.v1":          {Commander, Delegate},
	"card.granted.v1":           {Authority},
	"card.refused.v1":           {Authority},
	"card.returned.v1":          {Authority},
	"card.rechecked.v1":         {Inspector, Office, Authority}, // of the two last, whom the grant names
	"review.requested.v1":       {Lead},
	"review.decided.v1":         {Authority},
	"tolerance.claimed.v1":      {Lead},
	"tolerance.judged.v1":       {Authority},
	"rectification.filed.v1":    {Lead},
	"rectification.accepted.v1": {Office, Authority},
	"rectification.returned.v1": {Office, Authority},
	"removal.applied.v1":        {Lead},
	"removal.checked.v1":        {Inspector, Office, Authority}, // likewise
	"card.removed.v1":           {Authority},
	"consequence.recorded.v1":   {Office, Authority},
	"praise.recorded.v1":        headquarters,

	"task.closed.v1":    headquarters,
	"task.rechecked.v1": {Office, Inspector},
	"task.reopened.v1":  headquarters,
	"task.suspended.v1": headquarters,

	"export.attested.v1":  {Ledger},
	"ledger.recovered.v1": {Ledger},
	"report.issued.v1":    {Office},
	"content.sealed.v1":   {Office, Authority},
}

// speaker checks that the source may say this kind.
func (a *admission) speaker() error {
	may := Speakers[a.Kind]
	if slices.ContainsFunc(may, a.speaksAs) {
		return nil
	}
	return ledger.Forbid("speaker."+string(a.Kind.Family()), fmt.Sprintf("%s says %s (%s)", a.who(), a.Kind, a.Kind.Name()), join(may, a.task(), a.acting))
}

// who names the source and what it leads, for an error that helps.
func (a *admission) who() string {
	u, ok := a.Source.Unit()
	if !ok || a.Task == "" {
		return string(a.Source)
	}
	var leads, acts []string
	for _, t := range a.TasksOf(u) {
		leads = append(leads, string(t.ID))
	}
	for _, former := range a.Units.ActsFor(u, a.today()) {
		acts = append(acts, string(former.Unit))
	}
	if len(leads) == 0 {
		leads = []string{"no task"}
	}
	words := fmt.Sprintf("%s, which leads %s", a.Source, strings.Join(leads, " and "))
	if len(acts) > 0 {
		words += " and acts for " + strings.Join(acts, " and ")
	}
	return words + ","
}

func join(may []Speaker, t *projections.Task, acting func(ledger.UnitID) ledger.UnitID) string {
	var names []string
	for _, s := range may {
		n := string(s)
		if s == Lead && t != nil {
			n += " " + string(acting(t.Lead))
		}
		names = append(names, n)
	}
	return "said by the " + strings.Join(names, " or the ")
}

func (a *admission) speaksAs(s Speaker) bool {
	unit, isUnit := a.Source.Unit()
	switch s {
	case Root:
		return a.Source == "root"
	case Ledger:
		return a.Source == "ledger"
	case Office:
		return a.Keyring.Has(a.Source, ledger.RoleOffice)
	case Commander:
		return a.Keyring.Has(a.Source, ledger.RoleCommander)
	case Delegate:
		return a.Keyring.Has(a.Source, ledger.RoleExecutive) && a.Charter.Delegated(a.Source, a.at)
	case Inspector:
		return a.Keyring.Has(a.Source, ledger.RoleInspector)
	case Authority:
		return a.Keyring.Has(a.Source, ledger.RoleAuthority)
	case Unit:
		return isUnit && unit == a.acting(a.Submission.Unit)
	case Lead:
		return isUnit && a.task() != nil && unit == a.acting(a.task().Lead)
	case Responsible:
		return isUnit && a.task() != nil && slices.ContainsFunc(a.task().ResponsibleAt(a.latest()), func(u ledger.UnitID) bool { return unit == a.acting(u) })
	}
	return false
}

// acting is the unit that speaks for a unit today: its successor, if it has one.
func (a *admission) acting(u ledger.UnitID) ledger.UnitID { return a.Units.Acting(u, a.today()) }
