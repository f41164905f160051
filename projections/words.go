package projections

import (
	"fmt"
	"strings"
	"unicode"

	"ducha/ledger"
)

// Lang is the language that a status is put into: Chinese unless it is English.
type Lang string

const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Pick picks the language.
func (l Lang) Pick(zh, en string) string {
	if l == English {
		return en
	}
	return zh
}

// LightWords are a light's colour and what it means.
func (l Lang) LightWords(light ledger.Light) (colour, means string) {
	switch light {
	case ledger.Green:
		return l.Pick("绿", "green"), l.Pick("按序时", "on schedule")
	case ledger.Yellow:
		return l.Pick("黄", "yellow"), l.Pick("较慢", "slow")
	case ledger.Red:
		return l.Pick("红", "red"), l.Pick("严重滞后", "severely behind")
	case ledger.Blue:
		return l.Pick("蓝", "blue"), l.Pick("已销号", "closed")
	}
	return l.Pick("灰", "grey"), l.Pick("未设节点", "nothing due")
}

// StatusWords are a task's light in words; a suspended task is grey for a reason
// of its own.
func (l Lang) StatusWords(t TaskStatus) (colour, means string) {
	colour, means = l.LightWords(t.Light)
	if t.Life == Suspended && t.Light == ledger.Grey {
		means = l.Pick("已中止", "suspended")
	}
	return colour, means
}

// FigureWords says what a light follows from: what was due and done, and
// whatever speaks against the task.
func (l Lang) FigureWords(f Figures) string {
	parts := []string{fmt.Sprintf(l.Pick("应达 %.1f%%,实际 %.1f%%", "due %.1f%%, actual %.1f%%"), f.Planned, f.Actual)}
	return strings.Join(append(parts, l.ReasonWords(f)...), l.Pick(",", ", "))
}

// ReasonWords are whatever speaks against a task, each by itself.
func (l Lang) ReasonWords(f Figures) []string {
	var parts []string
	add := func(when bool, zh, en string, args ...any) {
		if when {
			parts = append(parts, fmt.Sprintf(l.Pick(zh, en), args...))
		}
	}
	add(f.Gap > 0, "差 %.1f 个点", "gap %.1f", f.Gap)
	add(f.LateDays > 0, "节点超期 %d 天", "milestone %d days late", f.LateDays)
	add(f.ReportsMissed > 0, "连续缺报 %d 期", "%d reports missed", f.ReportsMissed)
	add(f.ReportsLate > 0, "迟报 %d 期", "%d reports late", f.ReportsLate)
	add(f.SlowMonths > 0, "连续 %d 个月较慢", "slow %d months running", f.SlowMonths)
	add(f.FalseReport, "查实虚报", "a report proven false")
	add(f.Waiting, "等待协调,共 %d 天", "waiting, %d days so far", f.WaitedDays)
	add(f.Outside, "等待外部机关,共 %d 天", "waiting on an outside body, %d days so far", f.OutsideDays)
	add(f.Undecided, "难点待研究,共 %d 天", "a blocker undecided, %d days so far", f.UndecidedDays)
	return parts
}

// Visible replaces what a terminal would take for a command: texts on record come
// from whoever signed them.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// DirectiveWords say where a directive stands.
func (l Lang) DirectiveWords(s DirectiveState) string {
	switch s {
	case Issued:
		return l.Pick("待签收", "to be signed for")
	case Acknowledged:
		return l.Pick("办理中", "to be answered")
	case Answered:
		return l.Pick("待审核", "to be decided on")
	case Returned:
		return l.Pick("退回重办", "returned, to be answered again")
	}
	return l.Pick("办结", "accepted")
}

// AskingWords say what kind of thing was asked.
func (l Lang) AskingWords(a Asking) string {
	switch a {
	case AskedDirective:
		return l.Pick("交办", "directives")
	case AskedReminder:
		return l.Pick("催办", "reminders")
	case AskedReturn:
		return l.Pick("退回", "returns")
	case AskedMeeting:
		return l.Pick("会议", "meetings")
	case AskedTalk:
		return l.Pick("约谈", "talks")
	}
	return l.Pick("督查", "inspections")
}

// WaitWords say on whom a blocker waits.
func (l Lang) WaitWords(w WaitsOn) string {
	switch w {
	case OnDecision:
		return l.Pick("待研究", "the headquarters' decision")
	case OnHelp:
		return l.Pick("已受理,等待协调", "whoever was asked")
	case OnOutside:
		return l.Pick("等待外部机关", "an outside body")
	}
	return l.Pick("已销号", "nobody: cleared")
}
