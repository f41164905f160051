package ledger

// OfficeholderRecorded (任职) says who holds a post of a party, from which day on
// and, where it is known, until which. The next holder of the same post ends the
// former; a post that several hold is named for each of them. The same post from
// the same day once more corrects what was recorded, or ends the term.
type OfficeholderRecorded struct {
	Party PartyID `json:"party" jsonschema:"title=主体"`
	Name  Line    `json:"name" jsonschema:"title=姓名"`
	Post  Line    `json:"post" jsonschema:"title=职务"`
	From  Date    `json:"from" jsonschema:"title=任职起"`
	Until Date    `json:"until,omitempty" jsonschema:"title=任职止"`
}

func (o OfficeholderRecorded) Check() error {
	if o.Until == "" {
		return nil
	}
	return ordered("officeholder.term", o.From, o.Until)
}
