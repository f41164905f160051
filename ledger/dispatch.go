package ledger

// Dispatch (调度): the three tiers of plan 四(二), and the closed loop of a directive.

// DispatchLogged (日常调度) is tier 1: a lead unit drives its own task.
type DispatchLogged struct {
	On      Date `json:"on" jsonschema:"title=调度日期"`
	Summary Text `json:"summary" jsonschema:"title=调度情况"`
	Next    Text `json:"next,omitempty" jsonschema:"title=议定事项"`
}

// MeetingTier is which of the two meetings was held.
type MeetingTier string

const (
	TierMonthly  MeetingTier = "monthly"   // tier 2: 月度工作例会, called by the office
	TierAsNeeded MeetingTier = "as-needed" // tier 3: 调度会, called by the commander
)

// MeetingPacked (例会材料) freezes what a meeting has before it: the pack of the
// days From to Cutoff as the ledger gave it at Sequence, by the digest of its bytes.
type MeetingPacked struct {
	Tier    MeetingTier `json:"tier" jsonschema:"title=层级,enum=monthly,enum=as-needed"`
	On      Date        `json:"on" jsonschema:"title=会议日期"`
	From    Date        `json:"from" jsonschema:"title=材料起"`
	Cutoff  Date        `json:"cutoff" jsonschema:"title=材料截止"`
	Records uint64      `json:"sequence" jsonschema:"title=截至序号,minimum=1"`
	SHA256  Digest      `json:"sha256" jsonschema:"title=摘要"`
	Format  Line        `json:"format" jsonschema:"title=格式"`
}

func (m MeetingPacked) Check() error { return ordered("meeting.term", m.From, m.Cutoff) }

// MeetingItem (议定事项) is one thing that a meeting settled. It is carried to the
// next meetings until it is done.
type MeetingItem struct {
	ID   LocalID `json:"id" jsonschema:"title=编号"`
	Text Text    `json:"text" jsonschema:"title=议定事项"`
	Unit UnitID  `json:"unit,omitempty" jsonschema:"title=责任单位"`
	Task TaskID  `json:"task,omitempty" jsonschema:"title=任务"`
	Due  Date    `json:"due,omitempty" jsonschema:"title=时限"`
}

// ItemDone (议定事项办结) says how an item of an earlier meeting was done.
type ItemDone struct {
	Meeting Ref     `json:"meeting" jsonschema:"title=所出会议"`
	Item    LocalID `json:"item" jsonschema:"title=编号"`
	Note    Text    `json:"note" jsonschema:"title=办理结果"`
}

// MeetingHeld (会议) is the minute of a meeting of tier 2 or 3. Pack names the
// material that it had before it; Items are what it settled, Done what it found
// done of what earlier ones had settled.
type MeetingHeld struct {
	Tier      MeetingTier `json:"tier" jsonschema:"title=层级,enum=monthly,enum=as-needed"`
	On        Date        `json:"on" jsonschema:"title=日期"`
	Attended  []UnitID    `json:"attended" jsonschema:"title=到会单位,minItems=1"`
	Absent    []UnitID    `json:"absent,omitempty" jsonschema:"title=缺席单位"`
	Agenda    []Line      `json:"agenda" jsonschema:"title=议题,minItems=1"`
	Decisions []Text      `json:"decisions,omitempty" jsonschema:"title=议定事项"`

	Pack    *Ref          `json:"pack,omitempty" jsonschema:"title=会议材料"`
	Minutes Text          `json:"minutes,omitempty" jsonschema:"title=会议纪要"`
	Items   []MeetingItem `json:"items,omitempty" jsonschema:"title=议定事项清单"`
	Done    []ItemDone    `json:"done,omitempty" jsonschema:"title=已办结的议定事项"`
}

// DirectiveIssued (交办督办) asks a unit for something by a date. Item is the item
// of the meeting that it carries out.
type DirectiveIssued struct {
	Text     Text    `json:"text" jsonschema:"title=交办内容"`
	AnswerBy Date    `json:"answer_by" jsonschema:"title=反馈时限"`
	Meeting  *Ref    `json:"meeting,omitempty" jsonschema:"title=所出会议"`
	Item     LocalID `json:"item,omitempty" jsonschema:"title=议定事项编号"`
}

// DirectiveAcknowledged (签收).
type DirectiveAcknowledged struct {
	Directive Ref  `json:"directive" jsonschema:"title=所涉交办"`
	Note      Text `json:"note,omitempty" jsonschema:"title=备注"`
}

// DirectiveAnswered (反馈).
type DirectiveAnswered struct {
	Directive Ref        `json:"directive" jsonschema:"title=所涉交办"`
	Answer    Text       `json:"answer" jsonschema:"title=办理情况"`
	Evidence  []Evidence `json:"evidence,omitempty" jsonschema:"title=佐证材料"`
}

// DirectiveAccepted (办结) closes the loop.
type DirectiveAccepted struct {
	Directive Ref  `json:"directive" jsonschema:"title=所涉交办"`
	Note      Text `json:"note,omitempty" jsonschema:"title=意见"`
}

// DirectiveReturned (退回重办) asks for another answer.
type DirectiveReturned struct {
	Directive Ref  `json:"directive" jsonschema:"title=所涉交办"`
	Reason    Text `json:"reason" jsonschema:"title=退回原因"`
	AnswerBy  Date `json:"answer_by" jsonschema:"title=重新反馈时限"`
}
