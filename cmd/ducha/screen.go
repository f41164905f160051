package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"ducha/ledger"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// table is a table in the house style.
func (a *app) table(header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(a.Out)
	t.AppendHeader(table.Row(header))
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateRows = false
	t.SetStyle(style)
	return t
}

// isTerminal says whether somebody is looking.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

var lights = map[ledger.Light]struct {
	zh, en string
	colour text.Color
}{
	ledger.Green: {"绿 按序时", "green on schedule", text.FgGreen}, ledger.Yellow: {"黄 较慢", "yellow slow", text.FgYellow},
	ledger.Red: {"红 严重滞后", "red severely behind", text.FgRed}, ledger.Blue: {"蓝 已销号", "blue closed", text.FgBlue},
	ledger.Grey: {"灰 未设节点", "grey nothing due", text.FgHiBlack},
}

// light shows a task's light in words, and in its colour where somebody is looking.
func (a *app) light(t projections.TaskStatus) string {
	x := lights[t.Light]
	if t.Life == projections.Suspended {
		x.zh, x.en = "灰 已中止", "grey suspended"
	}
	s := "● " + a.say(x.zh, x.en)
	if isTerminal(a.Out) && os.Getenv("NO_COLOR") == "" {
		return x.colour.Sprint(s)
	}
	return s
}

// figures says in words what a light follows from.
func (a *app) figures(f projections.Figures) string {
	var parts []string
	add := func(when bool, zh, en string, args ...any) {
		if when {
			parts = append(parts, fmt.Sprintf(a.say(zh, en), args...))
		}
	}
	add(true, "应达 %.0f%% 实际 %.0f%%", "due %.0f%% actual %.0f%%", f.Planned, f.Actual)
	add(f.Gap > 0, "差 %.0f 个点", "gap %.0f", f.Gap)
	add(f.LateDays > 0, "节点超期 %d 天", "milestone %d days late", f.LateDays)
	add(f.ReportsMissed > 0, "连续缺报 %d 期", "%d reports missed", f.ReportsMissed)
	add(f.ReportsLate > 0, "迟报 %d 期", "%d late", f.ReportsLate)
	add(f.SlowMonths > 0, "连续 %d 个月较慢", "slow %d months running", f.SlowMonths)
	add(f.FalseReport, "查实虚报", "proven false report")
	add(f.Waiting, "等待协调 %d 天", "waiting, %d days so far", f.WaitedDays)
	return strings.Join(parts, a.say(",", ", "))
}
