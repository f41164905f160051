package trail

import (
	"fmt"
	"io"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// maxPrinted is how many findings are printed; all of them are in the report.
const maxPrinted = 50

// Print writes the report for people, in Chinese, or in English for the language
// "en". It never writes a character that a terminal takes for a command.
func (r Report) Print(w io.Writer, lang string) {
	p := &printer{w: w, lang: projections.Lang(lang)}
	p.verdict(r)
	if r.Unit != "" {
		p.bundle(r)
		p.keys(r)
		p.status(r)
	}
	p.findings(r)
	p.notes(r.Notes)
}

func (p *printer) notes(notes []Finding) {
	for _, n := range notes {
		p.line("注意:%s%s%s", "note: %s%s%s", p.where(n), p.say(n.ZH, n.EN), p.after(n.Found))
	}
}

type printer struct {
	w    io.Writer
	lang projections.Lang
}

func (p *printer) say(zh, en string) string { return p.lang.Pick(zh, en) }

// line prints one line; what cannot be written cannot be helped.
func (p *printer) line(zh, en string, args ...any) {
	fmt.Fprintln(p.w, projections.Visible(fmt.Sprintf(p.say(zh, en), args...)))
}

func (p *printer) after(s string) string {
	if s == "" {
		return ""
	}
	return p.say(":", ": ") + s
}

func (p *printer) date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(ledger.Shanghai).Format("2006-01-02")
}

func (p *printer) time(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(ledger.Shanghai).Format("2006-01-02 15:04:05")
}

func (p *printer) verdict(r Report) {
	if r.OK {
		p.line("核验通过", "VERIFIED")
		return
	}
	p.line("核验未通过:发现 %d 处问题", "NOT VERIFIED: %d findings", len(r.Findings)+r.More)
}

func (p *printer) bundle(r Report) {
	name := r.Name
	if p.lang == projections.English && r.NameEN != "" {
		name = r.NameEN
	}
	p.line("单位    %s(%s),%s(%s)", "unit      %s (%s), %s (%s)", name, r.Unit, r.Title, r.Campaign)
	p.line("记录    %d 条,%s 至 %s;旁证 %d 条", "records   %d, %s to %s; %d of others", r.Count, p.date(r.First), p.date(r.Last), r.Context)
	p.line("链首    %s", "head      %s", r.Head)
	if a := r.Attested; a != nil {
		p.line("存证    第 %d 号记录,%s;导出时台账立于第 %d 号", "attested  by record %d, %s; the ledger stood at %d", a.Sequence, p.time(a.Recorded), r.Sequence)
	}
	if s := r.Sealed; s != nil {
		if s.Holds {
			p.line("封存    全部记录均在 %d 条的日志 %s 中", "sealed    all records are in the log %[2]s of %[1]d", s.Size, s.Origin)
		} else {
			p.line("封存    这些记录不是 %d 条的日志 %s 所封存的", "sealed    these records are NOT those in the log %[2]s of %[1]d", s.Size, s.Origin)
		}
		p.witnesses(s)
	}
	if r.Receipts > 0 {
		p.line("回执    所给回执中 %d 份与此相符", "receipts  %d of those given agree", r.Receipts)
	}
	anchored := p.say("未经比对", "not compared with a published one")
	if r.Anchored {
		anchored = p.say("与给定的一致", "the one that was given")
	}
	p.line("根公钥  %s(%s)", "root key  %s (%s)", r.Root, anchored)
}

// witnesses says who else vouches for the history.
func (p *printer) witnesses(s *Sealed) {
	for _, c := range s.Cosigned {
		p.line("见证    %s,%s", "witness   %s, %s", c.Witness, p.time(c.Time))
	}
}

func (p *printer) keys(r Report) {
	p.line("签名公钥 %d 把:", "%d keys signed:", len(r.Keys))
	for _, k := range r.Keys {
		revoked := ""
		if k.Revoked != 0 {
			revoked = fmt.Sprintf(p.say(",第 %d 号记录吊销", ", revoked by record %d"), k.Revoked)
		}
		p.line("  %.12s… %-7s %s,%s,签 %d 条,第 %d 号记录登记%s", "  %.12s… %-7s %s, %s, signed %d, enrolled by record %d%s",
			k.KeyID, k.Algorithm, k.Party, k.Holder, k.Signed, k.Enrolled, revoked)
		p.certificates(k)
	}
}

