package ledger

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Kind names what a statement says: noun.verb.vN, in the past tense. A kind is
// never changed; a new shape is a new version.
type Kind string

// Family groups kinds; it is the last token of a record's subject.
type Family string

const (
	Registry   Family = "registry"   // 登记
	Plan       Family = "plan"       // 任务
	Progress   Family = "progress"   // 进展
	Dispatch   Family = "dispatch"   // 调度
	Inspection Family = "inspection" // 督查
	Escalation Family = "escalation" // 督办问责
	Closing    Family = "closing"    // 销号
	Audit      Family = "audit"      // 审计
	Other      Family = "other"      // a kind that this version does not know
)

// Scope says what the subject of a kind must be.
type Scope int

const (
	AnyScope      Scope = iota
	CampaignScope       // subject "campaign", unit "hq"
	UnitScope           // subject "units/<unit>"
	TaskScope           // subject "tasks/<task>"
)

// Spec describes a kind.
type Spec struct {
	Kind   Kind
	Family Family
	Scope  Scope
	Name   string // the field's term, Chinese
	body   reflect.Type
}

// New is a pointer to an empty body of the kind.
func (s Spec) New() any { return reflect.New(s.body).Interface() }

func spec[B any](kind Kind, family Family, scope Scope, name string) Spec {
	return Spec{Kind: kind, Family: family, Scope: scope, Name: name, body: reflect.TypeFor[B]()}
}

