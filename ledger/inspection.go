package ledger

// Inspection (督查): State Council decree 733.

// InspectionAuthorised (督查立项) gives an inspection its authority, scope, dates
// and code (一事一码). Repeat says why a task is inspected that another inspection
// covers at the same time.
type InspectionAuthorised struct {
	Code       LocalID   `json:"code" jsonschema:"title=督查码"`
	Scope      Text      `json:"scope" jsonschema:"title=督查事项"`
	Tasks      []TaskID  `json:"tasks" jsonschema:"title=涉及任务,minItems=1"`
	From       Date      `json:"from" jsonschema:"title=起"`
	To         Date      `json:"to" jsonschema:"title=止"`
	Inspectors []PartyID `json:"inspectors" jsonschema:"title=督查人员,minItems=1"`
	Authority  Line      `json:"authority" jsonschema:"title=批准依据"`
	Repeat     Text      `json:"repeat,omitempty" jsonschema:"title=重复督查的理由"`
}

func (i InspectionAuthorised) Check() error { return ordered("inspection.term", i.From, i.To) }

// FindingRecorded (督查发现) is a fact found, with its evidence.
type FindingRecorded struct {
	Inspection Ref        `json:"inspection" jsonschema:"title=所属督查"`
	Finding    Text       `json:"finding" jsonschema:"title=发现问题"`
	Evidence   []Evidence `json:"evidence,omitempty" jsonschema:"title=证据"`
}

// ProgressVerified (核实) is what was found true on the spot; it outranks what
// was claimed.
type ProgressVerified struct {
	Report     Ref     `json:"report" jsonschema:"title=所涉报告"`
	Inspection Ref     `json:"inspection" jsonschema:"title=所属督查"`
	Percent    Percent `json:"percent" jsonschema:"title=核实进度(%)"`
	On         Date    `json:"on" jsonschema:"title=核实日期"`
	Method     Line    `json:"method" jsonschema:"title=核实方式"`
}

// ProgressDisputed (存疑) is what was found untrue. False says that the report
// was proven false (弄虚作假), which is itself severe.
type ProgressDisputed struct {
	Report     Ref        `json:"report" jsonschema:"title=所涉报告"`
	Inspection Ref        `json:"inspection" jsonschema:"title=所属督查"`
	Percent    Percent    `json:"percent" jsonschema:"title=实际进度(%)"`
	False      bool       `json:"false,omitempty" jsonschema:"title=弄虚作假"`
	Reason     Text       `json:"reason" jsonschema:"title=认定理由"`
	Evidence   []Evidence `json:"evidence,omitempty" jsonschema:"title=证据"`
}

// InspectionConcluded (督查结论) states facts and proof and is fed back to the unit.
type InspectionConcluded struct {
	Inspection Ref  `json:"inspection" jsonschema:"title=所属督查"`
	Facts      Text `json:"facts" jsonschema:"title=事实与依据"`
	Conclusion Text `json:"conclusion" jsonschema:"title=结论"`
}

// FindingRechecked (复查) looks again at what was found.
type FindingRechecked struct {
	Finding  Ref        `json:"finding" jsonschema:"title=所涉发现"`
	On       Date       `json:"on" jsonschema:"title=复查日期"`
	Resolved bool       `json:"resolved" jsonschema:"title=是否整改到位"`
	Note     Text       `json:"note" jsonschema:"title=复查情况"`
	Evidence []Evidence `json:"evidence,omitempty" jsonschema:"title=证据"`
}

// ConclusionContested (结论异议) is a unit's request that a conclusion be reviewed.
type ConclusionContested struct {
	Conclusion Ref  `json:"conclusion" jsonschema:"title=所涉结论"`
	Grounds    Text `json:"grounds" jsonschema:"title=异议理由"`
}

// ConclusionReviewed (结论复核) is decided by those who took no part.
type ConclusionReviewed struct {
	Conclusion Ref     `json:"conclusion" jsonschema:"title=所涉结论"`
	Outcome    Outcome `json:"outcome" jsonschema:"title=复核结果,enum=upheld,enum=changed,enum=revoked"`
	Reason     Text    `json:"reason" jsonschema:"title=理由"`
}

// Outcome is how a review ended.
type Outcome string

const (
	Upheld  Outcome = "upheld"  // 维持
	Changed Outcome = "changed" // 变更
	Revoked Outcome = "revoked" // 撤销
)
