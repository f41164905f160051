package ledger

// Escalation (督办问责): reminder, talk, notice, card. Plan 四(三): the slow are
// named in a notice; for those severely behind a card is proposed. Whoever
// proposes neither decides nor reviews, and no machine decides a card.

// ReminderSent (催办).
type ReminderSent struct {
	About    Text `json:"about" jsonschema:"title=催办事项"`
	AnswerBy Date `json:"answer_by,omitempty" jsonschema:"title=答复时限"`
}

// TalkHeld (约谈).
type TalkHeld struct {
	On      Date `json:"on" jsonschema:"title=日期"`
	With    Line `json:"with" jsonschema:"title=约谈对象"`
	Summary Text `json:"summary" jsonschema:"title=约谈情况"`
}

// NoticeDrafted (通报拟稿) sends the facts to the unit for its comment. Skipped
// says why nobody was reminded or talked to before.
type NoticeDrafted struct {
	Facts     []Text `json:"facts" jsonschema:"title=拟通报事实,minItems=1"`
	Evidence  []Ref  `json:"evidence" jsonschema:"title=所依据的记录,minItems=1"`
	CommentBy Date   `json:"comment_by" jsonschema:"title=陈述意见时限"`
	Skipped   Text   `json:"skipped,omitempty" jsonschema:"title=越级理由"`
}

// NoticeCommented (陈述意见) is the unit's answer to a draft.
type NoticeCommented struct {
	Notice  Ref  `json:"notice" jsonschema:"title=所涉通报稿"`
	Accepts bool `json:"accepts" jsonschema:"title=认可事实"`
	Comment Text `json:"comment" jsonschema:"title=意见"`
}

// NoticeIssued (通报) is approved by the headquarters; the facts of the draft are
// frozen with it. Answer says what became of a comment that does not accept the facts.
type NoticeIssued struct {
	Notice Ref  `json:"notice" jsonschema:"title=所涉通报稿"`
	Number Line `json:"number" jsonschema:"title=通报编号"`
	Text   Text `json:"text" jsonschema:"title=通报正文"`
	Answer Text `json:"answer,omitempty" jsonschema:"title=对陈述意见的采纳情况"`
}

// NoticeAcknowledged (通报签收) is the unit's receipt for a notice that was issued.
type NoticeAcknowledged struct {
	Notice Ref  `json:"notice" jsonschema:"title=所涉通报"`
	Note   Text `json:"note,omitempty" jsonschema:"title=备注"`
}

// Colour is the colour of a card.
type Colour string

// CardProposed (提请赋牌) is the headquarters' proposal to an outside authority,
// with the digest of the dossier that goes with it, as it was known on a day that is over. Skipped says why a step before
// it was skipped; Again names the proposal that was returned for a better one.
type CardProposed struct {
	Colour   Colour `json:"colour" jsonschema:"title=牌色,enum=yellow,enum=red"`
	Reason   Text   `json:"reason" jsonschema:"title=提请理由"`
	Notices  []Ref  `json:"notices,omitempty" jsonschema:"title=已发通报"`
	Evidence []Ref  `json:"evidence" jsonschema:"title=所依据的记录,minItems=1"`
	Skipped  Text   `json:"skipped,omitempty" jsonschema:"title=越级理由"`
	Again    *Ref   `json:"again,omitempty" jsonschema:"title=所补正的提请"`
	Dossier  Digest `json:"dossier,omitempty" jsonschema:"title=案卷摘要"`
	AsOf     Date   `json:"dossier_as_of,omitempty" jsonschema:"title=案卷截至"`
}

// CardGranted (赋牌) is the authority's decision; duty, term and the criteria for
// removal are fixed with it.
type CardGranted struct {
	Proposal Ref     `json:"proposal" jsonschema:"title=所涉提请"`
	Colour   Colour  `json:"colour" jsonschema:"title=牌色,enum=yellow,enum=red"`
	Duty     Text    `json:"duty" jsonschema:"title=整改责任"`
	Until    Date    `json:"until" jsonschema:"title=期限"`
	Criteria []Line  `json:"criteria" jsonschema:"title=摘牌标准,minItems=1"`
	Accepts  PartyID `json:"accepts" jsonschema:"title=验收主体"`
	Basis    Line    `json:"basis" jsonschema:"title=决定依据"`
}

// CardRefused (不予赋牌) is the authority's decision.
type CardRefused struct {
	Proposal Ref  `json:"proposal" jsonschema:"title=所涉提请"`
	Reason   Text `json:"reason" jsonschema:"title=理由"`
}

// CardReturned (退回补正) asks for a better dossier.
type CardReturned struct {
	Proposal Ref  `json:"proposal" jsonschema:"title=所涉提请"`
	Reason   Text `json:"reason" jsonschema:"title=需补正内容"`
}