// specs is the contract of design section 3, in its order.
var specs = []Spec{
	spec[CharterAdopted]("charter.adopted.v1", Registry, CampaignScope, "章程"),
	spec[UnitRegistered]("unit.registered.v1", Registry, UnitScope, "单位登记"),
	spec[UnitRenamed]("unit.renamed.v1", Registry, UnitScope, "更名"),
	spec[UnitSucceeded]("unit.succeeded.v1", Registry, UnitScope, "承继"),
	spec[KeyEnrolled]("key.enrolled.v1", Registry, UnitScope, "公钥登记"),
	spec[KeyRevoked]("key.revoked.v1", Registry, UnitScope, "公钥吊销"),
	spec[CertificateChecked]("certificate.checked.v1", Registry, UnitScope, "证书状态"),
	spec[OfficeholderRecorded]("officeholder.recorded.v1", Registry, UnitScope, "任职"),
	spec[RoleGranted]("role.granted.v1", Registry, UnitScope, "授予角色"),
	spec[RoleEnded]("role.ended.v1", Registry, UnitScope, "终止角色"),
	spec[DelegationRecorded]("delegation.recorded.v1", Registry, CampaignScope, "委托"),
	spec[PolicyAdopted]("policy.adopted.v1", Registry, CampaignScope, "口径"),
	spec[QuestionRaised]("question.raised.v1", Registry, CampaignScope, "待释义"),
	spec[ClarificationIssued]("clarification.issued.v1", Registry, CampaignScope, "释义"),

	spec[TaskAssigned]("task.assigned.v1", Plan, TaskScope, "立项交办"),
	spec[ListFrozen]("list.frozen.v1", Plan, CampaignScope, "清单冻结"),
	spec[TaskAmended]("task.amended.v1", Plan, TaskScope, "任务调整"),
	spec[TargetSet]("target.set.v1", Plan, TaskScope, "目标"),
	spec[AnnualPlanFiled]("annualplan.filed.v1", Plan, UnitScope, "年度工作计划"),
	spec[AnnualPlanApproved]("annualplan.approved.v1", Plan, UnitScope, "计划审定"),
	spec[AnnualPlanReturned]("annualplan.returned.v1", Plan, UnitScope, "计划退回"),
	spec[MilestoneSet]("milestone.set.v1", Plan, TaskScope, "节点"),
	spec[ExtensionRequested]("extension.requested.v1", Plan, TaskScope, "申请延期"),
	spec[ExtensionDecided]("extension.decided.v1", Plan, TaskScope, "延期审批"),

	spec[ProgressReported]("progress.reported.v1", Progress, TaskScope, "进展上报"),
	spec[ProgressConfirmed]("progress.confirmed.v1", Progress, TaskScope, "责任单位确认"),
	spec[ProgressCorrected]("progress.corrected.v1", Progress, TaskScope, "更正"),
	spec[ProgressReturned]("progress.returned.v1", Progress, TaskScope, "退回重报"),
	spec[IndicatorReported]("indicator.reported.v1", Progress, TaskScope, "指标报送"),
	spec[IndicatorJudged]("indicator.judged.v1", Progress, TaskScope, "指标核定"),
	spec[MilestoneReached]("milestone.reached.v1", Progress, TaskScope, "节点完成"),
	spec[BlockerRaised]("blocker.raised.v1", Progress, TaskScope, "难点堵点"),
	spec[BlockerDecided]("blocker.decided.v1", Progress, TaskScope, "研究答复"),
	spec[BlockerCleared]("blocker.cleared.v1", Progress, TaskScope, "难点销号"),
	spec[CompletionClaimed]("completion.claimed.v1", Progress, TaskScope, "申请销号"),
	spec[HistoryDeclared]("history.declared.v1", Progress, TaskScope, "补录"),

	spec[DispatchLogged]("dispatch.logged.v1", Dispatch, TaskScope, "日常调度"),
	spec[MeetingPacked]("meeting.packed.v1", Dispatch, CampaignScope, "例会材料"),
	spec[MeetingHeld]("meeting.held.v1", Dispatch, CampaignScope, "会议"),
	spec[DirectiveIssued]("directive.issued.v1", Dispatch, TaskScope, "交办督办"),
	spec[DirectiveAcknowledged]("directive.acknowledged.v1", Dispatch, TaskScope, "签收"),
	spec[DirectiveAnswered]("directive.answered.v1", Dispatch, TaskScope, "反馈"),
	spec[DirectiveAccepted]("directive.accepted.v1", Dispatch, TaskScope, "办结"),
	spec[DirectiveReturned]("directive.returned.v1", Dispatch, TaskScope, "退回重办"),

	spec[InspectionAuthorised]("inspection.authorised.v1", Inspection, CampaignScope, "督查立项"),
	spec[FindingRecorded]("finding.recorded.v1", Inspection, TaskScope, "督查发现"),
	spec[ProgressVerified]("progress.verified.v1", Inspection, TaskScope, "核实"),
	spec[ProgressDisputed]("progress.disputed.v1", Inspection, TaskScope, "存疑"),
	spec[InspectionConcluded]("inspection.concluded.v1", Inspection, CampaignScope, "督查结论"),
	spec[FindingRechecked]("finding.rechecked.v1", Inspection, TaskScope, "复查"),
	spec[ConclusionContested]("conclusion.contested.v1", Inspection, UnitScope, "结论异议"),
	spec[ConclusionReviewed]("conclusion.reviewed.v1", Inspection, CampaignScope, "结论复核"),

	spec[ReminderSent]("reminder.sent.v1", Escalation, TaskScope, "催办"),
	spec[TalkHeld]("talk.held.v1", Escalation, TaskScope, "约谈"),
	spec[NoticeDrafted]("notice.drafted.v1", Escalation, TaskScope, "通报拟稿"),
	spec[NoticeCommented]("notice.commented.v1", Escalation, TaskScope, "陈述意见"),
	spec[NoticeIssued]("notice.issued.v1", Escalation, TaskScope, "通报"),
	spec[NoticeAcknowledged]("notice.acknowledged.v1", Escalation, TaskScope, "通报签收"),
	spec[CardProposed]("card.proposed.v1", Escalation, TaskScope, "提请赋牌"),
	spec[CardGranted]("card.granted.v1", Escalation, TaskScope, "赋牌"),
	spec[CardRefused]("card.refused.v1", Escalation, TaskScope, "不予赋牌"),
	spec[CardReturned]("card.returned.v1", Escalation, TaskScope, "退回补正"),
	spec[CardRechecked]("card.rechecked.v1", Escalation, TaskScope, "赋牌复查"),
	spec[ReviewRequested]("review.requested.v1", Escalation, TaskScope, "申请复核"),
	spec[ReviewDecided]("review.decided.v1", Escalation, TaskScope, "复核决定"),
	spec[ToleranceClaimed]("tolerance.claimed.v1", Escalation, TaskScope, "容错申请"),
	spec[ToleranceJudged]("tolerance.judged.v1", Escalation, TaskScope, "容错认定"),
	spec[RectificationFiled]("rectification.filed.v1", Escalation, TaskScope, "整改报告"),
	spec[RectificationAccepted]("rectification.accepted.v1", Escalation, TaskScope, "整改认可"),
	spec[RectificationReturned]("rectification.returned.v1", Escalation, TaskScope, "整改退回"),
	spec[RemovalApplied]("removal.applied.v1", Escalation, TaskScope, "申请摘牌"),
	spec[RemovalChecked]("removal.checked.v1", Escalation, TaskScope, "摘牌核查"),
	spec[CardRemoved]("card.removed.v1", Escalation, TaskScope, "摘牌"),
	spec[ConsequenceRecorded]("consequence.recorded.v1", Escalation, TaskScope, "后果记录"),
	spec[PraiseRecorded]("praise.recorded.v1", Escalation, TaskScope, "表扬"),

	spec[TaskClosed]("task.closed.v1", Closing, TaskScope, "销号"),
	spec[TaskRechecked]("task.rechecked.v1", Closing, TaskScope, "回头看"),
	spec[TaskReopened]("task.reopened.v1", Closing, TaskScope, "重新立项"),
	spec[TaskSuspended]("task.suspended.v1", Closing, TaskScope, "中止"),

	spec[ExportAttested]("export.attested.v1", Audit, UnitScope, "导出存证"),
	spec[LedgerRecovered]("ledger.recovered.v1", Audit, CampaignScope, "台账恢复"),
	spec[ReportIssued]("report.issued.v1", Audit, CampaignScope, "督查报告"),
	spec[ContentSealed]("content.sealed.v1", Audit, AnyScope, "密封"),
}

