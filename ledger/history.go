package ledger

// HistoryDeclared (补录) puts paper history on record: what a document says of a day
// before the ledger. It is signed now, by who enters it, and never looks as if it
// had been signed then; it counts in no figure.
type HistoryDeclared struct {
	What     HistoryKind `json:"what" jsonschema:"title=类别,enum=progress,enum=dispatch,enum=meeting,enum=notice,enum=decision,enum=other"`
	Occurred Date        `json:"occurred" jsonschema:"title=发生日期"`
	Text     Text        `json:"text" jsonschema:"title=内容"`
	Percent  *Percent    `json:"percent,omitempty" jsonschema:"title=当时所称进度(%)"`
	Document Line        `json:"document" jsonschema:"title=原件名称"`
	Number   Line        `json:"number,omitempty" jsonschema:"title=原件文号"`
	Evidence []Evidence  `json:"evidence,omitempty" jsonschema:"title=原件扫描"`
}

// HistoryKind says what a piece of paper history is about.
type HistoryKind string

const (
	HistoryProgress HistoryKind = "progress" // 进展
	HistoryDispatch HistoryKind = "dispatch" // 调度
	HistoryMeeting  HistoryKind = "meeting"  // 会议
	HistoryNotice   HistoryKind = "notice"   // 通报
	HistoryDecision HistoryKind = "decision" // 决定
	HistoryOther    HistoryKind = "other"    // 其他
)
