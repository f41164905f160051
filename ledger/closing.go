package ledger

// Closing (销号): who accepts is named (谁验收、谁负责).

// TaskClosed (销号). Verification is what an inspector verified on the spot after
// completion was claimed; where nobody did, Unverified says why.
type TaskClosed struct {
	Completion Ref  `json:"completion" jsonschema:"title=所涉完成申请"`
	AcceptedBy Line `json:"accepted_by" jsonschema:"title=验收人"`
	Summary    Text `json:"summary" jsonschema:"title=验收意见"`

	Verification *Ref `json:"verification,omitempty" jsonschema:"title=现场核实"`
	Unverified   Text `json:"unverified,omitempty" jsonschema:"title=未现场核实的理由"`
}

// TaskRechecked (回头看) looks again after a task was closed.
type TaskRechecked struct {
	On       Date `json:"on" jsonschema:"title=日期"`
	Relapsed bool `json:"relapsed" jsonschema:"title=是否反弹"`
	Note     Text `json:"note" jsonschema:"title=情况"`
}

// TaskReopened (重新立项).
type TaskReopened struct {
	Reason Text `json:"reason" jsonschema:"title=事由"`
}

// TaskSuspended (中止) until a day, or until it is reopened.
type TaskSuspended struct {
	Reason Text `json:"reason" jsonschema:"title=事由"`
	Until  Date `json:"until,omitempty" jsonschema:"title=至"`
}
