package ledger

// ConsequenceRecorded (后果记录) puts on record what somebody outside the ledger
// decided on account of a notice, a card or a conclusion. Nothing follows from it
// here: no figure, no light, no card.
type ConsequenceRecorded struct {
	Of     Ref     `json:"of" jsonschema:"title=所涉通报、赋牌或结论"`
	What   Line    `json:"what" jsonschema:"title=后果"`
	Points float64 `json:"points,omitzero" jsonschema:"title=分值"`
	ByWhom Line    `json:"by_whom" jsonschema:"title=决定机关"`
	Basis  Line    `json:"basis" jsonschema:"title=决定依据"`
}

// PraiseRecorded (表扬) is the other side; decree 733 art. 21 knows both.
type PraiseRecorded struct {
	About    Line  `json:"about" jsonschema:"title=事项"`
	Reason   Text  `json:"reason" jsonschema:"title=理由"`
	Evidence []Ref `json:"evidence,omitempty" jsonschema:"title=所依据的记录"`
}
