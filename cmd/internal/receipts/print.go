package receipts

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ducha/cmd/internal/doors"
	"ducha/ledger"
	"ducha/projections"
)

// headlines say what a status means.
var headlines = map[Status][2]string{
	Signed:    {"回执属实:台账已签名确认记录该陈述;回执尚无封存证明", "the receipt is good: the ledger signed that it recorded the statement; it holds no proof of sealing"},
	Sealed:    {"回执属实且已封存:台账签署的日志确含该陈述", "the receipt is good and sealed: the log that the ledger signed holds the statement"},
	Contained: {"属实:台账现在公布的日志中确有该陈述", "good: the log as it is served now holds the statement"},
	Pending:   {"回执属实,该陈述尚未封存,承诺的时间未过:请稍后再查", "the receipt is good; the statement is not sealed yet, and the promised time is not over: check again later"},
	Undecided: {"未能判定:所查日志的副本早于回执", "undecided: the copy of the log that was read may be older than the receipt"},
	Invalid:   {"回执有问题", "something is wrong with the receipt"},
	Broken:    {"所查日志有问题", "something is wrong with the log that was read"},
	Fraud:     {"舞弊证据", "proof of fraud"},
}

// Print puts a report to people.
func (r Report) Print(w io.Writer, lang projections.Lang) {
	head := headlines[r.Status]
	fmt.Fprintln(w, lang.Pick(head[0], head[1]))
	line := func(zh, en, format string, args ...any) {
		fmt.Fprintf(w, "  %s%s\n", pad(lang.Pick(zh, en), 12), fmt.Sprintf(format, args...))
	}
	c := r.Receipt
	line("台账", "ledger", "%s, %s %s", c.Campaign, lang.Pick("密钥", "key"), r.LedgerKey)
	line("陈述", "statement", "%s %s (%s)", c.ID, c.Kind.Name(), c.Kind)
	if r.Source != "" {
		line("由谁签署", "signed by", "%s, %s %s", r.Source, lang.Pick("公钥", "key"), r.SignedBy)
		line("", "", "%s", lang.Pick("(该签名由台账受理时核验,此处未核:其公钥不在回执中)", "(the ledger checked that signature when it took the statement in; here it was not: the key is not in a receipt)"))
		line("所称时间", "claimed", "%s", local(r.Claimed))
	}
	recorded, _ := ledger.ParseRecorded(c.Recorded)
	line("记录", "recorded", lang.Pick("%s,总第 %d 号,%s 名下第 %d 条", "%s, number %d of the ledger; trail of %s, number %d"), local(recorded), c.Sequence, c.Unit, c.TrailVersion)
	if r.Proved != nil {
		line("封存证明", "proof", lang.Pick("检查点 %d 条,根 %s", "a checkpoint of %d entries, root %s"), r.Proved.Size, r.Proved.Root)
	}
	if r.Served != nil {
		line("所查日志", "log read", lang.Pick("检查点 %d 条,根 %s", "a checkpoint of %d entries, root %s"), r.Served.Size, r.Served.Root)
	}
	for _, by := range r.Cosigned {
		line("见证", "witness", lang.Pick("%s 于 %s 共签,签名已核", "%s cosigned at %s, verified"), by.Witness, local(by.Time))
	}
	if len(r.Unverified) > 0 {
		line("未核签名", "unverified", lang.Pick("%s(给出 --policy 方可核验)", "%s (--policy with their keys verifies them)"), strings.Join(r.Unverified, ", "))
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "\n%s [%s] %s\n", lang.Pick("问题", "finding"), f.Rule, f.words(lang))
		line("所见", "found", "%s", f.Found)
		line("应为", "wanted", "%s", f.Want)
	}
	for _, file := range r.Evidence {
		line("证据", "evidence", "%s", file)
	}
	if r.Status == Fraud {
		fmt.Fprintln(w, lang.Pick("\n请妥善保存回执、陈述与上列证据文件,交审计、纪检监察机关或任一见证人:任何人凭台账公钥即可复核。\n能签出上述文件者,只有持有台账密钥的人。",
			"\nKeep the receipt, the statement and the evidence, and show them to the auditors, the inspection commission or any witness:\nanybody can check them with the ledger's public key. Only whoever holds the ledger's key could have signed them."))
	}
}

// words is the finding's rule in words.
func (f Finding) words(lang projections.Lang) string {
	rule, _ := doors.RuleOf(f.Rule)
	return lang.Pick(rule.ZH, rule.EN)
}

// In is the report with its findings' rules in words of a language, for programs.
func (r Report) In(lang projections.Lang) Report {
	r.Findings = slices.Clone(r.Findings)
	for i := range r.Findings {
		r.Findings[i].Says = r.Findings[i].words(lang)
	}
	return r
}

func local(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04:05 -0700") }

// pad fills up to a width; a Chinese character is two wide.
func pad(s string, width int) string {
	n := 0
	for _, r := range s {
		if n++; r > 0x2e80 {
			n++
		}
	}
	return s + strings.Repeat(" ", max(1, width-n))
}