func (p *printer) status(r Report) {
	s := r.Status
	p.line("状态(评判至 %s,由记录重新计算):", "status (as of %s, recomputed from the records):", p.time(r.At))
	if words := p.lang.HolderWords(s.Holders); words != "" {
		p.line("  任职:%s", "  in office: %s", words)
	}
	if words := p.lang.DutyWords(s); words != "" {
		p.line("  %s", "  %s", words)
	}
	if s.NoLeadTask {
		p.line("  无牵头任务", "  leads no task")
	}
	for _, t := range s.Tasks {
		colour, _ := p.lang.LightWords(t.Light)
		name := t.Name
		if p.lang == projections.English && t.NameEN != "" {
			name = t.NameEN
		}
		p.line("  ● %s  %s %s  %s", "  ● %-6s  %s %s  %s", colour, t.Task, name, p.figures(t))
		for _, d := range t.Doubts {
			p.line("       存疑:%s", "       in doubt: %s", d)
		}
	}
	p.line("  交办 %d 件未结(超期 %d),办结 %d;催办 %d,通报 %d", "  directives: %d open (%d overdue), %d done; reminders %d, notices %d",
		s.Directives.Open, s.Directives.Overdue, s.Directives.Done, s.Reminders, s.Notices)
}

// figures says what a light follows from.
func (p *printer) figures(t projections.TaskStatus) string {
	f := t.Figures
	parts := []string{fmt.Sprintf(p.say("应达 %g%%,实际 %g%%", "due %g%%, actual %g%%"), f.Planned, f.Actual)}
	add := func(n int64, zh, en string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(p.say(zh, en), n))
		}
	}
	add(f.LateDays, "节点超期 %d 天", "milestone %d days late")
	add(f.ReportsMissed, "连续缺报 %d 期", "%d reports missed in a row")
	add(f.SlowMonths, "连续 %d 个月较慢", "slow %d months in a row")
	if t.Expression != "" {
		parts = append(parts, fmt.Sprintf(p.say("依据 %s(第 %d 号记录)", "by %s (record %d)"), t.Expression, t.Policy))
	}
	return strings.Join(parts, p.say(",", ", "))
}

func (p *printer) findings(r Report) {
	for i, f := range r.Findings[:min(maxPrinted, len(r.Findings))] {
		p.line("%3d. [%s] %s%s", "%3d. [%s] %s%s", i+1, f.Code, p.where(f), p.say(f.ZH, f.EN))
		if f.Found != "" {
			p.line("     实际:%s", "     found: %s", f.Found)
		}
		if f.Want != "" {
			p.line("     应为:%s", "     want:  %s", f.Want)
		}
	}
	if n := len(r.Findings) - maxPrinted + r.More; n > 0 && len(r.Findings) > maxPrinted {
		p.line("     另有 %d 处,见 --json", "     and %d more: see --json", n)
	}
}

// Print writes for people how several bundles disagree, or that they do not, and
// what could not be compared.
func (c Comparison) Print(w io.Writer, lang string) {
	p := &printer{w: w, lang: projections.Lang(lang)}
	if len(c.Findings) == 0 {
		p.line("各份导出互不矛盾", "the exports do not contradict each other")
	} else {
		p.line("各份导出互相矛盾:%d 处", "the exports CONTRADICT each other: %d findings", len(c.Findings))
	}
	p.comparison(c)
}

// PrintCopy writes for people what came of [CompareCopy].
func (c Comparison) PrintCopy(w io.Writer, lang string) {
	p := &printer{w: w, lang: projections.Lang(lang)}
	if len(c.Findings) == 0 {
		p.line("与日志副本不矛盾", "nothing contradicts the copy of the log")
	} else {
		p.line("与日志副本矛盾:%d 处", "the copy of the log CONTRADICTS this: %d findings", len(c.Findings))
	}
	p.comparison(c)
}

func (p *printer) comparison(c Comparison) {
	p.findings(Report{Findings: c.Findings})
	p.notes(c.Notes)
}

// where names the record or the file.
func (p *printer) where(f Finding) string {
	switch {
	case f.Sequence != 0:
		return fmt.Sprintf(p.say("第 %d 号记录(%s 第 %d 行):", "record %d (%s line %d): "), f.Sequence, f.File, f.Line)
	case f.Line != 0:
		return fmt.Sprintf(p.say("%s 第 %d 行:", "%s line %d: "), f.File, f.Line)
	case f.File != "":
		return f.File + p.say(":", ": ")
	}
	return ""
}