var (
	specOf = func() map[Kind]Spec {
		m := make(map[Kind]Spec, len(specs))
		for _, s := range specs {
			m[s.Kind] = s
		}
		return m
	}()
	kindOf = func() map[reflect.Type]Kind {
		m := make(map[reflect.Type]Kind, len(specs))
		for _, s := range specs {
			m[s.body] = s.Kind
		}
		return m
	}()
)

// Kinds lists every kind, in the order of the families.
func Kinds() []Spec { return slices.Clone(specs) }

// Spec is the kind's description, and false for a kind that this version does
// not know.
func (k Kind) Spec() (Spec, bool) {
	s, ok := specOf[k]
	return s, ok
}

// Family is the kind's family, Other for an unknown kind.
func (k Kind) Family() Family {
	if s, ok := specOf[k]; ok {
		return s.Family
	}
	return Other
}

// Name is the field's Chinese term, or the kind itself for an unknown kind.
func (k Kind) Name() string {
	if s, ok := specOf[k]; ok {
		return s.Name
	}
	return string(k)
}

// KindOf is the kind of a body, given as a value of one of this package's types
// or a pointer to one. It panics for any other type: that is a defect of the
// caller.
func KindOf(body any) Kind {
	t := reflect.TypeOf(body)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	k, ok := kindOf[t]
	if !ok {
		panic(fmt.Sprintf("ledger: %T is the body of no kind", body))
	}
	return k
}

// near finds the known kind that is spelled most like k, for an error that helps.
func near(k Kind) string {
	noun, _, _ := strings.Cut(string(k), ".")
	var same []string
	for _, s := range specs {
		if strings.HasPrefix(string(s.Kind), noun+".") {
			same = append(same, string(s.Kind))
		}
	}
	if len(same) == 0 {
		return "a kind of `ducha statement kinds`, such as progress.reported.v1"
	}
	return "one of " + strings.Join(same, ", ")
}