// ReviewRequested (申请复核) against a notice or a card; decree 733 art. 17.
type ReviewRequested struct {
	Of      Ref  `json:"of" jsonschema:"title=所涉通报或赋牌"`
	Grounds Text `json:"grounds" jsonschema:"title=复核理由"`
}

// CardRechecked (赋牌复查) looks again at a card in force, at least every six months:
// whether it should stand is for the authority to decide.
type CardRechecked struct {
	Card     Ref        `json:"card" jsonschema:"title=所涉赋牌"`
	On       Date       `json:"on" jsonschema:"title=日期"`
	Findings Text       `json:"findings" jsonschema:"title=复查情况"`
	Evidence []Evidence `json:"evidence,omitempty" jsonschema:"title=证据"`
}

// ReviewDecided (复核决定) by someone who took no part. Where it changes a card,
// Colour and Until say into what.
type ReviewDecided struct {
	Request Ref     `json:"request" jsonschema:"title=所涉申请"`
	Outcome Outcome `json:"outcome" jsonschema:"title=复核结果,enum=upheld,enum=changed,enum=revoked"`
	Reason  Text    `json:"reason" jsonschema:"title=理由"`
	Colour  Colour  `json:"colour,omitempty" jsonschema:"title=变更后的牌色,enum=yellow,enum=red"`
	Until   Date    `json:"until,omitempty" jsonschema:"title=变更后的期限"`
}

// ToleranceClaimed (容错申请): reform is about trying things. Tests answer the six
// conditions that are usual in practice, all of which must hold.
type ToleranceClaimed struct {
	Of         Ref             `json:"of" jsonschema:"title=所涉通报或赋牌"`
	Conditions []Line          `json:"conditions" jsonschema:"title=符合的容错情形,minItems=1"`
	Grounds    Text            `json:"grounds" jsonschema:"title=理由"`
	Tests      *ToleranceTests `json:"tests,omitempty" jsonschema:"title=六项条件"`
}

// ToleranceTests (容错六项条件): how each of them is met.
type ToleranceTests struct {
	Lawful    Line `json:"lawful" jsonschema:"title=不违反法律法规"`
	Reform    Line `json:"reform" jsonschema:"title=属于改革探索"`
	Diligent  Line `json:"diligent" jsonschema:"title=已勤勉尽责"`
	NoGain    Line `json:"no_gain" jsonschema:"title=未谋取私利"`
	Procedure Line `json:"procedure" jsonschema:"title=决策程序合规"`
	Corrected Line `json:"corrected" jsonschema:"title=及时纠正"`
}

// ToleranceJudged (容错认定).
type ToleranceJudged struct {
	Claim    Ref  `json:"claim" jsonschema:"title=所涉申请"`
	Accepted bool `json:"accepted" jsonschema:"title=予以容错"`
	Reason   Text `json:"reason" jsonschema:"title=理由"`
}

// RectificationFiled (整改报告) against a notice or a card.
type RectificationFiled struct {
	Of       Ref        `json:"of" jsonschema:"title=所涉通报或赋牌"`
	Measures Text       `json:"measures" jsonschema:"title=整改措施与成效"`
	Evidence []Evidence `json:"evidence,omitempty" jsonschema:"title=佐证材料"`
}

// RectificationAccepted (整改认可).
type RectificationAccepted struct {
	Rectification Ref  `json:"rectification" jsonschema:"title=所涉整改"`
	Note          Text `json:"note,omitempty" jsonschema:"title=意见"`
}

// RectificationReturned (整改退回).
type RectificationReturned struct {
	Rectification Ref  `json:"rectification" jsonschema:"title=所涉整改"`
	Reason        Text `json:"reason" jsonschema:"title=退回原因"`
}

// RemovalApplied (申请摘牌) answers each of the criteria fixed at the grant.
type RemovalApplied struct {
	Card    Ref    `json:"card" jsonschema:"title=所涉赋牌"`
	Answers []Text `json:"answers" jsonschema:"title=逐条对照摘牌标准,minItems=1"`
}

// RemovalChecked (摘牌核查) says of each criterion fixed at the grant, in its order,
// whether it was found met.
type RemovalChecked struct {
	Application Ref        `json:"application" jsonschema:"title=所涉申请"`
	On          Date       `json:"on" jsonschema:"title=核查日期"`
	Met         []bool     `json:"met" jsonschema:"title=逐条是否达到,minItems=1"`
	Note        Text       `json:"note" jsonschema:"title=核查情况"`
	Evidence    []Evidence `json:"evidence,omitempty" jsonschema:"title=证据"`
}

// CardRemoved (摘牌) is the authority's decision.
type CardRemoved struct {
	Application Ref  `json:"application" jsonschema:"title=所涉申请"`
	Reason      Text `json:"reason" jsonschema:"title=认定意见"`
}
