package main

import (
	"io"
	"os"

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
	if c, ok := w.(*checked); ok {
		w = c.Writer
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

var colours = map[ledger.Light]text.Color{
	ledger.Green: text.FgGreen, ledger.Yellow: text.FgYellow, ledger.Red: text.FgRed, ledger.Blue: text.FgBlue, ledger.Grey: text.FgHiBlack,
}

// light shows a task's light in words, and in its colour where somebody is looking.
func (a *app) light(t projections.TaskStatus) string {
	colour, means := a.language().StatusWords(t)
	s := "● " + colour + " " + means
	if isTerminal(a.Out) && os.Getenv("NO_COLOR") == "" {
		return colours[t.Light].Sprint(s)
	}
	return s
}
