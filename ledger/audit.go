package ledger

// Audit (审计): what the ledger itself attests, and what leaves it.

// ExportAttested (导出存证) is signed by the ledger's key: at the sequence named,
// the unit's trail had this many records and this head, and these files went out.
type ExportAttested struct {
	Sequence uint64            `json:"sequence" jsonschema:"title=截至序号"`
	Count    uint64            `json:"count" jsonschema:"title=记录数"`
	Head     Digest            `json:"head" jsonschema:"title=链首摘要"`
	Files    map[string]Digest `json:"files" jsonschema:"title=文件摘要"`
}

// ReportIssued (督查报告) fixes the digest of a review, so that it can be made
// again, bit for bit, years later.
type ReportIssued struct {
	Title  Line   `json:"title" jsonschema:"title=标题"`
	From   Date   `json:"from" jsonschema:"title=起"`
	To     Date   `json:"to" jsonschema:"title=止"`
	SHA256 Digest `json:"sha256" jsonschema:"title=摘要"`
}

func (r ReportIssued) Check() error { return ordered("report.term", r.From, r.To) }

// ContentSealed (密封) hides a text or an attachment that was entered by mistake
// from every view; it takes effect with the second person's statement.
type ContentSealed struct {
	Statement  *Ref   `json:"statement,omitempty" jsonschema:"title=所涉记录"`
	Attachment Digest `json:"attachment,omitempty" jsonschema:"title=所涉附件"`
	Seconds    *Ref   `json:"seconds,omitempty" jsonschema:"title=附议的密封"`
	Reason     Text   `json:"reason" jsonschema:"title=事由"`
}

func (c ContentSealed) Check() error {
	if (c.Statement == nil) == (c.Attachment == "") {
		return Malform("sealing.what", "neither or both of statement and attachment", "exactly one of the two")
	}
	return nil
}
