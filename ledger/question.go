package ledger

// QuestionRaised (待释义) puts on record what the plan leaves open or says in two
// ways. It stays open until a clarification settles it, in the open.
type QuestionRaised struct {
	Question LocalID   `json:"question" jsonschema:"title=问题编号"`
	About    []LocalID `json:"about,omitempty" jsonschema:"title=涉及事项"`
	Text     Text      `json:"text" jsonschema:"title=问题"`
	Cite     Line      `json:"cite,omitempty" jsonschema:"title=方案条目"`
}

// ClarificationIssued (释义) settles a question that was raised. A question is
// answered once; another answer names the one that it takes the place of.
type ClarificationIssued struct {
	Question LocalID   `json:"question" jsonschema:"title=问题编号"`
	About    []LocalID `json:"about,omitempty" jsonschema:"title=涉及事项"`
	Answer   Text      `json:"answer" jsonschema:"title=答复"`
	Basis    Line      `json:"basis,omitempty" jsonschema:"title=依据"`
	Replaces *Ref      `json:"replaces,omitempty" jsonschema:"title=所替代的释义"`
}
