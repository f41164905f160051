package ledger

import "fmt"

// Audit (审计): what the ledger itself attests, and what leaves it.

// ExportAttested (导出存证) is signed by the ledger's key: at the sequence named,
// the unit's trail had this many records and this head, and these files went out; For is who had logged in and asked for
// them, where somebody had.
type ExportAttested struct {
	Sequence uint64            `json:"sequence" jsonschema:"title=截至序号"`
	Count    uint64            `json:"count" jsonschema:"title=记录数"`
	Head     Digest            `json:"head" jsonschema:"title=链首摘要"`
	Files    map[string]Digest `json:"files" jsonschema:"title=文件摘要"`
	For      PartyID           `json:"for,omitempty" jsonschema:"title=导出人"`
}

// LedgerRecovered (台账恢复) is signed by the ledger's key after its store was made
// anew from the sealed log: the records up to the sequence named are those that were
// there before, and as many of them as sealed says have the root of a checkpoint that
// was signed before. Lost is how many more are known to have been acknowledged and
// were not found: whoever holds a receipt for one of them is right.
type LedgerRecovered struct {
	Sequence uint64 `json:"sequence" jsonschema:"title=恢复至序号"`
	Sealed   uint64 `json:"sealed" jsonschema:"title=其中已封存"`
	Root     Digest `json:"root" jsonschema:"title=封存日志的根"`
	Lost     uint64 `json:"lost,omitzero" jsonschema:"title=已受理而未能恢复"`
	Reason   Text   `json:"reason" jsonschema:"title=事由"`
}

func (r LedgerRecovered) Check() error {
	if r.Sealed > r.Sequence {
		return Malform("recovery.sealed", fmt.Sprintf("%d sealed of %d", r.Sealed, r.Sequence), "no more than there are")
	}
	return nil
}

// ReportIssued (督查报告) fixes the digest of a review, so that it can be made
// again, bit for bit, years later: of the period, from the records up to Sequence,
// with what counts from AsOf's last moment at the latest; with Hindsight, each day of it
// is judged with all of that, and not with what was known on the day. Format names how the
// review is put into bytes, such as ducha-review/1; Units are those that it is about,
// all when there are none.
type ReportIssued struct {
	Title    Line     `json:"title" jsonschema:"title=标题"`
	From     Date     `json:"from" jsonschema:"title=起"`
	To       Date     `json:"to" jsonschema:"title=止"`
	SHA256   Digest   `json:"sha256" jsonschema:"title=摘要"`
	Sequence uint64   `json:"sequence,omitzero" jsonschema:"title=截至序号"`
	AsOf     Date     `json:"as_of,omitempty" jsonschema:"title=所知截至"`
	Units    []UnitID `json:"units,omitempty" jsonschema:"title=所涉单位"`
	Format   Line     `json:"format,omitempty" jsonschema:"title=格式"`

	Hindsight bool `json:"hindsight,omitzero" jsonschema:"title=以事后所知评判"`
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
